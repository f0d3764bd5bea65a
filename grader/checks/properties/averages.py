"""Laws of batch normalisation's running averages, and of test mode, which goes by them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from grader.candidate.base import Reply
from grader.checks.properties.base import Broken, Conversation, Example, Problem
from grader.checks.properties.draw import Draw
from grader.checks.properties.judging import require_equal, take_array
from grader.checks.properties.layers import LayerLaw
from grader.checks.properties.normalization import (
    EPS_IS_SMALL,
    BatchNormalization,
    draw_averages,
)
from grader.checks.properties.showing import show_values

if TYPE_CHECKING:
    from numpy.typing import NDArray

AVERAGES = ("running_mean", "running_var")


@dataclass(frozen=True, slots=True, kw_only=True)
class AveragesMove(LayerLaw):
    """A share of ``momentum`` is left of the averages; the rest is what momentum zero gives.

    What the batch's own mean and variance are is judged elsewhere.
    """

    layer: BatchNormalization
    hint: ClassVar[str] = (
        "With momentum 1, what has a new batch to say? With momentum 0, what else?"
    )

    def draw(self, draw: Draw) -> Example:
        """Return a layer in training with averages and momentum, and with none of its past."""
        own = self.layer.draw(draw, draw.size(2, 4))
        features = own["gamma"].size
        given = {"mode": "train", "momentum": draw.choice((1.0, 0.9, 0.7, 0.2))}
        return {
            **own,
            "bn_param": {**given, **draw_averages(draw, features)},
            "fresh": {"mode": "train", "momentum": 0.0, **draw_averages(draw, features)},
        }

    def converse(self, example: Example) -> Conversation:
        """Compare the averages left by both."""
        given, fresh = example["bn_param"], example["fresh"]
        replies = yield [self.layer.call(example), self.layer.call(example, bn_param=fresh)]
        moved, new = (
            averages_after(reply, options, self.layer.forward_name)
            for reply, options in zip(replies, (given, fresh), strict=True)
        )
        momentum = given["momentum"]
        for name in AVERAGES:
            message = f"{name} is not momentum times the old one, and the batch's for the rest."
            terms = (momentum * given[name], (1 - momentum) * new[name])
            require_equal(message, moved[name], sum(terms), self.tolerance, scale_of=terms)

    def show(self, example: Example) -> str:
        """Return both calls."""
        m = "bn_param['momentum']"
        lines = (
            "before = dict(bn_param)",
            self.layer.show_forward("_, _"),
            self.layer.show_forward("_, _", bn_param="fresh"),
            *(
                f"print(bn_param['{name}'], {m} * before['{name}'] + (1 - {m}) * fresh['{name}'])"
                for name in AVERAGES
            ),
        )
        return "\n".join((show_values(example), *lines))


@dataclass(frozen=True, slots=True, kw_only=True)
class AveragesStay(LayerLaw):
    """Test mode leaves the running averages as they are."""

    layer: BatchNormalization
    hint: ClassVar[str] = "In which mode is there anything to learn from the batch?"

    def draw(self, draw: Draw) -> Example:
        """Return a layer in test mode."""
        return self.layer.draw(draw, draw.size(1, 3))

    def converse(self, example: Example) -> Conversation:
        """Compare the averages before and after."""
        (reply,) = yield [self.layer.call(example)]
        self.layer.out_of(reply, example)  # what computes nothing keeps everything as it is
        before = example["bn_param"]
        after = averages_after(reply, before, self.layer.forward_name)
        for name in AVERAGES:
            message = f"{name} is another one after a call in test mode."
            require_equal(message, after[name], before[name], self.tolerance)

    def show(self, example: Example) -> str:
        """Return the call."""
        lines = (
            "before = dict(bn_param)",
            self.layer.show_forward("_, _"),
            "print(before, bn_param)  # the same",
        )
        return "\n".join((show_values(example), *lines))


@dataclass(frozen=True, slots=True, kw_only=True)
class ModesAgree(LayerLaw):
    """Test mode by a batch's own mean and variance gives what training gave."""

    layer: BatchNormalization
    hint: ClassVar[str] = "What is different in test mode besides where mean and variance are from?"
    tolerance: float = EPS_IS_SMALL

    def draw(self, draw: Draw) -> Example:
        """Return a layer in training whose averages become those of the batch."""
        own = self.layer.draw(draw, draw.size(2, 4))
        given = {"mode": "train", "momentum": 0.0, **draw_averages(draw, own["gamma"].size)}
        return {**own, "bn_param": given}

    def converse(self, example: Example) -> Conversation:
        """Train once, then test with what that left."""
        given = example["bn_param"]
        (trained,) = yield [self.layer.call(example)]
        averages = averages_after(trained, given, self.layer.forward_name)
        (tested,) = yield [self.layer.call(example, bn_param={**given, **averages, "mode": "test"})]
        message = "After training with momentum 0, test mode gives another out for the same batch."
        wanted = self.layer.out_of(trained, example)
        require_equal(message, self.layer.out_of(tested, example), wanted, self.tolerance)

    def show(self, example: Example) -> str:
        """Return both calls."""
        lines = (
            self.layer.show_forward("out, _"),
            "bn_param['mode'] = 'test'",
            self.layer.show_forward("tested, _"),
            "print(out, tested)  # the same",
        )
        return "\n".join((show_values(example), *lines))


def averages_after(
    reply: Reply, given: Mapping[str, Any], function: str
) -> dict[str, NDArray[Any]]:
    """Return the running averages that a call left in its options.

    Raises
    ------
    Broken
        If one is not there, or is no array of the right shape.
    """
    left = reply.after.get(3, given)
    if not isinstance(left, Mapping) or not all(name in left for name in AVERAGES):
        message = f"{function} takes a running average out of its options."
        raise Broken(Problem(message))
    return {name: take_array(left[name], given[name].shape, name) for name in AVERAGES}

"""Laws of batch normalisation's running averages, and of test mode, which goes by them.

The averages that laws begin with are those that the layer itself has left: in which shape it
keeps them is its own business. With momentum zero they are a single batch's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from grader.candidate.base import Call, Reply
from grader.checks.properties.base import Broken, Conversation, Example, Problem
from grader.checks.properties.draw import Draw
from grader.checks.properties.judging import require, require_equal, take_array
from grader.checks.properties.layers import LayerLaw
from grader.checks.properties.normalization import EPS_IS_SMALL, BatchNormalization
from grader.checks.properties.showing import show_values
from grader.records import record

if TYPE_CHECKING:
    from numpy.typing import NDArray

AVERAGES = ("running_mean", "running_var")
TRAIN: Mapping[str, Any] = {"mode": "train", "momentum": 0.0}
"""Options after which the averages are those of the batch alone."""
_SHOW_TRAIN = "bn_param = {'mode': 'train', 'momentum': 0.0}"
_SHOW_COPY = "dict(bn_param)"


@record(kw_only=True)
class AveragesLaw(LayerLaw):
    """A law about a layer that has seen one batch, and then sees another."""

    layer: BatchNormalization

    def draw(self, draw: Draw) -> Example:
        """Return a layer and a second batch, with another mean and variance."""
        own = self.layer.draw(draw, draw.size(2, 4))
        own = {name: own[name] for name in ("x", "gamma", "beta")}
        return {**own, "later": (2 * own["x"][::-1] + draw.choice((0.5, -3.0))).round(2)}

    def _train(self, example: Example, **options: Any) -> Call:
        """Return the call in training, with momentum zero if ``options`` do not say else."""
        return self.layer.call({**example, "bn_param": {**TRAIN, **options}})

    def _later(self, example: Example, options: Mapping[str, Any]) -> Call:
        """Return the call on the second batch."""
        return self.layer.call({**example, "x": example["later"], "bn_param": dict(options)})

    def _left_by(self, reply: Reply, given: Mapping[str, Any] = TRAIN) -> dict[str, Any]:
        """Return the options as a call left them.

        Raises
        ------
        Broken
            If a running average is not among them.
        """
        left = reply.after.get(3, dict(given))
        for name in AVERAGES:
            if not isinstance(left, dict) or name not in left:
                message = f"{self.layer.forward_name} leaves no {name!r} in bn_param."
                raise Broken(Problem(message))
        found: dict[str, Any] = left
        return found

    def _averages(self, left: Mapping[str, Any], example: Example) -> dict[str, NDArray[Any]]:
        """Return the averages among options, one number a feature."""
        return {name: take_array(left[name], example["gamma"].shape, name) for name in AVERAGES}


@record(kw_only=True)
class AveragesMove(AveragesLaw):
    """A share of ``momentum`` is left of the averages; the rest is what momentum zero gives.

    What the batch's own mean and variance are is judged elsewhere.
    """

    hint: ClassVar[str] = (
        "With momentum 1, what has a new batch to say? With momentum 0, what else?"
    )

    def draw(self, draw: Draw) -> Example:
        """Return a layer, a second batch, and a momentum."""
        return {**AveragesLaw.draw(self, draw), "m": draw.choice((1.0, 0.9, 0.7, 0.2))}

    def converse(self, example: Example) -> Conversation:
        """Compare the averages that the second batch leaves."""
        momentum = example["m"]
        (first,) = yield [self._train(example)]
        before = self._left_by(first)
        given = {**before, "mode": "train", "momentum": momentum}
        replies = yield [self._later(example, given), self._later(example, TRAIN)]
        old = self._averages(before, example)
        moved = self._averages(self._left_by(replies[0], given), example)
        new = self._averages(self._left_by(replies[1]), example)
        # What computes nothing leaves zeros, which obey any law of sums.
        moves = bool(np.any(new["running_var"] != old["running_var"]))
        require(moves, "running_var is the same for two batches, one twice as wide as the other.")
        for name in AVERAGES:
            message = f"{name} is not momentum times the old one, and the batch's for the rest."
            terms = (momentum * old[name], (1 - momentum) * new[name])
            require_equal(message, moved[name], sum(terms), self.tolerance, scale_of=terms)

    def show(self, example: Example) -> str:
        """Return the three calls."""
        lines = (
            _SHOW_TRAIN,
            "new = dict(bn_param)",
            self.layer.show_forward("_, _"),
            "moved = {**bn_param, 'momentum': m}",
            self.layer.show_forward("_, _", x="later", bn_param="moved"),
            self.layer.show_forward("_, _", x="later", bn_param="new"),
            *(
                f"print(moved['{name}'], m * bn_param['{name}'] + (1 - m) * new['{name}'])"
                for name in AVERAGES
            ),
        )
        return "\n".join((show_values(example), *lines))


@record(kw_only=True)
class AveragesStay(AveragesLaw):
    """Test mode leaves the running averages as they are."""

    hint: ClassVar[str] = "In which mode is there anything to learn from the batch?"

    def converse(self, example: Example) -> Conversation:
        """Compare the averages before and after."""
        (first,) = yield [self._train(example)]
        given = {**self._left_by(first), "mode": "test"}
        (tested,) = yield [self._later(example, given)]
        self.layer.out_of(tested, example)  # what computes nothing keeps everything as it is
        before = self._averages(given, example)
        after = self._averages(self._left_by(tested, given), example)
        for name in AVERAGES:
            message = f"{name} is another one after a call in test mode."
            require_equal(message, after[name], before[name], self.tolerance)

    def show(self, example: Example) -> str:
        """Return both calls."""
        lines = (
            _SHOW_TRAIN,
            self.layer.show_forward("_, _"),
            "bn_param['mode'] = 'test'",
            f"before = {_SHOW_COPY}",
            self.layer.show_forward("_, _", x="later"),
            "print(before, bn_param)  # the same",
        )
        return "\n".join((show_values(example), *lines))


@record(kw_only=True)
class ModesAgree(AveragesLaw):
    """Test mode by a batch's own mean and variance gives what training gave."""

    hint: ClassVar[str] = "What is different in test mode besides where mean and variance are from?"
    tolerance: float = EPS_IS_SMALL

    def converse(self, example: Example) -> Conversation:
        """Train once, then test with what that left."""
        (trained,) = yield [self._train(example)]
        options = {**self._left_by(trained), "mode": "test"}
        (tested,) = yield [self.layer.call({**example, "bn_param": options})]
        message = "After training with momentum 0, test mode gives another out for the same batch."
        wanted = self.layer.out_of(trained, example)
        require_equal(message, self.layer.out_of(tested, example), wanted, self.tolerance)

    def show(self, example: Example) -> str:
        """Return both calls."""
        lines = (
            _SHOW_TRAIN,
            self.layer.show_forward("out, _"),
            "bn_param['mode'] = 'test'",
            self.layer.show_forward("tested, _"),
            "print(out, tested)  # the same",
        )
        return "\n".join((show_values(example), *lines))


@record(kw_only=True)
class AloneInTestMode(AveragesLaw):
    """In test mode an example's output is the same alone as in company."""

    hint: ClassVar[str] = "In test mode, whose mean and variance are used?"

    def converse(self, example: Example) -> Conversation:
        """Compare the output of the second batch with that of its examples."""
        (first,) = yield [self._train(example)]
        options = {**self._left_by(first), "mode": "test"}
        count = len(example["later"])
        singles = [{**example, "later": example["later"][i : i + 1]} for i in range(count)]
        whole, *alone = yield [self._later(each, options) for each in (example, *singles)]
        apart = [
            self.layer.out_of(reply, {"x": each["later"]}, "out of a single example")
            for reply, each in zip(alone, singles, strict=True)
        ]
        message = (
            "In test mode, an example's output is another one when there are others beside it."
        )
        out = self.layer.out_of(whole, example)
        require_equal(message, out, np.concatenate(apart), self.tolerance)

    def show(self, example: Example) -> str:
        """Return both ways."""
        alone = self.layer.show_forward("one, _", x="later[i:i+1]", bn_param=_SHOW_COPY)
        lines = (
            _SHOW_TRAIN,
            self.layer.show_forward("_, _"),
            "bn_param['mode'] = 'test'",
            self.layer.show_forward("out, _", x="later", bn_param=_SHOW_COPY),
            "for i in range(len(later)):",
            f"    {alone}",
            "    print(out[i], one[0])  # the same",
        )
        return "\n".join((show_values(example), *lines))

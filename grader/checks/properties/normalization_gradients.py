"""Laws of the way back through a normalisation: what it cannot see has no gradient."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from grader.checks.properties.base import Conversation, Example
from grader.checks.properties.draw import Draw
from grader.checks.properties.judging import require_equal
from grader.checks.properties.layers import CachesApart, LayerLaw, draw_upstream
from grader.checks.properties.normalization import Normalization
from grader.checks.properties.showing import show_values
from grader.records import record


@record(kw_only=True)
class NormalizationLaw(LayerLaw):
    """A law about the way back through a normalisation."""

    layer: Normalization
    of_gradient: ClassVar[bool] = True

    def draw(self, draw: Draw) -> Example:
        """Return a layer, of three examples at least, and an upstream gradient.

        Of two examples one is as far above the mean as the other below, whatever they are, so
        that nothing is left of the gradient.
        """
        own = self.layer.draw(draw, draw.size(3, 4))
        return {**own, "dout": draw_upstream(self.layer, draw, own)}


@record(kw_only=True)
class ShiftHasNoGradient(NormalizationLaw):
    """The entries of dx add up to zero in each group: adding a number to all changes nothing."""

    hint: ClassVar[str] = "When all entries move by the same, so does their mean: what of out?"

    def converse(self, example: Example) -> Conversation:
        """Add up the gradient over each group."""
        (forward,) = yield [self.layer.call(example)]
        (backward,) = yield [self.layer.call_back(example["dout"], forward)]
        dx = self.layer.gradients_of(backward, example)["dx"]
        sums = self.layer.to_rows(dx).sum(axis=1)
        message = f"The entries of dx over each {self.layer.group} do not add up to zero."
        scale = (example["dout"], dx)
        require_equal(message, sums, np.zeros_like(sums), self.tolerance, scale_of=scale)

    def show(self, example: Example) -> str:
        """Return the sums."""
        lines = (
            self.layer.show_forward(),
            self.layer.show_backward(),
            f"print(dx.sum(axis={self.layer.axes}))  # zeros",
        )
        return "\n".join((show_values(example), *lines))


@record(kw_only=True)
class ScaleHasNoGradient(NormalizationLaw):
    """Along the input, less its mean, dx is next to nothing: its scale hardly changes out."""

    hint: ClassVar[str] = "When a group is stretched, so is its deviation: on which path is that?"
    tolerance: float = 1e-3
    """Loose, since eps lets a little of the scale through."""

    def converse(self, example: Example) -> Conversation:
        """Add up the gradient along the input."""
        (forward,) = yield [self.layer.call(example)]
        (backward,) = yield [self.layer.call_back(example["dout"], forward)]
        dx = self.layer.gradients_of(backward, example)["dx"]
        rows = self.layer.to_rows(example["x"])
        along = (self.layer.to_rows(dx) * (rows - rows.mean(axis=1, keepdims=True))).sum(axis=1)
        gamma = self.layer.per_feature(example["gamma"], dx.ndim)
        message = f"Stretching a {self.layer.group} changes the loss, if one goes by dx."
        scale = (example["dout"] * gamma,)
        require_equal(message, along, np.zeros_like(along), self.tolerance, scale_of=scale)

    def show(self, example: Example) -> str:
        """Return the sums."""
        axes = self.layer.axes
        lines = (
            self.layer.show_forward(),
            self.layer.show_backward(),
            f"along = dx * (x - x.mean(axis={axes}, keepdims=True))",
            f"print(along.sum(axis={axes}))  # nearly zeros",
        )
        return "\n".join((show_values(example), *lines))


@record(kw_only=True)
class LastStepsBack(NormalizationLaw):
    """What is scaled by gamma and shifted by beta comes back in dgamma and dbeta."""

    hint: ClassVar[str] = "Which outputs does one entry of gamma multiply, and one of beta shift?"

    def converse(self, example: Example) -> Conversation:
        """Compare with the sums over what each entry has a share in."""
        (forward,) = yield [self.layer.call(example)]
        out = self.layer.out_of(forward, example)
        dout = example["dout"]
        (backward,) = yield [self.layer.call_back(dout, forward)]
        found = self.layer.gradients_of(backward, example)
        others = tuple(axis for axis in range(out.ndim) if axis != 1)
        terms = dout * (out - self.layer.per_feature(example["beta"], out.ndim))
        message = "dgamma times gamma is not what dout makes of out less beta."
        require_equal(
            message,
            found["dgamma"] * example["gamma"],
            terms.sum(axis=others),
            self.tolerance,
            scale_of=(terms, out, found["dgamma"]),
        )
        message = "dbeta is not the sum of dout over all but the features."
        wanted = dout.sum(axis=others)
        require_equal(message, found["dbeta"], wanted, self.tolerance, scale_of=(dout,))

    def show(self, example: Example) -> str:
        """Return both sums."""
        images = example["x"].ndim > 2
        axes, shape = ("(0, 2, 3)", ".reshape(1, -1, 1, 1)") if images else ("0", "")
        lines = (
            self.layer.show_forward(),
            self.layer.show_backward(),
            f"print(dgamma * gamma, np.sum(dout * (out - beta{shape}), axis={axes}))  # the same",
            f"print(dbeta, dout.sum(axis={axes}))  # the same",
        )
        return "\n".join((show_values(example), *lines))


@record(kw_only=True)
class CachesOfBatchesApart(CachesApart):
    """A backward pass goes by the cache it is given, of three examples at least."""

    def draw(self, draw: Draw) -> Example:
        """Return a layer, an upstream gradient, and another input."""
        own = self.layer.draw(draw, draw.size(3, 4))
        later = draw.array(*own["x"].shape)
        return {**own, "dout": draw_upstream(self.layer, draw, own), "later": later}

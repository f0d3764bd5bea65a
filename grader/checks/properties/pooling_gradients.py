"""Laws of the way back through max pooling: where gradients go, also from several windows.

Entries are distinct, but where ties are what a law is about: the course does not say which of
several largest entries gets the gradient, or whether each of them does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from grader.checks.properties.base import Conversation, Example
from grader.checks.properties.draw import Draw
from grader.checks.properties.judging import require, require_equal
from grader.checks.properties.layers import LayerLaw, draw_upstream
from grader.checks.properties.pooling import OPTIONS
from grader.checks.properties.showing import show_values
from grader.records import record

if TYPE_CHECKING:
    from numpy.typing import NDArray


@record(kw_only=True)
class NothingLost(LayerLaw):
    """The gradients of a channel add up to those from above, also where windows overlap."""

    of_gradient: ClassVar[bool] = True
    hint: ClassVar[str] = "What is the gradient of an entry that is the largest of two windows?"

    def draw(self, draw: Draw) -> Example:
        """Return a layer and an upstream gradient."""
        own = self.layer.draw(draw, draw.size(1, 2))
        return {**own, "dout": draw_upstream(self.layer, draw, own)}

    def converse(self, example: Example) -> Conversation:
        """Compare the sums."""
        (forward,) = yield [self.layer.call(example)]
        (backward,) = yield [self.layer.call_back(example["dout"], forward)]
        dx = self.layer.gradients_of(backward, example)["dx"]
        message = "The entries of dx in one channel do not add up to those of dout."
        total = example["dout"].sum(axis=(2, 3))
        scale = (np.abs(example["dout"]).sum(),)
        require_equal(message, dx.sum(axis=(2, 3)), total, self.tolerance, scale_of=scale)

    def show(self, example: Example) -> str:
        """Return the sums."""
        lines = (
            self.layer.show_forward(),
            self.layer.show_backward(),
            "print(dx.sum(axis=(2, 3)), dout.sum(axis=(2, 3)))  # the same",
        )
        return "\n".join((show_values(example), *lines))


@record(kw_only=True)
class BackToLargest(LayerLaw):
    """Gradients go back to the entries that came out: ``dx * x`` adds up to ``dout * out``."""

    of_gradient: ClassVar[bool] = True
    hint: ClassVar[str] = "In which row and which column of its window is the largest entry?"

    def draw(self, draw: Draw) -> Example:
        """Return a layer and an upstream gradient."""
        own = self.layer.draw(draw, draw.size(1, 2))
        return {**own, "dout": draw_upstream(self.layer, draw, own)}

    def converse(self, example: Example) -> Conversation:
        """Compare the sums of each channel."""
        (forward,) = yield [self.layer.call(example)]
        out = self.layer.out_of(forward, example)
        (backward,) = yield [self.layer.call_back(example["dout"], forward)]
        dx = self.layer.gradients_of(backward, example)["dx"]
        terms, wanted = dx * example["x"], example["dout"] * out
        message = (
            "dx is not where x came out: in some channel, dx * x does not add up to dout * out."
        )
        require_equal(
            message,
            terms.sum(axis=(2, 3)),
            wanted.sum(axis=(2, 3)),
            self.tolerance,
            scale_of=(terms, wanted, dx, out),
        )

    def show(self, example: Example) -> str:
        """Return the sums."""
        sums = "np.sum(dx * x, axis=(2, 3)), np.sum(dout * out, axis=(2, 3))"
        lines = (
            self.layer.show_forward(),
            self.layer.show_backward(),
            f"print({sums})  # the same",
        )
        return "\n".join((show_values(example), *lines))


@record(kw_only=True)
class Ties(LayerLaw):
    """Of several largest entries, one or more share the gradient; no other entry has any."""

    of_gradient: ClassVar[bool] = True
    hint: ClassVar[str] = "When several entries of a window are the largest, which is not?"

    def draw(self, draw: Draw) -> Example:
        """Return a layer whose windows hold few different numbers and do not overlap."""
        own = self.layer.draw(draw, draw.size(1, 2))
        x = draw.array(*own["x"].shape, low=-1.0, high=1.0, step=1.0)
        return {**own, "x": x, "dout": draw_upstream(self.layer, draw, own)}

    def converse(self, example: Example) -> Conversation:
        """Look at the shares of each window."""
        (forward,) = yield [self.layer.call(example)]
        (backward,) = yield [self.layer.call_back(example["dout"], forward)]
        dx = self.layer.gradients_of(backward, example)["dx"]
        side = example[OPTIONS]["stride"]
        entries, shares = _split(example["x"], side), _split(dx, side)
        shares = shares / example["dout"][..., None]
        largest = entries == entries.max(axis=-1, keepdims=True)
        message = "dx is not zero at an entry that is not the largest of its window."
        require_equal(message, np.where(largest, 0.0, shares), 0 * shares, self.tolerance)
        slack = self.tolerance if dx.dtype == np.float64 else 1e-3
        fair = (shares >= -slack) & (shares <= 1 + slack)
        require(bool(fair.all()), "An entry gets less than nothing of dout, or more than all.")
        lost = shares.sum(axis=-1) < 1 - slack
        require(not lost.any(), "With several largest entries in a window, some of dout is lost.")

    def show(self, example: Example) -> str:
        """Return the gradient."""
        lines = (self.layer.show_forward(), self.layer.show_backward(), "print(dx)")
        return "\n".join((show_values(example), *lines))


def _split(images: NDArray[Any], side: int) -> NDArray[Any]:
    """Return the entries of square windows that tile images, along the last axis."""
    count, channels, rows, columns = images.shape
    blocks = images.reshape(count, channels, rows // side, side, columns // side, side)
    return blocks.transpose(0, 1, 2, 4, 3, 5).reshape(
        count, channels, rows // side, columns // side, side * side
    )

"""Laws of dropout with a seed: one mask, whatever goes in, and the same one on the way back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, ClassVar

from grader.checks.properties.base import Conversation, Example
from grader.checks.properties.draw import Draw
from grader.checks.properties.judging import require_equal
from grader.checks.properties.layers import Layer, LayerLaw, draw_upstream
from grader.checks.properties.showing import show_values
from grader.records import record


@record(kw_only=True)
class Dropout(Layer):
    """Dropout of arrays of any shape, with a seed."""

    arguments: ClassVar[tuple[str, ...]] = ("x", "dropout_param")

    forward: str = "layers:dropout_forward"
    backward: str = "layers:dropout_backward"
    gradients: Mapping[str, str] = field(default_factory=lambda: {"dx": "x"})
    mode: str = "train"

    def draw(self, draw: Draw, examples: int) -> Example:
        """Return examples of up to three axes, without zeros, and options."""
        axes = [draw.size(1, 3) for _ in range(draw.size(0, 3))]
        # Whether p is the chance to keep or to drop makes no difference to these laws.
        options = {"mode": self.mode, "p": draw.choice((0.5, 0.3, 0.7))}
        return {
            "x": draw.array(examples, *axes, nonzero=True),
            "dropout_param": {**options, "seed": draw.integer(0, 1000)},
        }

    def out_shape(self, arguments: Mapping[str, Any]) -> tuple[int, ...]:
        """Return the input's shape."""
        shape: tuple[int, ...] = arguments["x"].shape
        return shape


@record(kw_only=True)
class MaskIgnoresInput(LayerLaw):
    """With one seed, entries are dropped or kept alike, and scaled alike, whatever they are."""

    hint: ClassVar[str] = "What does the mask depend on besides p, the shape and the seed?"

    def draw(self, draw: Draw) -> Example:
        """Return a layer and another input."""
        own = self.layer.draw(draw, draw.size(1, 4))
        return {**own, "y": draw.array(*own["x"].shape, nonzero=True)}

    def converse(self, example: Example) -> Conversation:
        """Compare what both are multiplied by."""
        x, y = example["x"], example["y"]
        replies = yield [self.layer.call(example), self.layer.call(example, x=y)]
        out, other = (self.layer.out_of(reply, example) for reply in replies)
        message = "With the same seed, x and y are not multiplied by the same mask."
        scale = (out, other)
        require_equal(message, other * x, out * y, self.tolerance, scale_of=scale)

    def show(self, example: Example) -> str:
        """Return both calls."""
        lines = (
            self.layer.show_forward("out, _"),
            self.layer.show_forward("other, _", x="y"),
            "print(out / x, other / y)  # the same",
        )
        return "\n".join((show_values(example), *lines))


@record(kw_only=True)
class SameMaskBack(LayerLaw):
    """The gradient is multiplied by what the input was: ``dx * x`` is ``dout * out``."""

    of_gradient: ClassVar[bool] = True
    hint: ClassVar[str] = "By what was each entry multiplied on the way forward?"

    def draw(self, draw: Draw) -> Example:
        """Return a layer and an upstream gradient."""
        own = self.layer.draw(draw, draw.size(1, 4))
        return {**own, "dout": draw_upstream(self.layer, draw, own)}

    def converse(self, example: Example) -> Conversation:
        """Compare the products."""
        (forward,) = yield [self.layer.call(example)]
        out = self.layer.out_of(forward, example)
        (backward,) = yield [self.layer.call_back(example["dout"], forward)]
        dx = self.layer.gradients_of(backward, example)["dx"]
        message = "dx is not dout times what x was multiplied by."
        left, right = dx * example["x"], example["dout"] * out
        require_equal(message, left, right, self.tolerance, scale_of=(dx, out))

    def show(self, example: Example) -> str:
        """Return both masks."""
        lines = (
            self.layer.show_forward(),
            self.layer.show_backward(),
            "print(out / x, dx / dout)  # the same",
        )
        return "\n".join((show_values(example), *lines))


@record(kw_only=True)
class TestModePasses(LayerLaw):
    """In test mode the output is the input, whatever p is."""

    hint: ClassVar[str] = "Inverted dropout rescales in training: what is left to do in test mode?"

    def draw(self, draw: Draw) -> Example:
        """Return a layer in test mode."""
        return self.layer.draw(draw, draw.size(1, 4))

    def converse(self, example: Example) -> Conversation:
        """Compare output and input."""
        (reply,) = yield [self.layer.call(example)]
        out = self.layer.out_of(reply, example)
        require_equal("In test mode, out is not x.", out, example["x"], self.tolerance)

    def show(self, example: Example) -> str:
        """Return the call."""
        lines = (self.layer.show_forward("out, _"), "print(out, x)  # the same")
        return "\n".join((show_values(example), *lines))

"""Laws of the affine layer, the ReLU, and both in one."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import field
from typing import Any, ClassVar

import numpy as np

from grader.candidate.base import Call
from grader.checks.experiments import pick
from grader.checks.properties.base import Conversation, Example
from grader.checks.properties.draw import Draw
from grader.checks.properties.judging import require, require_equal, take_array
from grader.checks.properties.layers import Layer, LayerLaw, draw_upstream
from grader.checks.properties.showing import show_values
from grader.records import record

OFF_THE_KINK = 0.005
"""Added to biases whose layers give multiples of 0.01 before a ReLU, so that none of them is 0."""


@record(kw_only=True)
class Affine(Layer):
    """An affine layer, or one that joins it with layers that keep its shape."""

    arguments: ClassVar[tuple[str, ...]] = ("x", "w", "b")

    forward: str = "layers:affine_forward"
    backward: str = "layers:affine_backward"
    gradients: Mapping[str, str] = field(default_factory=lambda: {"dx": "x", "dw": "w", "db": "b"})

    def draw(self, draw: Draw, examples: int) -> Example:
        """Return examples of two or three axes, whose outputs are never near zero."""
        axes = [draw.size(1, 3) for _ in range(draw.size(1, 2))]
        width = draw.size(1, 4)
        x = draw.array(examples, *axes, step=0.1, nonzero=True)
        w = draw.array(math.prod(axes), width, step=0.1, nonzero=True)
        return {"x": x, "w": w, "b": draw.array(width) + OFF_THE_KINK}

    def out_shape(self, arguments: Mapping[str, Any]) -> tuple[int, ...]:
        """Return examples and outputs."""
        return (len(arguments["x"]), arguments["w"].shape[1])


@record(kw_only=True)
class Relu(Layer):
    """A ReLU, of arrays of any shape."""

    arguments: ClassVar[tuple[str, ...]] = ("x",)

    forward: str = "layers:relu_forward"
    backward: str = "layers:relu_backward"
    gradients: Mapping[str, str] = field(default_factory=lambda: {"dx": "x"})

    def draw(self, draw: Draw, examples: int) -> Example:
        """Return examples of up to two axes, without zeros."""
        axes = [draw.size(1, 3) for _ in range(draw.size(0, 2))]
        return {"x": draw.array(examples, *axes, nonzero=True)}

    def out_shape(self, arguments: Mapping[str, Any]) -> tuple[int, ...]:
        """Return the input's shape."""
        shape: tuple[int, ...] = arguments["x"].shape
        return shape


@record(kw_only=True)
class PicksEntries(LayerLaw):
    """With a one in each row and column of the weights, an affine layer reorders its input."""

    hint: ClassVar[str] = "In which order are the entries of one example laid out in its row?"

    def draw(self, draw: Draw) -> Example:
        """Return examples, such weights, and biases."""
        axes = [draw.size(1, 3) for _ in range(draw.size(1, 3))]
        width = math.prod(axes)
        w = np.eye(width)[:, draw.order(width)]
        return {"x": draw.array(draw.size(1, 3), *axes), "w": w, "b": draw.array(width)}

    def converse(self, example: Example) -> Conversation:
        """Compare the output with the entries."""
        (reply,) = yield [self.layer.call(example)]
        out = self.layer.out_of(reply, example)
        entries = example["x"].reshape(out.shape)[:, np.argmax(example["w"], axis=0)]
        message = "Weights with a single 1 per column do not pick entries of x, plus the biases."
        require_equal(message, out, entries + example["b"], self.tolerance)

    def show(self, example: Example) -> str:
        """Return the call."""
        return "\n".join((show_values(example), self.layer.show_forward(), "print(out)"))


@record(kw_only=True)
class SplitsSigns(LayerLaw):
    """What a ReLU passes of x, less what it passes of -x, is x; neither is negative."""

    hint: ClassVar[str] = "Of x and -x, which one passes, and what becomes of the other?"

    def draw(self, draw: Draw) -> Example:
        """Return an input of any shape."""
        return self.layer.draw(draw, draw.size(1, 3))

    def converse(self, example: Example) -> Conversation:
        """Ask for x and for -x."""
        x = example["x"]
        replies = yield [self.layer.call(example), self.layer.call(example, x=-x)]
        out, other = (self.layer.out_of(reply, example) for reply in replies)
        require(bool((out >= 0).all() and (other >= 0).all()), "out is negative somewhere.")
        message = "What passes of x, less what passes of -x, is not x."
        require_equal(message, out - other, x, self.tolerance)

    def show(self, example: Example) -> str:
        """Return both calls."""
        lines = (self.layer.show_forward(), self.layer.show_forward("other, _", x="-x"))
        return "\n".join((show_values(example), *lines, "print(out - other)  # x"))


@record(kw_only=True)
class GrowsWithInput(LayerLaw):
    """A ReLU of c times x is c times that of x, for c > 0."""

    hint: ClassVar[str] = "Is there a threshold besides zero, or a largest output?"

    def draw(self, draw: Draw) -> Example:
        """Return an input and a factor."""
        x = self.layer.draw(draw, draw.size(1, 3))["x"]
        return {"x": x, "c": draw.choice((0.1, 0.5, 4.0, 20.0, 1000.0))}

    def converse(self, example: Example) -> Conversation:
        """Ask for x and for c times x."""
        x, c = example["x"], example["c"]
        replies = yield [self.layer.call(example), self.layer.call(example, x=c * x)]
        out, larger = (self.layer.out_of(reply, example) for reply in replies)
        message = f"With {c:g} times the input, out is not {c:g} times as large."
        require_equal(message, larger, c * out, self.tolerance)

    def show(self, example: Example) -> str:
        """Return both calls."""
        lines = (self.layer.show_forward(), self.layer.show_forward("larger, _", x="c * x"))
        return "\n".join((show_values(example), *lines, "print(larger, c * out)  # the same"))


@record(kw_only=True)
class SharesGradient(LayerLaw):
    """What a ReLU passes back at x, and at -x, is together the upstream gradient."""

    of_gradient: ClassVar[bool] = True
    hint: ClassVar[str] = "At x and at -x, which entries of the upstream gradient pass?"

    def draw(self, draw: Draw) -> Example:
        """Return an input and an upstream gradient."""
        arguments = self.layer.draw(draw, draw.size(1, 3))
        return {**arguments, "dout": draw_upstream(self.layer, draw, arguments)}

    def converse(self, example: Example) -> Conversation:
        """Ask for the gradients at x and at -x."""
        layer, dout = self.layer, example["dout"]
        forward = yield [layer.call(example), layer.call(example, x=-example["x"])]
        backward = yield [layer.call_back(dout, reply) for reply in forward]
        here, there = (layer.gradients_of(reply, example)["dx"] for reply in backward)
        message = "dx at x and dx at -x do not add up to dout."
        require_equal(message, here + there, dout, self.tolerance)

    def show(self, example: Example) -> str:
        """Return both calls."""
        return "\n".join(
            (
                show_values(example),
                self.layer.show_forward(),
                self.layer.show_backward(),
                self.layer.show_forward(x="-x"),
                self.layer.show_backward(after="_other"),
                "print(dx + dx_other)  # dout",
            )
        )


@record(kw_only=True)
class FollowsForward(LayerLaw):
    """Where a ReLU passes an input, it passes the gradient: ``dx * x`` is ``dout * out``."""

    of_gradient: ClassVar[bool] = True
    hint: ClassVar[str] = "Which entries of out do not change when x does?"

    def draw(self, draw: Draw) -> Example:
        """Return an input and an upstream gradient."""
        arguments = self.layer.draw(draw, draw.size(1, 3))
        return {**arguments, "dout": draw_upstream(self.layer, draw, arguments)}

    def converse(self, example: Example) -> Conversation:
        """Compare the products."""
        layer, dout = self.layer, example["dout"]
        (forward,) = yield [layer.call(example)]
        out = layer.out_of(forward, example)
        (backward,) = yield [layer.call_back(dout, forward)]
        dx = layer.gradients_of(backward, example)["dx"]
        message = "dx does not pass where x does: dx * x is not dout * out."
        require_equal(message, dx * example["x"], dout * out, self.tolerance)

    def show(self, example: Example) -> str:
        """Return the products."""
        lines = (self.layer.show_forward(), self.layer.show_backward())
        return "\n".join((show_values(example), *lines, "print(dx * x, dout * out)  # the same"))


@record(kw_only=True)
class IsAffineThenRelu(LayerLaw):
    """The joined layer gives what your own two layers give one after the other."""

    hint: ClassVar[str] = "What goes into the second layer: the first one's output, and what else?"

    first: str = "layers:affine_forward"
    second: str = "layers:relu_forward"

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the joined layer."""
        return (self.layer.forward,)

    def draw(self, draw: Draw) -> Example:
        """Return arguments of the affine layer."""
        return self.layer.draw(draw, draw.size(1, 3))

    def converse(self, example: Example) -> Conversation:
        """Compare both ways."""
        arguments = tuple(example[name] for name in self.layer.arguments)
        keep = frozenset({1})
        joined, first = yield [self.layer.call(example), Call(self.first, arguments, keep=keep)]
        between = pick(first.value, (0,), self.first.partition(":")[2])
        (second,) = yield [Call(self.second, (between,), keep=keep)]
        out = self.layer.out_of(joined, example)
        wanted = pick(second.value, (0,), self.second.partition(":")[2])
        message = "out is not what your own two layers give one after the other."
        require_equal(message, out, take_array(wanted, out.shape, "their output"), self.tolerance)

    def show(self, example: Example) -> str:
        """Return both ways."""
        return "\n".join(
            (
                show_values(example),
                self.layer.show_forward(),
                f"a, _ = {self.first.partition(':')[2]}(x, w, b)",
                f"wanted, _ = {self.second.partition(':')[2]}(a)",
                "print(out, wanted)  # the same",
            )
        )

"""Laws of convolution: what adds up, moves, is padded, or is seen through one pixel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, ClassVar

import numpy as np

from grader.checks.properties.base import Conversation, Example
from grader.checks.properties.draw import Draw
from grader.checks.properties.judging import require_equal
from grader.checks.properties.layers import LayerLaw, draw_upstream
from grader.checks.properties.showing import show_values
from grader.checks.properties.windows import Range, WindowLayer
from grader.records import record


@record(kw_only=True)
class Convolution(WindowLayer):
    """A convolution, or one that is joined with layers that keep its shape."""

    arguments: ClassVar[tuple[str, ...]] = ("x", "w", "b", "conv_param")

    forward: str = "layers:conv_forward_naive"
    backward: str = "layers:conv_backward_naive"
    gradients: Mapping[str, str] = field(default_factory=lambda: {"dx": "x", "dw": "w", "db": "b"})
    pads: Range = (0, 1)

    def draw(self, draw: Draw, examples: int) -> Example:
        """Return images, filters, biases, and stride and pad."""
        pad = draw.size(*self.pads)
        window, image, stride = self.draw_geometry(draw, pad)
        channels, filters = draw.size(1, 2), draw.size(1, 2)
        return {
            "x": draw.array(examples, channels, *image, nonzero=True),
            "w": draw.array(filters, channels, *window, nonzero=True),
            "b": draw.array(filters),
            "conv_param": {"stride": stride, "pad": pad},
        }

    def out_shape(self, arguments: Mapping[str, Any]) -> tuple[int, ...]:
        """Return ``(N, F, H', W')``."""
        images, _, *lengths = arguments["x"].shape
        filters, _, *window = arguments["w"].shape
        stride, pad = arguments["conv_param"]["stride"], arguments["conv_param"]["pad"]
        positions = (
            1 + (length + 2 * pad - side) // stride
            for length, side in zip(lengths, window, strict=True)
        )
        return (images, filters, *positions)

    def turn(self, example: Mapping[str, Any]) -> dict[str, Any]:
        """Return images and filters with height and width exchanged."""
        return {**example, **{name: np.swapaxes(example[name], 2, 3) for name in ("x", "w")}}

    def show_turn(self) -> tuple[str, dict[str, str]]:
        """Return no lines: the arguments are exchanged in the call."""
        return "# height and width exchanged", {
            name: f"{name}.swapaxes(2, 3)" for name in ("x", "w")
        }


@record(kw_only=True)
class SumsOfImages(LayerLaw):
    """The convolution of a sum, of images or of filters, is the sum of the convolutions."""

    hint: ClassVar[str] = "Is each output a sum of products of pixels and weights, and a bias?"

    def draw(self, draw: Draw) -> Example:
        """Return a layer, and what is added to its images or its filters, and to its biases."""
        own = self.layer.draw(draw, draw.size(1, 2))
        varied = draw.choice(("x", "w"))
        added = draw.array(*own[varied].shape, nonzero=True)
        return {**own, f"other_{varied}": added, "other_b": draw.array(*own["b"].shape)}

    def converse(self, example: Example) -> Conversation:
        """Convolve both, and their sum."""
        varied = self._varied(example)
        second = {name: example[f"other_{name}"] for name in (varied, "b")}
        total = {name: example[name] + value for name, value in second.items()}
        replies = yield [self.layer.call(example, **changed) for changed in ({}, second, total)]
        one, other, both = (self.layer.out_of(reply, example) for reply in replies)
        message = f"The output for the sum of two {varied} and b is not the sum of the outputs."
        require_equal(message, both, one + other, self.tolerance, scale_of=(one, other))

    def show(self, example: Example) -> str:
        """Return lines that add up before and after."""
        names = (self._varied(example), "b")
        other = {name: f"other_{name}" for name in names}
        both = {name: f"{name} + other_{name}" for name in names}
        return "\n".join(
            (
                show_values(example),
                self.layer.show_forward("one, _"),
                self.layer.show_forward("other, _", **other),
                self.layer.show_forward("both, _", **both),
                "print(both, one + other)  # the same",
            )
        )

    def _varied(self, example: Example) -> str:
        return "x" if "other_x" in example else "w"


@record(kw_only=True)
class Translation(LayerLaw):
    """What moves by the stride, with nothing but zeros around it, moves the output by one."""

    hint: ClassVar[str] = "Where does the window of out[:, :, i, j] begin in the padded image?"

    def draw(self, draw: Draw) -> Example:
        """Return a layer whose images end in zeros, as far as they will be moved."""
        own = self.layer.draw(draw, draw.size(1, 2))
        stride = own["conv_param"]["stride"]
        own["x"][:, :, -stride:], own["x"][:, :, :, -stride:] = 0.0, 0.0
        return own

    def converse(self, example: Example) -> Conversation:
        """Compare the outputs where both have the whole content in view."""
        x, stride = example["x"], example["conv_param"]["stride"]
        moved = np.zeros_like(x)
        moved[:, :, stride:, stride:] = x[:, :, :-stride, :-stride]
        replies = yield [self.layer.call(example), self.layer.call(example, x=moved)]
        here, there = (self.layer.out_of(reply, example) for reply in replies)
        message = "Moving the image by the stride does not move the output by one."
        require_equal(
            message, there[:, :, 1:, 1:], here[:, :, :-1, :-1], self.tolerance, scale_of=(here,)
        )

    def show(self, example: Example) -> str:
        """Return lines that move the image."""
        return "\n".join(
            (
                show_values(example),
                "s = conv_param['stride']",
                "moved = np.zeros_like(x)",
                "moved[:, :, s:, s:] = x[:, :, :-s, :-s]",
                self.layer.show_forward("here, _"),
                self.layer.show_forward("there, _", x="moved"),
                "print(there[:, :, 1:, 1:], here[:, :, :-1, :-1])  # the same",
            )
        )


_PADDED = "np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))"


@record(kw_only=True)
class Padding(LayerLaw):
    """Padding is the same as giving an image with zeros around it, and padding nothing."""

    hint: ClassVar[str] = "What stands around the image, on which of its axes, and how wide is it?"

    def draw(self, draw: Draw) -> Example:
        """Return a layer with padding."""
        return self.layer.draw(draw, draw.size(1, 2))

    def converse(self, example: Example) -> Conversation:
        """Compare padding inside with padding outside."""
        changed = pad_outside(example)
        inside, outside = yield [self.layer.call(example), self.layer.call(example, **changed)]
        out = self.layer.out_of(inside, example)
        wanted = self.layer.out_of(outside, {**example, **changed})
        message = "With pad, out is not what it is for the same image with zeros around it."
        require_equal(message, out, wanted, self.tolerance)

    def show(self, example: Example) -> str:
        """Return both ways."""
        outside = {"x": _PADDED, "conv_param": "{**conv_param, 'pad': 0}"}
        return "\n".join(
            (
                show_values(example),
                "p = conv_param['pad']",
                self.layer.show_forward("out, _"),
                self.layer.show_forward("wanted, _", **outside),
                "print(out, wanted)  # the same",
            )
        )


@record(kw_only=True)
class PaddingBackwards(LayerLaw):
    """Gradients through padding are those of the padded image, without its border."""

    of_gradient: ClassVar[bool] = True
    hint: ClassVar[str] = "Which part of the gradient of the padded image belongs to the image?"

    def draw(self, draw: Draw) -> Example:
        """Return a layer with padding, and an upstream gradient."""
        own = self.layer.draw(draw, draw.size(1, 2))
        return {**own, "dout": draw_upstream(self.layer, draw, own)}

    def converse(self, example: Example) -> Conversation:
        """Compare padding inside with padding outside."""
        changed, dout = pad_outside(example), example["dout"]
        forward = yield [self.layer.call(example), self.layer.call(example, **changed)]
        inside, outside = yield [self.layer.call_back(dout, reply) for reply in forward]
        found = self.layer.gradients_of(inside, example)
        wanted = self.layer.gradients_of(outside, {**example, **changed})
        pad, (*_, rows, columns) = example["conv_param"]["pad"], example["x"].shape
        wanted["dx"] = wanted["dx"][:, :, pad : pad + rows, pad : pad + columns]
        for part in self.layer.gradients:
            message = f"With pad, {part} is not what it is for the image with zeros around it."
            require_equal(message, found[part], wanted[part], self.tolerance)

    def show(self, example: Example) -> str:
        """Return both ways."""
        outside = {"x": _PADDED, "conv_param": "{**conv_param, 'pad': 0}"}
        return "\n".join(
            (
                show_values(example),
                "p = conv_param['pad']",
                self.layer.show_forward(),
                self.layer.show_backward(),
                self.layer.show_forward("_, cache", **outside),
                self.layer.show_backward(after="_outside"),
                "print(dx, dx_outside[:, :, p:p + x.shape[2], p:p + x.shape[3]])  # the same",
                "print(dw, dw_outside, db, db_outside)  # in pairs the same",
            )
        )


@record(kw_only=True)
class PixelFilters(LayerLaw):
    """Filters of one pixel mix the channels of each pixel, and do nothing else."""

    hint: ClassVar[str] = "Over which axes does one output sum, and which pixels does it see?"

    def draw(self, draw: Draw) -> Example:
        """Return a layer whose filters have one pixel."""
        return self.layer.draw(draw, draw.size(1, 3))

    def converse(self, example: Example) -> Conversation:
        """Compare the output with the channels, mixed."""
        (reply,) = yield [self.layer.call(example)]
        out = self.layer.out_of(reply, example)
        stride = example["conv_param"]["stride"]
        seen = pad_outside(example)["x"][:, :, ::stride, ::stride]
        mixed = np.einsum("nchw,fc->nfhw", seen, example["w"][:, :, 0, 0])
        message = "With filters of one pixel, out does not mix the channels of single pixels."
        require_equal(message, out, mixed + example["b"].reshape(1, -1, 1, 1), self.tolerance)

    def show(self, example: Example) -> str:
        """Return the call."""
        mixed = "np.einsum('nchw,fc->nfhw', x, w[:, :, 0, 0])"
        lines = (
            self.layer.show_forward("out, _"),
            f"print(out, {mixed} + b.reshape(1, -1, 1, 1))  # alike where nothing is padded",
        )
        return "\n".join((show_values(example), *lines))


def pad_outside(example: Mapping[str, Any]) -> dict[str, Any]:
    """Return images with zeros around them, and options that ask for no more."""
    pad = example["conv_param"]["pad"]
    x = np.pad(example["x"], ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    return {"x": x, "conv_param": {**example["conv_param"], "pad": 0}}

"""Laws of convolution: what moves, pads, transposes or is seen through one pixel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from grader.checks.properties.base import Conversation, Example
from grader.checks.properties.draw import Draw
from grader.checks.properties.judging import require_equal
from grader.checks.properties.layers import Layer, LayerLaw
from grader.checks.properties.showing import show_values

if TYPE_CHECKING:
    from numpy.typing import NDArray

Range = tuple[int, int]
"""Smallest and largest size drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Convolution(Layer):
    """A convolution, on images so small that loops over pixels cost nothing.

    The windows tile the padded image: what happens at a border that they do not reach is not the
    course's to say.
    """

    forward: str = "layers:conv_forward_naive"
    backward: str = "layers:conv_backward_naive"
    gradients: Mapping[str, str] = field(
        default_factory=lambda: {"dx": "x", "dw": "w", "db": "b"}
    )
    filters: Range = (1, 3)
    """Height and width of the filters."""
    positions: Range = (1, 3)
    """Of a filter, along each axis; more where the image would be empty otherwise."""
    strides: Range = (1, 2)
    pads: Range = (0, 1)
    oblong: bool = False
    """Whether filters are higher than wide, or the other way round; else they and the images
    are square."""

    def draw(self, draw: Draw, examples: int) -> Example:
        """Return images, filters, biases, and stride and pad."""
        height = draw.size(*self.filters)
        width = height + draw.size(1, 2) if self.oblong else height
        stride, pad = draw.size(*self.strides), draw.size(*self.pads)
        rows = draw_length(draw, height, stride, self.positions, pad)
        columns = draw_length(draw, width, stride, self.positions, pad) if self.oblong else rows
        if self.oblong and draw.choice((False, True)):
            height, width, rows, columns = width, height, columns, rows
        channels, count = draw.size(1, 2), draw.size(1, 2)
        return {
            "x": draw.array(examples, channels, rows, columns),
            "w": draw.array(count, channels, height, width),
            "b": draw.array(count),
            "conv_param": {"stride": stride, "pad": pad},
        }

    def out_shape(self, arguments: Example) -> tuple[int, ...]:
        """Return ``(N, F, H', W')``."""
        (images, _, *image), (count, _, *window) = arguments["x"].shape, arguments["w"].shape
        stride, pad = arguments["conv_param"]["stride"], arguments["conv_param"]["pad"]
        places = (
            1 + (length + 2 * pad - own) // stride for length, own in zip(image, window, strict=True)
        )
        return (images, count, *places)


def draw_length(draw: Draw, window: int, stride: int, positions: Range, pad: int = 0) -> int:
    """Return the length of an image's axis that a window tiles, at least one pixel."""
    low, high = positions
    least = max(low, 2 - (window - 2 * pad) // stride) if window - 2 * pad < 1 else low
    return window + stride * (draw.size(least, least + high - low) - 1) - 2 * pad


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvolutionAddsUp(LayerLaw):
    """The convolution of a sum, of images or of filters, is the sum of the convolutions."""

    hint: ClassVar[str] = "Is each output a sum of products of pixels and weights, and a bias?"

    def draw(self, draw: Draw) -> Example:
        """Return a layer, and what is added to its images or its filters, and to its biases."""
        own = self.layer.draw(draw, draw.size(1, 2))
        varied = draw.choice(("x", "w"))
        added = {"varied": varied, "v": draw.array(*own[varied].shape), "c": draw.array(*own["b"].shape)}
        return {**own, **{f"_{name}": value for name, value in added.items()}}

    def converse(self, example: Example) -> Conversation:
        """Convolve both, and their sum."""
        own, more = self._split(example)
        varied = more["varied"]
        second = {varied: more["v"], "b": more["c"]}
        total = {varied: own[varied] + more["v"], "b": own["b"] + more["c"]}
        replies = yield [self.layer.call(own, **changed) for changed in ({}, second, total)]
        shape = self.layer.out_shape(own)
        one, two, both = (self.layer.out_of(reply, shape) for reply in replies)
        message = f"The convolution changes when {varied} and b are added up before it."
        require_equal(message, both, one + two, self.tolerance, scale_of=(one, two))

    def show(self, example: Example) -> str:
        """Return lines that compare both orders."""
        own, more = self._split(example)
        varied = more["varied"]
        return "\n".join(
            [
                show_values({**own, "v": more["v"], "c": more["c"]}),
                self.layer.show_forward(own, "one"),
                self.layer.show_forward(own, "two", **{varied: "v", "b": "c"}),
                self.layer.show_forward(own, "both", **{varied: f"{varied} + v", "b": "b + c"}),
                "print(both - one - two)  # zeros",
            ]
        )

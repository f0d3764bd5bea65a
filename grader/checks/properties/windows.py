"""Laws of layers whose windows slide over images, be they filters or pools."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, TypeAlias

import numpy as np

from grader.checks.properties.base import Conversation, Example
from grader.checks.properties.draw import Draw
from grader.checks.properties.judging import require_equal
from grader.checks.properties.layers import Layer, LayerLaw
from grader.checks.properties.showing import show_values
from grader.records import record

Range: TypeAlias = "tuple[int, int]"
"""Smallest and largest size drawn."""


@record(kw_only=True)
class WindowLayer(Layer):
    """A layer whose window slides over images so small that loops over pixels cost nothing.

    The windows tile the padded image: what happens at a border that they do not reach is not the
    course's to say.
    """

    window: Range = (1, 3)
    """Height and width of the window, in pixels."""
    positions: Range = (1, 3)
    """Of the window, along each axis; more where the image would be empty otherwise."""
    strides: Range = (1, 2)
    oblong: bool = False
    """Whether windows are higher than wide, or the other way round; else they and the images
    are square."""

    @abstractmethod
    def turn(self, example: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments with height and width exchanged."""

    @abstractmethod
    def show_turn(self) -> tuple[str, dict[str, str]]:
        """Return lines that exchange height and width, and what the arguments are called then."""

    def draw_geometry(self, draw: Draw, pad: int = 0) -> tuple[Range, Range, int]:
        """Return height and width of a window and of an image that it tiles, and the stride."""
        height = draw.size(*self.window)
        width = height + draw.size(1, 2) if self.oblong else height
        stride = draw.size(*self.strides)
        rows = self._draw_length(draw, height, stride, pad)
        columns = self._draw_length(draw, width, stride, pad) if self.oblong else rows
        if self.oblong and draw.choice((False, True)):
            return (width, height), (columns, rows), stride
        return (height, width), (rows, columns), stride

    def _draw_length(self, draw: Draw, window: int, stride: int, pad: int) -> int:
        low, high = self.positions
        of_one_pixel = 1 - (window - 2 * pad - 1) // stride
        least = max(low, of_one_pixel)
        return window + stride * (draw.size(least, least + high - low) - 1) - 2 * pad


@record(kw_only=True)
class Transposed(LayerLaw):
    """Exchanging height and width of images and windows exchanges those of the output."""

    layer: WindowLayer
    hint: ClassVar[str] = "Where do you use a height, and where should it be a width?"

    def draw(self, draw: Draw) -> Example:
        """Return a layer."""
        return self.layer.draw(draw, draw.size(1, 2))

    def converse(self, example: Example) -> Conversation:
        """Compare the transposed output with the output of what is transposed."""
        turned = self.layer.turn(example)
        upright, sideways = yield [self.layer.call(example), self.layer.call(turned)]
        out = self.layer.out_of(upright, example)
        other = self.layer.out_of(sideways, turned)
        message = "Exchanging height and width of everything that goes in changes what comes out."
        require_equal(message, other, np.swapaxes(out, 2, 3), self.tolerance)

    def show(self, example: Example) -> str:
        """Return both ways."""
        lines, names = self.layer.show_turn()
        return "\n".join(
            (
                show_values(example),
                lines,
                self.layer.show_forward("out, _"),
                self.layer.show_forward("turned, _", **names),
                "print(out, turned.swapaxes(2, 3))  # the same",
            )
        )

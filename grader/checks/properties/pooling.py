"""Laws of max pooling: what grows with its entries, moves with them, or sees but one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, ClassVar

import numpy as np

from grader.checks.properties.base import Conversation, Example
from grader.checks.properties.draw import Draw
from grader.checks.properties.judging import require_equal
from grader.checks.properties.layers import LayerLaw
from grader.checks.properties.showing import show_values
from grader.checks.properties.windows import WindowLayer
from grader.records import record

OPTIONS = "pool_param"


@record(kw_only=True)
class MaxPooling(WindowLayer):
    """Max pooling of images whose entries are all different."""

    arguments: ClassVar[tuple[str, ...]] = ("x", OPTIONS)

    forward: str = "layers:max_pool_forward_naive"
    backward: str = "layers:max_pool_backward_naive"
    gradients: Mapping[str, str] = field(default_factory=lambda: {"dx": "x"})
    apart: bool = False
    """Whether the stride is the window's size, so that windows do not overlap."""
    whole: bool = False
    """Whether one window covers all of an image."""

    def draw(self, draw: Draw, examples: int) -> Example:
        """Return images, and size and stride of the window."""
        (height, width), (rows, columns), stride = self.draw_geometry(draw)
        if self.apart:
            stride, rows, columns = height, height * draw.size(1, 3), width * draw.size(1, 3)
        if self.whole:
            height, width = rows, columns
        channels = draw.size(1, 2)
        shape = (examples, channels, rows, columns)
        drawn = draw.array(*shape, low=-4.0, high=4.0, step=0.5)
        # Less than a step in all, so that no two entries are equal.
        x = drawn + np.arange(drawn.size).reshape(shape) / 1000
        options = {"pool_height": height, "pool_width": width, "stride": stride}
        return {"x": x, OPTIONS: options}

    def out_shape(self, arguments: Mapping[str, Any]) -> tuple[int, ...]:
        """Return ``(N, C, H', W')``."""
        images, channels, rows, columns = arguments["x"].shape
        options = arguments[OPTIONS]
        stride = options["stride"]
        high = 1 + (rows - options["pool_height"]) // stride
        return images, channels, high, 1 + (columns - options["pool_width"]) // stride

    def turn(self, example: Mapping[str, Any]) -> dict[str, Any]:
        """Return images and window with height and width exchanged."""
        options = example[OPTIONS]
        turned = {"pool_height": options["pool_width"], "pool_width": options["pool_height"]}
        return {
            **example,
            "x": np.swapaxes(example["x"], 2, 3),
            OPTIONS: {**options, **turned},
        }

    def show_turn(self) -> tuple[str, dict[str, str]]:
        """Return lines that exchange the window's height and width."""
        lines = (
            f"other = dict({OPTIONS})\n"
            f"other['pool_height'], other['pool_width'] = other['pool_width'], other['pool_height']"
        )
        return lines, {"x": "x.swapaxes(2, 3)", OPTIONS: "other"}


@record(kw_only=True)
class GrowsWithEntries(LayerLaw):
    """Where no entry gets smaller, no maximum does."""

    hint: ClassVar[str] = "Can the largest of some numbers get smaller when one of them grows?"

    def draw(self, draw: Draw) -> Example:
        """Return a layer, and what is added to its entries."""
        own = self.layer.draw(draw, draw.size(1, 2))
        return {**own, "added": draw.array(*own["x"].shape, low=0.0, high=3.0)}

    def converse(self, example: Example) -> Conversation:
        """Compare the maxima before and after."""
        larger = example["x"] + example["added"]
        replies = yield [self.layer.call(example), self.layer.call(example, x=larger)]
        before, after = (self.layer.out_of(reply, example) for reply in replies)
        message = "A maximum gets smaller when entries get larger."
        require_equal(message, np.minimum(before, after), before, self.tolerance)

    def show(self, example: Example) -> str:
        """Return both calls."""
        lines = (
            self.layer.show_forward("before, _"),
            self.layer.show_forward("after, _", x="x + added"),
            "print(after - before)  # nothing negative",
        )
        return "\n".join((show_values(example), *lines))


@record(kw_only=True)
class MovesWithEntries(LayerLaw):
    """The maxima of a x + c, for a > 0, are a times those of x, plus c."""

    hint: ClassVar[str] = "What is the largest of several numbers that are all below zero?"

    def draw(self, draw: Draw) -> Example:
        """Return a layer, a factor and an offset."""
        own = self.layer.draw(draw, draw.size(1, 2))
        return {**own, "a": draw.choice((0.1, 0.5, 3.0)), "c": draw.choice((-20.0, -7.5, 30.0))}

    def converse(self, example: Example) -> Conversation:
        """Compare the maxima of both."""
        a, c = example["a"], example["c"]
        moved = a * example["x"] + c
        replies = yield [self.layer.call(example), self.layer.call(example, x=moved)]
        out, other = (self.layer.out_of(reply, example) for reply in replies)
        message = f"With {a:g} x {c:+g} for x, out is not {a:g} out {c:+g}."
        require_equal(message, other, a * out + c, self.tolerance)

    def show(self, example: Example) -> str:
        """Return both calls."""
        lines = (
            self.layer.show_forward("out, _"),
            self.layer.show_forward("other, _", x="a * x + c"),
            "print(other, a * out + c)  # the same",
        )
        return "\n".join((show_values(example), *lines))


@record(kw_only=True)
class SinglePixels(LayerLaw):
    """A window of one pixel picks pixels."""

    hint: ClassVar[str] = "By how many pixels does the window move, and where does it begin?"

    def draw(self, draw: Draw) -> Example:
        """Return a layer whose window has one pixel."""
        return self.layer.draw(draw, draw.size(1, 3))

    def converse(self, example: Example) -> Conversation:
        """Compare the output with the pixels."""
        (reply,) = yield [self.layer.call(example)]
        out = self.layer.out_of(reply, example)
        stride = example[OPTIONS]["stride"]
        message = "With a window of one pixel, out is not x at every stride-th pixel."
        require_equal(message, out, example["x"][:, :, ::stride, ::stride], self.tolerance)

    def show(self, example: Example) -> str:
        """Return the call."""
        wanted = f"print(out, x[:, :, ::{OPTIONS}['stride'], ::{OPTIONS}['stride']])  # the same"
        return "\n".join((show_values(example), self.layer.show_forward("out, _"), wanted))


@record(kw_only=True)
class WholeImages(LayerLaw):
    """A window as large as the image gives the largest entry of each channel."""

    hint: ClassVar[str] = "Over which axes is the maximum taken, and over which is it not?"

    def draw(self, draw: Draw) -> Example:
        """Return a layer whose window covers the image."""
        return self.layer.draw(draw, draw.size(1, 3))

    def converse(self, example: Example) -> Conversation:
        """Compare the output with the maxima."""
        (reply,) = yield [self.layer.call(example)]
        out = self.layer.out_of(reply, example)
        largest = example["x"].max(axis=(2, 3), keepdims=True)
        message = "With a window as large as the image, out is not each channel's largest entry."
        require_equal(message, out, largest, self.tolerance)

    def show(self, example: Example) -> str:
        """Return the call."""
        wanted = "print(out, x.max(axis=(2, 3)))  # the same numbers"
        return "\n".join((show_values(example), self.layer.show_forward("out, _"), wanted))


@record(kw_only=True)
class HigherWindows(LayerLaw):
    """At stride one, a window that is a row higher gives the larger of two that are not."""

    hint: ClassVar[str] = "Which entries does a window see that overlaps with the one before?"

    def draw(self, draw: Draw) -> Example:
        """Return a layer with stride one, and images of at least two windows."""
        return self.layer.draw(draw, draw.size(1, 2))

    def converse(self, example: Example) -> Conversation:
        """Compare windows of both heights."""
        higher = self._make_higher(example)
        replies = yield [self.layer.call(example), self.layer.call(higher)]
        out = self.layer.out_of(replies[0], example)
        other = self.layer.out_of(replies[1], higher)
        message = "The maximum of two windows, one a row below the other, is not that of both."
        wanted = np.maximum(out[:, :, 1:], out[:, :, :-1])
        require_equal(message, other, wanted, self.tolerance)

    def show(self, example: Example) -> str:
        """Return both calls."""
        higher = f"{{**{OPTIONS}, 'pool_height': {OPTIONS}['pool_height'] + 1}}"
        lines = (
            self.layer.show_forward("out, _"),
            self.layer.show_forward("other, _", **{OPTIONS: higher}),
            "print(other, np.maximum(out[:, :, 1:], out[:, :, :-1]))  # the same",
        )
        return "\n".join((show_values(example), *lines))

    def _make_higher(self, example: Example) -> Example:
        options = example[OPTIONS]
        return {**example, OPTIONS: {**options, "pool_height": options["pool_height"] + 1}}

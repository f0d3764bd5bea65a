"""Laws of convolutions that are joined with a ReLU, and with max pooling."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from grader.checks.properties.base import Conversation, Example
from grader.checks.properties.convolution import Convolution
from grader.checks.properties.draw import Draw
from grader.checks.properties.judging import require, require_equal
from grader.checks.properties.layers import LayerLaw
from grader.checks.properties.showing import show_values
from grader.provided.fast_layers import conv_forward_fast
from grader.records import record

if TYPE_CHECKING:
    from numpy.typing import NDArray

CLEAR = 1e-4
"""Distance from a kink that no rounding crosses."""


@record(kw_only=True)
class ConvolutionRelu(Convolution):
    """Convolution and ReLU; nothing before the ReLU is near zero."""

    forward: str = "layer_utils:conv_relu_forward"
    backward: str = "layer_utils:conv_relu_backward"

    def draw(self, draw: Draw, examples: int) -> Example:
        """Return arguments of the convolution."""
        # A subclass made anew with slots has no cell for a bare super().
        example = Convolution.draw(self, draw, examples)
        draw.require(is_off_the_kinks(convolve(example), pooled=False))
        return example


@record(kw_only=True)
class ConvolutionReluPool(Convolution):
    """Convolution, ReLU and 2x2 max pooling, of which no window has two largest entries."""

    arguments: ClassVar[tuple[str, ...]] = ("x", "w", "b", "conv_param", "pool_param")

    forward: str = "layer_utils:conv_relu_pool_forward"
    backward: str = "layer_utils:conv_relu_pool_backward"

    def draw(self, draw: Draw, examples: int) -> Example:
        """Return arguments of the convolution, and of the pooling."""
        example = Convolution.draw(self, draw, examples)
        draw.require(is_off_the_kinks(convolve(example), pooled=True))
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
        return {**example, "pool_param": pool_param}

    def out_shape(self, arguments: Mapping[str, Any]) -> tuple[int, ...]:
        """Return the convolution's, with half the height and width."""
        images, filters, rows, columns = Convolution.out_shape(self, arguments)
        return images, filters, rows // 2, columns // 2


@record(kw_only=True)
class GrowsWithFilters(LayerLaw):
    """With c times the filters and biases, c > 0, out is c times as large; it is never negative."""

    hint: ClassVar[str] = "Does anything follow the convolution but a ReLU and a maximum?"

    def draw(self, draw: Draw) -> Example:
        """Return a layer and a factor."""
        own = self.layer.draw(draw, draw.size(1, 2))
        return {**own, "c": draw.choice((0.5, 3.0, 20.0))}

    def converse(self, example: Example) -> Conversation:
        """Compare the outputs."""
        c = example["c"]
        grown = {name: c * example[name] for name in ("w", "b")}
        replies = yield [self.layer.call(example), self.layer.call(example, **grown)]
        out, larger = (self.layer.out_of(reply, example) for reply in replies)
        require(bool((out >= 0).all()), "out is negative somewhere.")
        message = f"With {c:g} times the filters and biases, out is not {c:g} times as large."
        require_equal(message, larger, c * out, self.tolerance)

    def show(self, example: Example) -> str:
        """Return both calls."""
        lines = (
            self.layer.show_forward("out, _"),
            self.layer.show_forward("larger, _", w="c * w", b="c * b"),
            "print(larger, c * out)  # the same",
        )
        return "\n".join((show_values(example), *lines))


def convolve(arguments: Mapping[str, Any]) -> NDArray[np.float64]:
    """Return what a convolution gives, by the layer that the course hands out."""
    out, _ = conv_forward_fast(*(arguments[name] for name in Convolution.arguments))
    return out


def is_off_the_kinks(values: NDArray[np.float64], *, pooled: bool) -> bool:
    """Return whether nothing before a ReLU, and after it a 2x2 pooling, is near a kink.

    Parameters
    ----------
    values : ndarray of shape (N, C, H, W)
        What goes into the ReLU.
    pooled : bool
        Whether it is followed by a pooling; H and W are even then.
    """
    if np.abs(values).min() < CLEAR:
        return False
    if not pooled:
        return True
    count, channels, rows, columns = values.shape
    blocks = values.reshape(count, channels, rows // 2, 2, columns // 2, 2)
    entries = np.sort(blocks.transpose(0, 1, 2, 4, 3, 5).reshape(-1, 4), axis=1)
    # Where the largest is negative, the ReLU makes ties, but lets no gradient through.
    return bool(((entries[:, 3] - entries[:, 2] > CLEAR) | (entries[:, 3] < 0)).all())

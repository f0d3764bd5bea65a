"""The max pooling layer, written as the loops of its definition."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np

from reference.arrays import Array, LayerOptions
from reference.layers.windows import count_positions
from reference.validation import require_integer, require_real, require_shape

PoolingCache: TypeAlias = tuple[Array, LayerOptions]


class PoolingPlan(NamedTuple):
    """Size of the window, its step and the shape of the output."""

    height: int
    width: int
    stride: int
    out_shape: tuple[int, int, int, int]


def max_pool_forward_naive(x: Array, pool_param: LayerOptions) -> tuple[Array, PoolingCache]:
    """Take the maximum of each window that slides over each channel.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        Images.
    pool_param : dict
        ``pool_height``, ``pool_width``: size of the window in pixels; ``stride``: its step in
        pixels. All are required. Windows may overlap, and need not reach the border. Not
        changed.

    Returns
    -------
    out : ndarray of shape (N, C, H', W')
        With ``H' = 1 + (H - pool_height) // stride``, and W' likewise. A window that holds
        NaN gives NaN.
    cache : tuple
        ``(x, pool_param)``, for `max_pool_backward_naive`.

    Raises
    ------
    ValueError
        If `x` has not four axes, the window is larger than the image, or a value in
        `pool_param` is not a whole number of at least 1.

    References
    ----------
    CS231n notes, "Convolutional neural networks", pooling layer.
    """
    height, width, stride, out_shape = plan_pooling(x, pool_param)
    out = np.zeros(out_shape, dtype=x.dtype)
    for n, c, i, j in np.ndindex(out_shape):
        top, left = i * stride, j * stride
        out[n, c, i, j] = x[n, c, top : top + height, left : left + width].max()
    return out, (x, pool_param)


def max_pool_backward_naive(dout: Array, cache: PoolingCache) -> Array:
    """Compute the gradient of max pooling with respect to its input.

    Each upstream value goes to the largest element of its window, and where several are
    equally large to the first of them in row order. Gradients of overlapping windows add up.

    Parameters
    ----------
    dout : ndarray of shape (N, C, H', W')
        Upstream gradient.
    cache : tuple
        What `max_pool_forward_naive` returned.

    Returns
    -------
    dx : ndarray of shape (N, C, H, W)
        Gradient with respect to the images, of the dtype of `dout`.

    Raises
    ------
    ValueError
        If `dout` is not a real-valued array of the shape of the layer's output.
    """
    x, pool_param = cache
    height, width, stride, out_shape = plan_pooling(x, pool_param)
    require_real(dout=dout)
    require_shape("dout", dout, out_shape)
    dx = np.zeros(x.shape, dtype=dout.dtype)
    for n, c, i, j in np.ndindex(out_shape):
        top, left = i * stride, j * stride
        window = x[n, c, top : top + height, left : left + width]
        row, column = divmod(int(window.argmax()), width)
        dx[n, c, top + row, left + column] += dout[n, c, i, j]
    return dx


def plan_pooling(x: Array, pool_param: LayerOptions) -> PoolingPlan:
    """Check the arguments of a pooling layer and work out the shape of its output.

    Parameters
    ----------
    x, pool_param
        As for `max_pool_forward_naive`.

    Returns
    -------
    PoolingPlan
        The settings as ints, and the shape.

    Raises
    ------
    ValueError
        As for `max_pool_forward_naive`.
    """
    require_real(x=x)
    require_shape("x", x, ("N", "C", "H", "W"))
    height, width, stride = (
        require_integer(f"pool_param['{name}']", pool_param.get(name), 1)
        for name in ("pool_height", "pool_width", "stride")
    )
    rows = count_positions("pool_param['pool_height']", x.shape[2], height, stride)
    columns = count_positions("pool_param['pool_width']", x.shape[3], width, stride)
    return PoolingPlan(height, width, stride, (x.shape[0], x.shape[1], rows, columns))

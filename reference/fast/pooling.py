"""Fast max pooling: arguments are checked here, the kernels do the work.

References
----------
CS231n course notes, "Convolutional Neural Networks", pooling layer.
"""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import numpy as np

from grader.provided import fast_layers as numpy_layers
from reference.arrays import Array, LayerOptions
from reference.fast import kernels
from reference.fast.parallel import run_in_threads
from reference.layers.pooling import PoolingPlan, plan_pooling
from reference.validation import require_integer, require_real, require_shape

# The last item is what the NumPy layer keeps, and None where the kernels ran.
PoolingCache: TypeAlias = tuple[tuple[int, ...], PoolingPlan, Array, Any]


def max_pool_forward_fast(
    x: Array, pool_param: LayerOptions, *, threads: int = 1
) -> tuple[Array, PoolingCache]:
    """Take the largest entry of each window.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        Images.
    pool_param : dict
        ``pool_height``, ``pool_width`` and ``stride``, in pixels, at least 1. Windows may
        overlap, and need not cover the right and lower border.
    threads : int
        Number of threads that share the images, at least 1. NumPy code, which runs where
        the kernels are missing or do not know the dtype, has one.

    Returns
    -------
    out : ndarray of shape (N, C, H', W')
        ``H' = 1 + (H - pool_height) // stride``, W' likewise. NaN in a window wins.
    cache : tuple
        For `max_pool_backward_fast`.

    Raises
    ------
    ValueError
        If `x` is not a real-valued array of four axes, or a setting or `threads` is not a
        whole number in range.
    """
    plan = plan_pooling(x, pool_param)
    require_integer("threads", threads, 1)
    if not kernels.handle(x.dtype):
        out, kept = numpy_layers.max_pool_forward_fast(x, pool_param)
        return out, (x.shape, plan, out, kept)

    images, out = np.ascontiguousarray(x), np.empty(plan.out_shape, x.dtype)
    winners = np.empty(plan.out_shape, np.intc)

    def pool(part: slice) -> None:
        planes, tops, places = (_stack_planes(array[part]) for array in (images, out, winners))
        kernels.pool_kernels.max_pool_forward(
            planes, tops, places, plan.height, plan.width, plan.stride
        )

    run_in_threads(pool, len(x), threads)
    return out, (x.shape, plan, winners, None)


def max_pool_backward_fast(dout: Array, cache: PoolingCache, *, threads: int = 1) -> Array:
    """Compute the gradient of max pooling.

    Parameters
    ----------
    dout : ndarray of shape (N, C, H', W')
        Upstream gradient.
    cache : tuple
        What `max_pool_forward_fast` returned.
    threads : int
        As for `max_pool_forward_fast`.

    Returns
    -------
    dx : ndarray of shape (N, C, H, W)
        Each window sends its gradient to its largest entry, to the first of them if there
        are several.

    Raises
    ------
    ValueError
        If `dout` is not a real-valued array of the shape of the layer's output, or `threads`
        is not a whole number of at least 1.
    """
    shape, plan, winners, kept = cache
    require_real(dout=dout)
    require_shape("dout", dout, plan.out_shape)
    require_integer("threads", threads, 1)
    if kept is not None:
        return numpy_layers.max_pool_backward_fast(dout, kept)

    dtype = dout.dtype if kernels.handle(dout.dtype) else np.dtype(np.float64)
    upstream, dx = np.ascontiguousarray(dout, dtype), np.zeros(shape, dtype)

    def backpropagate(part: slice) -> None:
        dplanes, places, dtops = (_stack_planes(array[part]) for array in (dx, winners, upstream))
        flat = dplanes.reshape(len(dplanes), math.prod(shape[2:]))
        kernels.pool_kernels.max_pool_backward(dtops, places, flat, shape[3], plan.stride)

    run_in_threads(backpropagate, len(dx), threads)
    return dx.astype(dout.dtype, copy=False)


def _stack_planes(images: Array) -> Array:
    """View (N, C, H, W) as (N * C, H, W)."""
    return images.reshape(images.shape[0] * images.shape[1], *images.shape[2:])

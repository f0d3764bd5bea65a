"""Fast convolution and max pooling: arguments are checked here, the kernels do the work.

Convolution goes through the images one by one. The columns of one image mostly fit the
processor's cache, where BLAS multiplies them; the backward pass unfolds them again instead of
keeping those of all images, so memory does not grow with the minibatch.

References
----------
K. Chellapilla, S. Puri, P. Simard, "High Performance Convolutional Neural Networks for
Document Processing", 2006.
CS231n course notes, "Convolutional Neural Networks", implementation as matrix multiplication.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

from grader.provided import fast_layers as numpy_layers
from reference.arrays import Array, LayerOptions
from reference.fast import kernels
from reference.layers.convolution import plan_convolution
from reference.layers.pooling import plan_pooling
from reference.validation import require_real, require_shape

# The last item is what the NumPy layer keeps, and None where the kernels ran.
ConvolutionCache: TypeAlias = tuple[Array, Array, Array, LayerOptions, Any]
PoolingCache: TypeAlias = tuple[tuple[int, ...], Array, Any]

_KERNEL_DTYPES = (np.dtype(np.float32), np.dtype(np.float64))


def conv_forward_fast(
    x: Array, w: Array, b: Array, conv_param: LayerOptions
) -> tuple[Array, ConvolutionCache]:
    """Convolve images with filters.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        Images.
    w : ndarray of shape (F, C, HH, WW)
        Filters.
    b : ndarray of shape (F,)
        Biases.
    conv_param : dict
        ``stride``, at least 1, and ``pad``, the zeros added at each border, in pixels.

    Returns
    -------
    out : ndarray of shape (N, F, H', W')
        ``H' = 1 + (H + 2 * pad - HH) // stride``, W' likewise; common dtype of the arguments.
    cache : tuple
        For `conv_backward_fast`. Holds `x` and `w`, which must not change until then.

    Raises
    ------
    ValueError
        If an argument is not a real-valued array, the shapes do not fit, or stride and pad
        are not whole numbers that fit the images.
    """
    stride, pad, out_shape = plan_convolution(x, w, b, conv_param)
    dtype = np.result_type(x, w, b)
    images, filters, biases = (np.ascontiguousarray(array, dtype) for array in (x, w, b))
    if not _runs_kernels(dtype):
        out, kept = numpy_layers.conv_forward_fast(images, filters, biases, conv_param)
        return out, (x, w, b, conv_param, kept)

    out = np.empty(out_shape, dtype)
    columns, flat_columns = _allocate_columns(w, out_shape, dtype)
    flat_w = filters.reshape(w.shape[0], -1)
    for image, maps in zip(images, _flatten_maps(out), strict=True):
        kernels.im2col_kernels.im2col(image, columns, w.shape[2], w.shape[3], stride, pad)
        np.matmul(flat_w, flat_columns, out=maps)
        np.add(maps, biases[:, np.newaxis], out=maps)
    return out, (x, w, b, conv_param, None)


def conv_backward_fast(dout: Array, cache: ConvolutionCache) -> tuple[Array, Array, Array]:
    """Compute the gradients of a convolution.

    Parameters
    ----------
    dout : ndarray of shape (N, F, H', W')
        Upstream gradient.
    cache : tuple
        What `conv_forward_fast` returned.

    Returns
    -------
    dx : ndarray of shape (N, C, H, W)
        Gradient with respect to the images.
    dw : ndarray of shape (F, C, HH, WW)
        Gradient with respect to the filters.
    db : ndarray of shape (F,)
        Gradient with respect to the biases.

    Raises
    ------
    ValueError
        If `dout` is not a real-valued array of the shape of the layer's output.
    """
    x, w, b, conv_param, kept = cache
    stride, pad, out_shape = plan_convolution(x, w, b, conv_param)
    require_real(dout=dout)
    require_shape("dout", dout, out_shape)
    dtype = np.result_type(dout, x, w)
    if kept is not None or not _runs_kernels(dtype):
        return _backpropagate_in_numpy(dout.astype(dtype, copy=False), cache)

    maps, images = _flatten_maps(np.ascontiguousarray(dout, dtype)), np.ascontiguousarray(x, dtype)
    flat_w = np.ascontiguousarray(w, dtype).reshape(w.shape[0], -1)
    columns, flat_columns = _allocate_columns(w, out_shape, dtype)
    dx, dw, part = np.zeros(x.shape, dtype), np.zeros_like(flat_w), np.empty_like(flat_w)
    for image, dmaps, dimage in zip(images, maps, dx, strict=True):
        kernels.im2col_kernels.im2col(image, columns, w.shape[2], w.shape[3], stride, pad)
        dw += np.matmul(dmaps, flat_columns.T, out=part)
        np.matmul(flat_w.T, dmaps, out=flat_columns)
        kernels.im2col_kernels.col2im(columns, dimage, w.shape[2], w.shape[3], stride, pad)
    return dx, dw.reshape(w.shape), dout.sum(axis=(0, 2, 3))


def max_pool_forward_fast(x: Array, pool_param: LayerOptions) -> tuple[Array, PoolingCache]:
    """Take the largest entry of each window.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        Images.
    pool_param : dict
        ``pool_height``, ``pool_width`` and ``stride``, in pixels, at least 1. Windows may
        overlap, and need not cover the right and lower border.

    Returns
    -------
    out : ndarray of shape (N, C, H', W')
        ``H' = 1 + (H - pool_height) // stride``, W' likewise. NaN in a window wins.
    cache : tuple
        For `max_pool_backward_fast`.

    Raises
    ------
    ValueError
        If `x` is not a real-valued array of four axes, or a setting is not a whole number
        that fits the images.
    """
    plan = plan_pooling(x, pool_param)
    if not _runs_kernels(x.dtype):
        out, kept = numpy_layers.max_pool_forward_fast(x, pool_param)
        return out, (x.shape, out, kept)

    planes = np.ascontiguousarray(x).reshape(-1, *x.shape[2:])
    out = np.empty((len(planes), *plan.out_shape[2:]), x.dtype)
    winners = np.empty(out.shape, np.intp)
    kernels.pool_kernels.max_pool_forward(
        planes, out, winners, plan.height, plan.width, plan.stride
    )
    return out.reshape(plan.out_shape), (x.shape, winners.reshape(plan.out_shape), None)


def max_pool_backward_fast(dout: Array, cache: PoolingCache) -> Array:
    """Compute the gradient of max pooling.

    Parameters
    ----------
    dout : ndarray of shape (N, C, H', W')
        Upstream gradient.
    cache : tuple
        What `max_pool_forward_fast` returned.

    Returns
    -------
    dx : ndarray of shape (N, C, H, W)
        Each window sends its gradient to its largest entry, to the first of them if there
        are several.

    Raises
    ------
    ValueError
        If `dout` is not a real-valued array of the shape of the layer's output.
    """
    shape, winners, kept = cache
    require_real(dout=dout)
    require_shape("dout", dout, winners.shape)
    if kept is not None:
        return numpy_layers.max_pool_backward_fast(dout, kept)
    planes = shape[0] * shape[1]
    dtype = dout.dtype if dout.dtype in _KERNEL_DTYPES else np.dtype(np.float64)
    dx = np.zeros((planes, shape[2] * shape[3]), dtype)
    windows = (planes, *winners.shape[2:])
    kernels.pool_kernels.max_pool_backward(
        np.ascontiguousarray(dout, dtype).reshape(windows), winners.reshape(windows), dx
    )
    return dx.reshape(shape).astype(dout.dtype, copy=False)


def _runs_kernels(dtype: np.dtype[Any]) -> bool:
    # Whole numbers and the rarer floats keep their dtype in NumPy, where speed is no matter.
    return kernels.kernels_available() and dtype in _KERNEL_DTYPES


def _backpropagate_in_numpy(dout: Array, cache: ConvolutionCache) -> tuple[Array, Array, Array]:
    x, w, b, conv_param, kept = cache
    if kept is None:  # the kernels went forward, and `dout` is of a dtype they do not know
        _, kept = numpy_layers.conv_forward_fast(x, w, b, conv_param)
    return numpy_layers.conv_backward_fast(dout, kept)


def _allocate_columns(
    w: Array, out_shape: tuple[int, ...], dtype: np.dtype[Any]
) -> tuple[Array, Array]:
    """Return room for the columns of one image, and the same memory as a matrix."""
    columns = np.empty((w[0].size, *out_shape[2:]), dtype)
    return columns, columns.reshape(w[0].size, -1)


def _flatten_maps(maps: Array) -> Array:
    """View (N, F, H, W) as (N, F, H * W), which has one length also where N is 0."""
    return maps.reshape(*maps.shape[:2], maps.shape[2] * maps.shape[3])

"""Fast convolution: arguments are checked here, the kernels and BLAS do the work.

The windows of an image are unfolded into the columns of a matrix, which turns convolution into
a matrix product. Images are unfolded one by one, and large ones in bands of rows, into one
buffer that fits the processor's cache. The backward pass unfolds them again, which is cheaper
than to keep the columns of all images in memory; so memory does not grow with the minibatch.

References
----------
K. Chellapilla, S. Puri, P. Simard, "High Performance Convolutional Neural Networks for
Document Processing", 2006.
CS231n course notes, "Convolutional Neural Networks", implementation as matrix multiplication.
"""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import numpy as np

from grader.provided import fast_layers as numpy_layers
from reference.arrays import Array, LayerOptions
from reference.fast import kernels
from reference.fast.parallel import run_in_threads
from reference.fast.unfolding import Unfolder
from reference.layers.convolution import plan_convolution
from reference.validation import require_integer, require_real, require_shape

# The last item is what the NumPy layer keeps, and None where the kernels ran.
ConvolutionCache: TypeAlias = tuple[Array, Array, Array, LayerOptions, Any]


def conv_forward_fast(
    x: Array, w: Array, b: Array, conv_param: LayerOptions, *, threads: int = 1
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
    threads : int
        Number of threads that share the images, at least 1. NumPy code, which runs where
        the kernels are missing or do not know the dtype, has one.

    Returns
    -------
    out : ndarray of shape (N, F, H', W')
        ``H' = 1 + (H + 2 * pad - HH) // stride``, W' likewise; common dtype of the arguments.
    cache : tuple
        For `conv_backward_fast`. Holds `x` and `w`, which must not change until then.

    Raises
    ------
    ValueError
        If an argument is not a real-valued array, the shapes do not fit, or stride, pad or
        threads is not a whole number in range.
    """
    stride, pad, out_shape = plan_convolution(x, w, b, conv_param)
    require_integer("threads", threads, 1)
    dtype = np.result_type(x, w, b)
    images, filters, biases = (np.ascontiguousarray(array, dtype) for array in (x, w, b))
    if not kernels.handle(dtype):
        out, kept = numpy_layers.conv_forward_fast(images, filters, biases, conv_param)
        return out, (x, w, b, conv_param, kept)

    out = np.empty(out_shape, dtype)
    matrix = filters.reshape(len(filters), math.prod(w.shape[1:]))

    def convolve(part: slice) -> None:
        unfolder = Unfolder(images[part].shape, (pad, pad), filters, stride)
        for block in unfolder.divide(part):
            for band in unfolder.unfold(images[block]):
                np.matmul(matrix, band.matrices, out=band.view(out[block]))
            out[block] += biases[:, np.newaxis, np.newaxis]

    run_in_threads(convolve, len(images), threads)
    return out, (x, w, b, conv_param, None)


def conv_backward_fast(
    dout: Array, cache: ConvolutionCache, *, threads: int = 1
) -> tuple[Array, Array, Array]:
    """Compute the gradients of a convolution.

    Parameters
    ----------
    dout : ndarray of shape (N, F, H', W')
        Upstream gradient.
    cache : tuple
        What `conv_forward_fast` returned.
    threads : int
        As for `conv_forward_fast`. Rounding in `dw` depends on it.

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
        If `dout` is not a real-valued array of the shape of the layer's output, or `threads`
        is not a whole number of at least 1.
    """
    x, w, b, conv_param, kept = cache
    stride, pad, out_shape = plan_convolution(x, w, b, conv_param)
    require_real(dout=dout)
    require_shape("dout", dout, out_shape)
    require_integer("threads", threads, 1)
    dtype = np.result_type(dout, x, w)
    if kept is not None or not kernels.handle(dtype):
        return _backpropagate_in_numpy(dout.astype(dtype, copy=False), cache)

    arrays = (np.ascontiguousarray(array, dtype) for array in (dout, x, w))
    # To unfold the upstream gradient spares folding, where there are not more maps than channels.
    if stride == 1 and pad < min(w.shape[2:]) and w.shape[0] <= w.shape[1]:
        dx, dw = _backpropagate_by_convolving(*arrays, pad=pad, threads=threads)
    else:
        dx, dw = _backpropagate_by_folding(*arrays, stride=stride, pad=pad, threads=threads)
    return dx, dw, dout.sum(axis=(0, 2, 3))


def _backpropagate_by_folding(
    dout: Array, images: Array, filters: Array, *, stride: int, pad: int, threads: int
) -> tuple[Array, Array]:
    """Multiply the upstream gradient with columns and filters, and add up where windows overlap."""
    matrix = filters.reshape(len(filters), math.prod(filters.shape[1:]))
    dx = np.zeros_like(images)

    def backpropagate(part: slice) -> Array:
        unfolder = Unfolder(images[part].shape, (pad, pad), filters, stride)
        border = unfolder.make_border()
        dmatrix = np.zeros(matrix.shape[::-1], matrix.dtype)
        for block in unfolder.divide(part):
            dpadded = border.put_around(dx[block])  # what gathers in the border is never read
            for band in unfolder.unfold(images[block]):
                dmatrix += band.correlate(dout[block])
                np.matmul(matrix.T, band.view(dout[block]), out=band.matrices)
                unfolder.fold(band, dpadded)
            border.take_off(dx[block])
        return dmatrix

    dmatrices = run_in_threads(backpropagate, len(images), threads)
    dw = sum(dmatrices[1:], dmatrices[0]).T.reshape(filters.shape)
    return dx, np.ascontiguousarray(dw)


def _backpropagate_by_convolving(
    dout: Array, images: Array, filters: Array, *, pad: int, threads: int
) -> tuple[Array, Array]:
    """Convolve the upstream gradient with the filters turned round, for a stride of 1.

    A pixel gets its gradient from the windows that hold it, and these form a window in the
    output, in reverse order. The same columns, times the images, give the filters' gradient.
    """
    count, channels, height, width = filters.shape
    turned = np.ascontiguousarray(filters.transpose(1, 0, 2, 3)[:, :, ::-1, ::-1])
    matrix = turned.reshape(channels, math.prod(turned.shape[1:]))
    dx = np.empty_like(images)

    def backpropagate(part: slice) -> Array:
        pads = (height - 1 - pad, width - 1 - pad)
        unfolder = Unfolder(dout[part].shape, pads, turned, 1)
        dmatrix = np.zeros(matrix.shape[::-1], matrix.dtype)
        for block in unfolder.divide(part):
            for band in unfolder.unfold(dout[block]):
                np.matmul(matrix, band.matrices, out=band.view(dx[block]))
                dmatrix += band.correlate(images[block])
        return dmatrix

    dmatrices = run_in_threads(backpropagate, len(images), threads)
    dw = sum(dmatrices[1:], dmatrices[0]).reshape(count, height, width, channels)
    return dx, np.ascontiguousarray(dw[:, ::-1, ::-1].transpose(0, 3, 1, 2))


def _backpropagate_in_numpy(dout: Array, cache: ConvolutionCache) -> tuple[Array, Array, Array]:
    x, w, b, conv_param, kept = cache
    if kept is None:  # the kernels went forward, and `dout` is of a dtype they do not know
        _, kept = numpy_layers.conv_forward_fast(x, w, b, conv_param)
    return numpy_layers.conv_backward_fast(dout, kept)

"""The convolution layer, written as the loops of its definition."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from reference.arrays import Array, LayerOptions
from reference.layers.windows import count_positions
from reference.validation import require_integer, require_real, require_shape

ConvolutionCache: TypeAlias = tuple[Array, Array, Array, LayerOptions]


def conv_forward_naive(
    x: Array, w: Array, b: Array, conv_param: LayerOptions
) -> tuple[Array, ConvolutionCache]:
    """Convolve a minibatch of images with filters.

    As everywhere in deep learning this is a cross-correlation: the filters are not flipped.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        Images.
    w : ndarray of shape (F, C, HH, WW)
        Filters.
    b : ndarray of shape (F,)
        Biases.
    conv_param : dict
        ``stride``: pixels between neighbouring positions, at least 1. ``pad``: zeros added on
        each side of both image axes, at least 0. Both are required. Not changed.

    Returns
    -------
    out : ndarray of shape (N, F, H', W')
        With ``H' = 1 + (H + 2 * pad - HH) // stride``, and W' likewise.
    cache : tuple
        ``(x, w, b, conv_param)``, for `conv_backward_naive`.

    Raises
    ------
    ValueError
        If the shapes do not fit, a filter is larger than the padded image, or stride or pad
        is not a whole number in range.

    References
    ----------
    V. Dumoulin and F. Visin, "A guide to convolution arithmetic for deep learning", 2016,
    arXiv:1603.07285. CS231n notes, "Convolutional neural networks".
    """
    stride, pad, out_shape = plan_convolution(x, w, b, conv_param)
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.zeros(out_shape, dtype=np.result_type(x, w, b))
    height, width = w.shape[2:]
    for n, f, i, j in np.ndindex(out_shape):
        top, left = i * stride, j * stride
        window = padded[n, :, top : top + height, left : left + width]
        out[n, f, i, j] = (window * w[f]).sum() + b[f]
    return out, (x, w, b, conv_param)


def conv_backward_naive(dout: Array, cache: ConvolutionCache) -> tuple[Array, Array, Array]:
    """Compute the gradients of a convolution.

    Parameters
    ----------
    dout : ndarray of shape (N, F, H', W')
        Upstream gradient.
    cache : tuple
        What `conv_forward_naive` returned.

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
    x, w, b, conv_param = cache
    stride, pad, out_shape = plan_convolution(x, w, b, conv_param)
    require_real(dout=dout)
    require_shape("dout", dout, out_shape)
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dtype = np.result_type(dout, x, w)
    dpadded, dw = np.zeros(padded.shape, dtype), np.zeros(w.shape, dtype)
    height, width = w.shape[2:]
    for n, f, i, j in np.ndindex(out_shape):
        rows = slice(i * stride, i * stride + height)
        columns = slice(j * stride, j * stride + width)
        dw[f] += padded[n, :, rows, columns] * dout[n, f, i, j]
        dpadded[n, :, rows, columns] += w[f] * dout[n, f, i, j]
    dx = dpadded[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]].copy()
    return dx, dw, dout.sum(axis=(0, 2, 3))


def plan_convolution(
    x: Array, w: Array, b: Array, conv_param: LayerOptions
) -> tuple[int, int, tuple[int, int, int, int]]:
    """Check a convolution's arguments and work out the shape of its output.

    Parameters
    ----------
    x, w, b, conv_param
        As for `conv_forward_naive`.

    Returns
    -------
    stride, pad : int
        From `conv_param`; an integral float there is accepted.
    out_shape : tuple of int
        ``(N, F, H', W')``.

    Raises
    ------
    ValueError
        As for `conv_forward_naive`.
    """
    require_real(x=x, w=w, b=b)
    require_shape("x", x, ("N", "C", "H", "W"))
    require_shape("w", w, ("F", x.shape[1], "HH", "WW"))
    require_shape("b", b, (w.shape[0],))
    stride = require_integer("conv_param['stride']", conv_param.get("stride"), 1)
    pad = require_integer("conv_param['pad']", conv_param.get("pad"), 0)
    rows = count_positions("the filters' height", x.shape[2], w.shape[2], stride, pad)
    columns = count_positions("the filters' width", x.shape[3], w.shape[3], stride, pad)
    return stride, pad, (x.shape[0], w.shape[0], rows, columns)

"""Convolution and max pooling without Python loops over pixels, in NumPy.

The course ships several implementations of each layer, some compiled. Here each layer has
one, answering to all of the course's names, for every stride, padding and window:
convolution copies the windows into a matrix once and leaves the rest to BLAS; pooling
compares whole strided images, one window position at a time.

References
----------
K. Chellapilla, S. Puri, P. Simard, "High Performance Convolutional Neural Networks for
Document Processing", 2006.
CS231n course notes, "Convolutional Neural Networks", implementation as matrix multiplication.
"""

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

# Student files that star-import this module find the names of im2col here too, as the
# course has it. A lone copy of this file, in no package, does without.
with contextlib.suppress(ImportError):
    from .im2col import col2im_indices, get_im2col_indices, im2col_indices  # noqa: F401

_Array = npt.NDArray[Any]
_Cache = tuple[Any, ...]


def conv_forward_fast(
    x: _Array, w: _Array, b: _Array, conv_param: Mapping[str, Any]
) -> tuple[_Array, _Cache]:
    """Convolve images with filters.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        Images.
    w : ndarray of shape (F, C, HH, WW)
        Filters.
    b : ndarray of shape (F,)
        Biases.
    conv_param : mapping
        ``stride`` and ``pad``, in pixels. Whole numbers, ``1.0`` included.

    Returns
    -------
    out : ndarray of shape (N, F, H', W')
        ``H' = 1 + (H + 2 * pad - HH) // stride``, W' likewise.
    cache : tuple
        For :func:`conv_backward_fast`.

    Raises
    ------
    ValueError
        If shapes do not fit each other, or stride and padding do not fit the images.
    """
    stride, pad = _read_whole(conv_param, "stride", 1), _read_whole(conv_param, "pad", 0)
    _require_images(x)
    if np.ndim(w) != 4 or w.shape[1] != x.shape[1]:
        raise ValueError(f"w has shape {np.shape(w)}, expected (F, {x.shape[1]}, HH, WW)")
    filters, _, field_height, field_width = w.shape
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad))) if pad else x
    out_height, out_width = _count_windows(padded, field_height, field_width, stride)
    views = np.lib.stride_tricks.sliding_window_view(
        padded, (field_height, field_width), axis=(2, 3)
    )[:, :, ::stride, ::stride]
    columns = views.transpose(1, 4, 5, 0, 2, 3).reshape(w[0].size, -1)
    dtype = np.result_type(x, w, b)
    flat = np.matmul(w.reshape(filters, -1), columns, dtype=dtype)
    flat += np.reshape(b, (filters, 1))
    out = flat.reshape(filters, len(x), out_height, out_width).transpose(1, 0, 2, 3)
    return np.ascontiguousarray(out), (x.shape, w, stride, pad, columns)


def conv_backward_fast(dout: _Array, cache: _Cache) -> tuple[_Array, _Array, _Array]:
    """Differentiate :func:`conv_forward_fast`.

    Parameters
    ----------
    dout : ndarray of shape (N, F, H', W')
        Upstream gradient.
    cache : tuple
        From :func:`conv_forward_fast`.

    Returns
    -------
    dx : ndarray of shape (N, C, H, W)
    dw : ndarray of shape (F, C, HH, WW)
    db : ndarray of shape (F,)
    """
    (count, channels, height, width), w, stride, pad, columns = cache
    filters, _, field_height, field_width = w.shape
    out_height, out_width = dout.shape[2:]
    flat = dout.transpose(1, 0, 2, 3).reshape(filters, -1)
    dw = (flat @ columns.T).reshape(w.shape)
    db = flat.sum(axis=1)
    windows = (w.reshape(filters, -1).T @ flat).reshape(
        channels, field_height * field_width, count, out_height, out_width
    )
    dx = np.zeros((channels, count, height + 2 * pad, width + 2 * pad), windows.dtype)
    places = _window_positions(field_height, field_width, stride, out_height, out_width)
    for number, place in enumerate(places):
        dx[place] += windows[:, number]
    inner = dx[:, :, pad : pad + height, pad : pad + width].transpose(1, 0, 2, 3)
    return np.ascontiguousarray(inner), dw, db


def max_pool_forward_fast(x: _Array, pool_param: Mapping[str, Any]) -> tuple[_Array, _Cache]:
    """Take the largest entry of each window.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        Images.
    pool_param : mapping
        ``pool_height``, ``pool_width`` and ``stride``, in pixels. Windows may overlap, and
        need not cover the right and lower border.

    Returns
    -------
    out : ndarray of shape (N, C, H', W')
        ``H' = 1 + (H - pool_height) // stride``, W' likewise. NaN in a window wins.
    cache : tuple
        For :func:`max_pool_backward_fast`; holds `x` itself, which must not change until
        then.

    Raises
    ------
    ValueError
        If window and stride do not fit the images.
    """
    stride = _read_whole(pool_param, "stride", 1)
    height = _read_whole(pool_param, "pool_height", 1)
    width = _read_whole(pool_param, "pool_width", 1)
    _require_images(x)
    counts = _count_windows(x, height, width, stride)
    places = list(_window_positions(height, width, stride, *counts))
    out = x[places[0]].copy()
    for place in places[1:]:
        np.maximum(out, x[place], out=out)
    return out, (x, out, places)


def max_pool_backward_fast(dout: _Array, cache: _Cache) -> _Array:
    """Differentiate :func:`max_pool_forward_fast`.

    Parameters
    ----------
    dout : ndarray of shape (N, C, H', W')
        Upstream gradient.
    cache : tuple
        From :func:`max_pool_forward_fast`.

    Returns
    -------
    dx : ndarray of shape (N, C, H, W)
        Each window sends its gradient to its largest entry, to the first of them if there
        are several.
    """
    x, out, places = cache
    dx = np.zeros(x.shape, dout.dtype)
    waiting = np.ones(out.shape, dtype=bool)
    for place in places:
        entries = x[place]
        hit = (entries == out) | np.isnan(entries)
        hit &= waiting
        dx[place] += np.where(hit, dout, 0)
        waiting &= ~hit
    return dx


conv_forward_im2col = conv_forward_fast
conv_backward_im2col = conv_backward_fast
conv_forward_strides = conv_forward_fast
conv_backward_strides = conv_backward_fast
max_pool_forward_im2col = max_pool_forward_fast
max_pool_backward_im2col = max_pool_backward_fast
max_pool_forward_reshape = max_pool_forward_fast
max_pool_backward_reshape = max_pool_backward_fast


def _window_positions(
    field_height: int, field_width: int, stride: int, out_height: int, out_width: int
) -> Iterator[tuple[slice, ...]]:
    """Yield, for each entry of a window, where all windows have it in the images."""
    everything = slice(None)
    for row, column in np.ndindex(field_height, field_width):
        rows = slice(row, row + stride * (out_height - 1) + 1, stride)
        columns = slice(column, column + stride * (out_width - 1) + 1, stride)
        yield everything, everything, rows, columns


def _count_windows(
    padded: _Array, field_height: int, field_width: int, stride: int
) -> tuple[int, int]:
    height, width = padded.shape[2:]
    if not (1 <= field_height <= height and 1 <= field_width <= width):
        raise ValueError(
            f"the window is {field_height} x {field_width}, "
            f"expected at least 1 x 1 and at most the padded image, {height} x {width}"
        )
    return (height - field_height) // stride + 1, (width - field_width) // stride + 1


def _read_whole(param: Mapping[str, Any], name: str, least: int) -> int:
    # Students write pad = (filter_size - 1) / 2, which the compiled layers used to truncate.
    value = param[name]
    if value != int(value) or value < least:
        raise ValueError(f"{name} is {value!r}, expected a whole number of at least {least}")
    return int(value)


def _require_images(x: _Array) -> None:
    if np.ndim(x) != 4:
        raise ValueError(f"x has shape {np.shape(x)}, expected (N, C, H, W)")

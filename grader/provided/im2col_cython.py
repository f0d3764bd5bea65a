"""Answer to the names of the course's compiled ``im2col_cython`` extension, in NumPy.

The extension is built on each student's machine and never travels with a submission;
this module takes its place, so that ``from .im2col_cython import ...`` works anywhere.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["col2im_6d_cython", "col2im_cython", "im2col_cython"]


def im2col_cython(
    x: npt.NDArray[Any], field_height: int, field_width: int, padding: int, stride: int
) -> npt.NDArray[Any]:
    """Unfold the windows of images into columns.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
    field_height, field_width : int
        Window size in pixels.
    padding : int
        Zeros added at each border, in pixels.
    stride : int
        Step between windows, in pixels.

    Returns
    -------
    ndarray of shape (C * field_height * field_width, windows * N)
        Columns run over window rows, then window columns, then images.
    """
    padding, stride = int(padding), int(stride)
    borders = (padding, padding)
    padded = np.pad(x, ((0, 0), (0, 0), borders, borders))
    views = np.lib.stride_tricks.sliding_window_view(
        padded, (field_height, field_width), axis=(2, 3)
    )[:, :, ::stride, ::stride]
    rows = x.shape[1] * field_height * field_width
    return views.transpose(1, 4, 5, 2, 3, 0).reshape(rows, -1)


def col2im_cython(  # noqa: PLR0917
    cols: npt.NDArray[Any],
    N: int,
    C: int,
    H: int,
    W: int,
    field_height: int,
    field_width: int,
    padding: int,
    stride: int,
) -> npt.NDArray[Any]:
    """Add columns of :func:`im2col_cython` back into images of shape (N, C, H, W)."""
    padding, stride = int(padding), int(stride)
    out_h = (H + 2 * padding - field_height) // stride + 1
    out_w = (W + 2 * padding - field_width) // stride + 1
    windows = cols.reshape(C, field_height, field_width, out_h, out_w, N)
    windows = windows.transpose(0, 1, 2, 5, 3, 4)
    return col2im_6d_cython(windows, N, C, H, W, field_height, field_width, padding, stride)


def col2im_6d_cython(  # noqa: PLR0917
    cols: npt.NDArray[Any],
    N: int,
    C: int,
    H: int,
    W: int,
    HH: int,
    WW: int,
    pad: int,
    stride: int,
) -> npt.NDArray[Any]:
    """Add windows of shape (C, HH, WW, N, out_h, out_w) back into images (N, C, H, W).

    Parameters
    ----------
    cols : ndarray of shape (C, HH, WW, N, out_h, out_w)
    N, C, H, W : int
        Shape of the images before padding.
    HH, WW : int
        Window size in pixels.
    pad : int
        Zeros that were added at each border, in pixels.
    stride : int
        Step between windows, in pixels.

    Returns
    -------
    ndarray of shape (N, C, H, W)
        Entries in several windows hold the sum of them.
    """
    pad, stride = int(pad), int(stride)
    out_h, out_w = cols.shape[4:]
    padded = np.zeros((C, N, H + 2 * pad, W + 2 * pad), dtype=cols.dtype)
    for row, column in np.ndindex(HH, WW):
        rows = slice(row, row + stride * out_h, stride)
        columns = slice(column, column + stride * out_w, stride)
        padded[:, :, rows, columns] += cols[:, row, column]
    return padded[:, :, pad : pad + H, pad : pad + W].transpose(1, 0, 2, 3)

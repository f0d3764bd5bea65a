"""Unfold image windows into matrix columns, and add columns back into images.

A column holds one window: ``C * field_height * field_width`` entries, channel by channel,
row by row. Columns run over window rows, then window columns, then images.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

# Student files lean on what the course's file star-exports.
__all__ = ["col2im_indices", "get_im2col_indices", "im2col_indices", "np"]


def get_im2col_indices(
    x_shape: tuple[int, int, int, int],
    field_height: int,
    field_width: int,
    padding: int = 1,
    stride: int = 1,
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return the indices that pick every window of a padded image.

    Parameters
    ----------
    x_shape : tuple (N, C, H, W)
        Shape of the images before padding.
    field_height, field_width : int
        Window size in pixels.
    padding : int
        Zeros added at each border, in pixels.
    stride : int
        Step between windows, in pixels; a last window that does not fit is left out.

    Returns
    -------
    k : ndarray of shape (C * field_height * field_width, 1)
        Channel of each entry of a window.
    i, j : ndarray of shape (C * field_height * field_width, windows)
        Row and column in the padded image.

    Raises
    ------
    ValueError
        If a window is larger than the padded image, or the stride is not positive.
    """
    _, channels, height, width = x_shape
    out_height = _count_windows(height, field_height, padding, stride, "height")
    out_width = _count_windows(width, field_width, padding, stride, "width")
    k, row, column = (
        axis.reshape(-1, 1) for axis in np.indices((channels, field_height, field_width))
    )
    top, left = (axis.reshape(1, -1) for axis in np.indices((out_height, out_width)))
    return k, row + stride * top, column + stride * left


def im2col_indices(
    x: npt.NDArray[Any],
    field_height: int,
    field_width: int,
    padding: int = 1,
    stride: int = 1,
) -> npt.NDArray[Any]:
    """Unfold the windows of images into columns.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
    field_height, field_width, padding, stride : int
        As for :func:`get_im2col_indices`.

    Returns
    -------
    ndarray of shape (C * field_height * field_width, windows * N)
    """
    k, i, j = get_im2col_indices(x.shape, field_height, field_width, padding, stride)
    borders = (padding, padding)
    padded = np.pad(x, ((0, 0), (0, 0), borders, borders))
    return padded[:, k, i, j].transpose(1, 2, 0).reshape(len(k), -1)


def col2im_indices(  # noqa: PLR0917
    cols: npt.NDArray[Any],
    x_shape: tuple[int, int, int, int],
    field_height: int = 3,
    field_width: int = 3,
    padding: int = 1,
    stride: int = 1,
) -> npt.NDArray[Any]:
    """Add columns back to the places they were taken from, and cut the padding off.

    Parameters
    ----------
    cols : ndarray of shape (C * field_height * field_width, windows * N)
    x_shape : tuple (N, C, H, W)
        Shape of the images before padding.
    field_height, field_width, padding, stride : int
        As for :func:`get_im2col_indices`.

    Returns
    -------
    ndarray of shape (N, C, H, W)
        Entries in several windows hold the sum of them.
    """
    count, channels, height, width = x_shape
    out_height = _count_windows(height, field_height, padding, stride, "height")
    out_width = _count_windows(width, field_width, padding, stride, "width")
    windows = cols.reshape(channels, field_height, field_width, out_height, out_width, count)
    padded = np.zeros((channels, height + 2 * padding, width + 2 * padding, count), cols.dtype)
    for row, column in np.ndindex(field_height, field_width):
        rows = slice(row, row + stride * out_height, stride)
        columns = slice(column, column + stride * out_width, stride)
        padded[:, rows, columns] += windows[:, row, column]
    inner = padded[:, padding : padding + height, padding : padding + width]
    return inner.transpose(3, 0, 1, 2)


def _count_windows(size: int, field: int, padding: int, stride: int, axis: str) -> int:
    if stride < 1:
        raise ValueError(f"stride is {stride}, expected at least 1")
    if not 1 <= field <= size + 2 * padding:
        raise ValueError(
            f"field_{axis} is {field}, expected 1 to {size + 2 * padding}, the padded {axis}"
        )
    return (size + 2 * padding - field) // stride + 1

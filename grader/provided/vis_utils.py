"""Arrange many images in one, for showing filters and examples side by side."""

from collections.abc import Sequence
from math import ceil, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

# Student files lean on what the course's file star-exports.
__all__ = ["ceil", "np", "sqrt", "vis_grid", "vis_nn", "visualize_grid", "xrange"]

xrange = range


def visualize_grid(
    Xs: npt.NDArray[Any], ubound: float = 255.0, padding: int = 1
) -> npt.NDArray[np.float64]:
    """Lay images out in a square grid, each stretched to the full range of brightness.

    Parameters
    ----------
    Xs : ndarray of shape (N, H, W, C)
        The images.
    ubound : float
        Brightness of the brightest entry of each image; the darkest becomes 0, and an
        image of one brightness becomes 0 everywhere.
    padding : int
        Width of the black lines between images, in pixels.

    Returns
    -------
    ndarray of shape (A * H + (A - 1) * padding, A * W + (A - 1) * padding, C)
        ``A`` is the square root of N, rounded up.

    Raises
    ------
    ValueError
        If `Xs` does not have four axes.
    """
    count, height, width, channels = _image_shape(Xs)
    side = ceil(sqrt(count))
    rows = side * height + (side - 1) * padding
    columns = side * width + (side - 1) * padding
    grid = np.zeros((rows, columns, channels))
    for number, image in enumerate(Xs):
        top = number // side * (height + padding)
        left = number % side * (width + padding)
        grid[top : top + height, left : left + width] = ubound * _stretch(image)
    return grid


def vis_grid(Xs: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Lay images out in a square grid, stretched together to brightness 0 to 1.

    Parameters
    ----------
    Xs : ndarray of shape (N, H, W, C)
        The images.

    Returns
    -------
    ndarray of shape (A * (H + 1), A * (W + 1), C)
        ``A`` is the square root of N, rounded up. Lines and empty places are as dark as
        the darkest entry of `Xs`.

    Raises
    ------
    ValueError
        If `Xs` does not have four axes.
    """
    count = _image_shape(Xs)[0]
    side = ceil(sqrt(count))
    rows = [list(Xs[start : start + side]) for start in range(0, side * side, side)]
    return _stretch(_tile(rows, side, Xs[0].shape, Xs.dtype, background=float(Xs.min())))


def vis_nn(rows: Sequence[Sequence[npt.NDArray[Any]]]) -> npt.NDArray[Any]:
    """Lay rows of images out below each other, stretched together to brightness 0 to 1.

    Parameters
    ----------
    rows : sequence of sequences of ndarray of shape (H, W, C)
        Images of one shape; every row has as many as the first.

    Returns
    -------
    ndarray of shape (rows * (H + 1), columns * (W + 1), C)
    """
    first = rows[0][0]
    return _stretch(_tile(rows, len(rows[0]), first.shape, first.dtype, background=1))


def _tile(
    rows: Sequence[Sequence[npt.NDArray[Any]]],
    columns: int,
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    background: float,
) -> npt.NDArray[Any]:
    """Place images with a line of one pixel below and to the right of each."""
    height, width, channels = shape
    grid = np.full((len(rows) * (height + 1), columns * (width + 1), channels), background, dtype)
    for row, images in enumerate(rows):
        for column, image in enumerate(images):
            top, left = row * (height + 1), column * (width + 1)
            grid[top : top + height, left : left + width] = image
    return grid


def _stretch(image: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Map the darkest entry to 0 and the brightest to 1."""
    values = np.asarray(image, dtype=np.float64)
    low, high = values.min(), values.max()
    return (values - low) / (high - low) if high > low else np.zeros_like(values)


def _image_shape(Xs: npt.NDArray[Any]) -> tuple[int, int, int, int]:
    if np.ndim(Xs) != 4:
        raise ValueError(f"Xs has shape {np.shape(Xs)}, expected (N, H, W, C)")
    count, height, width, channels = Xs.shape
    return count, height, width, channels

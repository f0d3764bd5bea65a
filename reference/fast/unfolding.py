"""Unfolds the windows of images into matrix columns, in one small buffer for all images.

References
----------
K. Goto and R. van de Geijn, "Anatomy of High-Performance Matrix Multiplication", 2008, on
blocks that fit the cache.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from reference.arrays import Array
from reference.fast import kernels

BUFFER_BYTES = 2**19
"""Most that the columns in the buffer take, in bytes: half of a core's second-level cache. A
single row of an image's windows may take more."""

TILE_PRODUCTS = 10**6
"""Most multiplications for a tile. OpenBLAS multiplies matrices up to this size as they are; it
copies larger ones into an order of its own, much of the work where there are few filters."""

LEAST_TILE_PIXELS = 32
"""Least windows in a tile: with fewer columns, a product is slow in any order."""


COPIED_FROM_ENTRIES = 128
"""Windows of so many entries repay a copy of the other factor in the order that BLAS reads."""


@dataclass(frozen=True, slots=True)
class Band:
    """Some rows of the output maps, and room for the columns of their windows.

    Attributes
    ----------
    top, end : int
        The rows, from `top` to before `end`.
    columns : ndarray of shape (N, tiles, C * HH * WW, rows, W')
        The columns, in tiles of so many rows of the output.
    matrices : ndarray of shape (N, tiles, C * HH * WW, rows * W')
        The same memory as a matrix for each tile.
    """

    top: int
    end: int
    columns: Array
    matrices: Array

    def limit(self, images: int) -> Band:
        """Return the band for the first of its images only."""
        return Band(self.top, self.end, self.columns[:images], self.matrices[:images])

    def view(self, maps: Array) -> Array:
        """View the band's part of maps, shape (N, F, H', W'), as (N, tiles, F, rows * W')."""
        _, tiles, _, pixels = self.matrices.shape
        part = maps[:, :, self.top : self.end]
        return part.reshape(*maps.shape[:2], tiles, pixels).transpose(0, 2, 1, 3)

    def correlate(self, maps: Array) -> Array:
        """Sum the columns times the band's part of maps: of shape (C * HH * WW, F)."""
        factors = self.view(maps).swapaxes(2, 3)
        if self.matrices.shape[2] >= COPIED_FROM_ENTRIES:
            factors = np.ascontiguousarray(factors)
        # This way round, since BLAS is quicker where the columns come first.
        product: Array = np.matmul(self.matrices, factors).sum(axis=(0, 1))
        return product


class Border:
    """Puts zeros around one block of images after another, in one buffer.

    Parameters
    ----------
    block_shape : tuple of int
        (N, C, H, W) of the largest block.
    pads : tuple of int
        Zeros above and below, and left and right of each image, in pixels.
    dtype : dtype
        Of the images.
    """

    def __init__(
        self, block_shape: tuple[int, ...], pads: tuple[int, int], dtype: np.dtype[np.floating]
    ) -> None:
        images, channels, height, width = block_shape
        above, left = pads
        self._needed = any(pads)
        if self._needed:
            shape = (images, channels, height + 2 * above, width + 2 * left)
            self._padded = np.zeros(shape, dtype)
            self._inner = self._padded[:, :, above : above + height, left : left + width]

    def put_around(self, images: Array) -> Array:
        """Return the padded images: the images where nothing is padded, else in the buffer."""
        if not self._needed:
            return images
        self._inner[: len(images)] = images
        return self._padded[: len(images)]

    def take_off(self, images: Array) -> None:
        """Copy what was done to the padded images back to the images."""
        if self._needed:
            images[...] = self._inner[: len(images)]


class Unfolder:
    """Unfolds one block of images after another, each in bands of rows.

    Parameters
    ----------
    shape : tuple of int
        (N, C, H, W) of all images.
    pads : tuple of int
        Zeros above and below, and left and right of each image, in pixels.
    filters : ndarray of shape (F, C, HH, WW)
        What the windows will be multiplied with: sizes and dtype are taken from it.
    stride : int
        Step of the windows, in pixels.
    """

    def __init__(
        self, shape: tuple[int, ...], pads: tuple[int, int], filters: Array, stride: int
    ) -> None:
        self._field_height, self._field_width = filters.shape[2:]
        self._stride = stride
        height, width = (
            (length + 2 * pad - field) // stride + 1
            for length, pad, field in zip(shape[2:], pads, filters.shape[2:], strict=True)
        )
        image_bytes = max(1, math.prod(filters.shape[1:]) * height * width * filters.itemsize)
        self._block = max(1, min(shape[0], BUFFER_BYTES // image_bytes))
        self._bands = _allocate_bands(self._block, filters, height, width)
        self._shape, self._pads, self._dtype = shape, pads, filters.dtype
        self._border = self.make_border()

    def make_border(self) -> Border:
        """Return a border for blocks of these images."""
        return Border((self._block, *self._shape[1:]), self._pads, self._dtype)

    def divide(self, images: slice) -> Iterator[slice]:
        """Divide images into the blocks that are unfolded at once."""
        for first in range(images.start, images.stop, self._block):
            yield slice(first, min(first + self._block, images.stop))

    def unfold(self, images: Array) -> Iterator[Band]:
        """Yield each band of a block's output, its columns filled from the images."""
        padded = self._border.put_around(images)
        for largest in self._bands:
            band = largest if len(images) == self._block else largest.limit(len(images))
            kernels.im2col_kernels.im2col(
                padded, band.columns, self._field_height, self._field_width, self._stride, band.top
            )
            yield band

    def fold(self, band: Band, padded: Array) -> None:
        """Add a band's columns to the entries of padded images that they were taken from."""
        kernels.im2col_kernels.col2im(
            band.columns, padded, self._field_height, self._field_width, self._stride, band.top
        )


def _allocate_bands(images: int, filters: Array, height: int, width: int) -> list[Band]:
    """Divide the rows of output maps into bands, all but the last of whole tiles, in a buffer."""
    entries = math.prod(filters.shape[1:])
    row_bytes = max(1, images * entries * width * filters.itemsize)
    rows = max(1, min(height, BUFFER_BYTES // row_bytes))
    tile_rows = TILE_PRODUCTS // max(1, filters.size * width)
    if rows > tile_rows > 0:
        rows -= rows % tile_rows
    buffer = np.empty(images * entries * rows * width, filters.dtype)
    bands = []
    for top, end in itertools.pairwise([*range(0, height, rows), height]):
        tiles = _count_tiles(end - top, width, tile_rows)
        shape = (images, tiles, entries, (end - top) // tiles, width)
        columns = buffer[: math.prod(shape)].reshape(shape)
        matrices = columns.reshape(*shape[:3], shape[3] * width)
        bands.append(Band(top, end, columns, matrices))
    return bands


def _count_tiles(rows: int, width: int, most: int) -> int:
    """Return into how few equal tiles of at most so many rows a band can be cut, or 1."""
    for tile_rows in range(min(rows, most), 0, -1):
        if rows % tile_rows == 0 and tile_rows * width >= LEAST_TILE_PIXELS:
            return rows // tile_rows
    return 1

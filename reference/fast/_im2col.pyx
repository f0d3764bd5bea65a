# cython: language_level=3, wraparound=False, cdivision=True, embedsignature=True
# boundscheck is set in setup.py, which can turn it on; a line here could not be overruled.
"""Unfold the windows of padded images into matrix columns, and add columns back.

Columns come in tiles. A tile is a matrix that stands for some rows of an image's windows: its
row ``(c * HH + i) * WW + j`` holds, for each of these windows, the entry of channel ``c`` at
row ``i`` and column ``j`` of the window. So a row of the matrix is a piece of a channel, thinned
out by the stride, and is copied line by line. `top` is the first row in the first tiles.

The shapes are not checked here but in :mod:`reference.fast.unfolding`.
"""

from libc.string cimport memcpy

ctypedef fused real:
    float
    double


def im2col(
    const real[:, :, :, ::1] padded,
    real[:, :, :, :, ::1] columns,
    Py_ssize_t field_height,
    Py_ssize_t field_width,
    Py_ssize_t stride,
    Py_ssize_t top,
):
    """Fill `columns` from `padded`, shape (N, C, H, W).

    `columns` has shape (N, tiles, C * HH * WW, rows, W').
    """
    cdef Py_ssize_t rows = columns.shape[3], out_width = columns.shape[4]
    cdef Py_ssize_t image, tile, entry, channel, i, j, row, y, left
    cdef const real* line
    with nogil:
        for image in range(columns.shape[0]):
            for tile in range(columns.shape[1]):
                for entry in range(columns.shape[2]):
                    j = entry % field_width
                    i = entry / field_width % field_height
                    channel = entry / field_width / field_height
                    for row in range(rows):
                        y = (top + tile * rows + row) * stride + i
                        # Indexed at its end, where a build that checks indices finds mistakes.
                        line = &padded[image, channel, y, (out_width - 1) * stride + j]
                        line -= (out_width - 1) * stride
                        if stride == 1:
                            memcpy(
                                &columns[image, tile, entry, row, 0], line, out_width * sizeof(real)
                            )
                        else:
                            for left in range(out_width):
                                columns[image, tile, entry, row, left] = line[left * stride]


def col2im(
    const real[:, :, :, :, ::1] columns,
    real[:, :, :, ::1] padded,
    Py_ssize_t field_height,
    Py_ssize_t field_width,
    Py_ssize_t stride,
    Py_ssize_t top,
):
    """Add `columns` to the entries of `padded` that they stand for; shapes as for `im2col`."""
    cdef Py_ssize_t rows = columns.shape[3], out_width = columns.shape[4]
    cdef Py_ssize_t image, tile, entry, channel, i, j, row, y, left
    cdef real* line
    with nogil:
        for image in range(columns.shape[0]):
            for tile in range(columns.shape[1]):
                for entry in range(columns.shape[2]):
                    j = entry % field_width
                    i = entry / field_width % field_height
                    channel = entry / field_width / field_height
                    for row in range(rows):
                        y = (top + tile * rows + row) * stride + i
                        line = &padded[image, channel, y, (out_width - 1) * stride + j]
                        line -= (out_width - 1) * stride
                        if stride == 1:  # a loop without gaps, so that several are added at once
                            for left in range(out_width):
                                line[left] += columns[image, tile, entry, row, left]
                        else:
                            for left in range(out_width):
                                line[left * stride] += columns[image, tile, entry, row, left]

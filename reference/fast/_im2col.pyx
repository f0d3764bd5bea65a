# cython: language_level=3, wraparound=False, cdivision=True, embedsignature=True
# boundscheck is set in setup.py, which can turn it on; a line here could not be overruled.
"""Unfold the windows of one image into matrix columns, and add columns back.

Row ``(c * HH + i) * WW + j`` of a column matrix holds, for every window, the entry of channel
``c`` at row ``i`` and column ``j`` of the window; windows run row by row. Padding is never
stored: entries outside the image are written as zeros, or not added back.

The shapes are not checked here but in :mod:`reference.fast.layers`.
"""

ctypedef fused real:
    float
    double


cdef inline Py_ssize_t first_inside(Py_ssize_t offset, Py_ssize_t stride, Py_ssize_t count) noexcept nogil:
    """Return the first window whose entry, ``window * stride + offset``, is not negative."""
    if offset >= 0:
        return 0
    return min((-offset + stride - 1) / stride, count)


cdef inline Py_ssize_t end_inside(
    Py_ssize_t offset, Py_ssize_t stride, Py_ssize_t count, Py_ssize_t length
) noexcept nogil:
    """Return how many windows come before the first whose entry is at `length` or beyond."""
    if offset >= length:
        return 0
    return min((length - offset + stride - 1) / stride, count)


def im2col(
    const real[:, :, ::1] image,
    real[:, :, ::1] columns,
    Py_ssize_t field_height,
    Py_ssize_t field_width,
    Py_ssize_t stride,
    Py_ssize_t pad,
):
    """Fill `columns`, shape (C * HH * WW, H', W'), from `image`, shape (C, H, W)."""
    cdef Py_ssize_t height = image.shape[1], width = image.shape[2]
    cdef Py_ssize_t out_height = columns.shape[1], out_width = columns.shape[2]
    cdef Py_ssize_t row, channel, i, j, top, left, y, first, end
    with nogil:
        for row in range(columns.shape[0]):
            j = row % field_width
            i = row / field_width % field_height
            channel = row / field_width / field_height
            first = first_inside(j - pad, stride, out_width)
            end = max(first, end_inside(j - pad, stride, out_width, width))
            for top in range(out_height):
                y = top * stride + i - pad
                if y < 0 or y >= height:
                    for left in range(out_width):
                        columns[row, top, left] = 0
                    continue
                for left in range(first):
                    columns[row, top, left] = 0
                if stride == 1:  # a loop the compiler turns into a block copy
                    for left in range(first, end):
                        columns[row, top, left] = image[channel, y, left + j - pad]
                else:
                    for left in range(first, end):
                        columns[row, top, left] = image[channel, y, left * stride + j - pad]
                for left in range(end, out_width):
                    columns[row, top, left] = 0


def col2im(
    const real[:, :, ::1] columns,
    real[:, :, ::1] image,
    Py_ssize_t field_height,
    Py_ssize_t field_width,
    Py_ssize_t stride,
    Py_ssize_t pad,
):
    """Add `columns`, shape (C * HH * WW, H', W'), to the places in `image` they stand for."""
    cdef Py_ssize_t height = image.shape[1], width = image.shape[2]
    cdef Py_ssize_t out_height = columns.shape[1], out_width = columns.shape[2]
    cdef Py_ssize_t row, channel, i, j, top, left, y, first, end
    with nogil:
        for row in range(columns.shape[0]):
            j = row % field_width
            i = row / field_width % field_height
            channel = row / field_width / field_height
            first = first_inside(j - pad, stride, out_width)
            end = max(first, end_inside(j - pad, stride, out_width, width))
            for top in range(out_height):
                y = top * stride + i - pad
                if y < 0 or y >= height:
                    continue
                if stride == 1:
                    for left in range(first, end):
                        image[channel, y, left + j - pad] += columns[row, top, left]
                else:
                    for left in range(first, end):
                        image[channel, y, left * stride + j - pad] += columns[row, top, left]

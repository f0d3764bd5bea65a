# cython: language_level=3, wraparound=False, cdivision=True, embedsignature=True
# boundscheck is set in setup.py, which can turn it on; a line here could not be overruled.
"""Max pooling of planes, one plane for each image and channel.

The shapes are not checked here but in :mod:`reference.fast.layers`.
"""

ctypedef fused real:
    float
    double


def max_pool_forward(
    const real[:, :, ::1] planes,
    real[:, :, ::1] out,
    Py_ssize_t[:, :, ::1] winners,
    Py_ssize_t pool_height,
    Py_ssize_t pool_width,
    Py_ssize_t stride,
):
    """Fill `out` with each window's largest entry and `winners` with its index in the plane.

    The first of several equal entries wins, and the first NaN wins over everything, as in
    ``numpy.argmax``. `planes` has shape (N * C, H, W), `out` and `winners` (N * C, H', W').
    """
    cdef Py_ssize_t width = planes.shape[2]
    cdef Py_ssize_t plane, top, left, y, x, best_y, best_x
    cdef real best, value
    with nogil:
        for plane in range(out.shape[0]):
            for top in range(out.shape[1]):
                for left in range(out.shape[2]):
                    best_y = top * stride
                    best_x = left * stride
                    best = planes[plane, best_y, best_x]
                    for y in range(top * stride, top * stride + pool_height):
                        for x in range(left * stride, left * stride + pool_width):
                            value = planes[plane, y, x]
                            if value > best or (value != value and best == best):
                                best, best_y, best_x = value, y, x
                    out[plane, top, left] = best
                    winners[plane, top, left] = best_y * width + best_x


def max_pool_backward(
    const real[:, :, ::1] dout, const Py_ssize_t[:, :, ::1] winners, real[:, ::1] dplanes
):
    """Add each entry of `dout`, shape (N * C, H', W'), to its winner in `dplanes`.

    `dplanes` has shape (N * C, H * W).
    """
    cdef Py_ssize_t plane, top, left
    with nogil:
        for plane in range(dout.shape[0]):
            for top in range(dout.shape[1]):
                for left in range(dout.shape[2]):
                    dplanes[plane, winners[plane, top, left]] += dout[plane, top, left]

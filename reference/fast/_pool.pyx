# cython: language_level=3, wraparound=False, cdivision=True, embedsignature=True
# boundscheck is set in setup.py, which can turn it on; a line here could not be overruled.
"""Max pooling of planes, one plane for each image and channel.

The shapes are not checked here but in :mod:`reference.fast.pooling`.
"""

ctypedef fused real:
    float
    double


cdef inline void keep_larger(
    const real* line, real* best, int* winners, Py_ssize_t count, Py_ssize_t stride, int offset
) noexcept nogil:
    """Let each `stride`-th entry of a line replace its window's best, if it is larger.

    Nothing here branches: whether an entry is larger cannot be foretold, and a processor that
    guesses wrong loses more time than both assignments take.
    """
    cdef Py_ssize_t left
    cdef real value, old
    cdef bint larger
    for left in range(count):
        value, old = line[left * stride], best[left]
        # Not `value > old`, so that the first NaN wins, and `old == old`, so that it stays.
        larger = (not value <= old) & (old == old)
        best[left] = value if larger else old
        winners[left] = offset if larger else winners[left]


def max_pool_forward(
    const real[:, :, ::1] planes,
    real[:, :, ::1] out,
    int[:, :, ::1] winners,
    Py_ssize_t pool_height,
    Py_ssize_t pool_width,
    Py_ssize_t stride,
):
    """Fill `out` with each window's largest entry and `winners` with its place in the window.

    The place is the distance from the window's first entry, in the plane's memory. The first
    of several equal entries wins, and the first NaN wins over everything, as in
    ``numpy.argmax``. `planes` has shape (N * C, H, W), `out` and `winners` (N * C, H', W').
    """
    cdef Py_ssize_t width = planes.shape[2], count = out.shape[2]
    cdef Py_ssize_t plane, top, left, i, j
    cdef const real* line
    cdef real* best
    cdef int* places
    cdef int offset
    with nogil:
        for plane in range(out.shape[0]):
            for top in range(out.shape[1]):
                for left in range(count):
                    out[plane, top, left] = planes[plane, top * stride, left * stride]
                    winners[plane, top, left] = 0
                best, places = &out[plane, top, 0], &winners[plane, top, 0]
                for i in range(pool_height):
                    for j in range(pool_width):
                        # Indexed at its end, where a build that checks every index finds mistakes.
                        line = &planes[plane, top * stride + i, (count - 1) * stride + j]
                        line -= (count - 1) * stride
                        offset = <int>(i * width + j)
                        if stride == 1:  # constants, for which the compiler makes better loops
                            keep_larger(line, best, places, count, 1, offset)
                        elif stride == 2:
                            keep_larger(line, best, places, count, 2, offset)
                        else:
                            keep_larger(line, best, places, count, stride, offset)


def max_pool_backward(
    const real[:, :, ::1] dout,
    const int[:, :, ::1] winners,
    real[:, ::1] dplanes,
    Py_ssize_t width,
    Py_ssize_t stride,
):
    """Add each entry of `dout`, shape (N * C, H', W'), to its winner in `dplanes`.

    `dplanes` has shape (N * C, H * W), and `width` is W.
    """
    cdef Py_ssize_t plane, top, left, first
    with nogil:
        for plane in range(dout.shape[0]):
            for top in range(dout.shape[1]):
                for left in range(dout.shape[2]):
                    first = (top * width + left) * stride
                    dplanes[plane, first + winners[plane, top, left]] += dout[plane, top, left]

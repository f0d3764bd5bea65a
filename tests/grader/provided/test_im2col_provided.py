"""Both ways of naming im2col, against each other and against single windows."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from grader.provided import fast_layers, im2col
from grader.provided.im2col_cython import col2im_6d_cython, col2im_cython, im2col_cython

SETTINGS = list(itertools.product(range(1, 4), range(1, 4), range(3), range(1, 4)))


@pytest.mark.parametrize(("height", "width", "pad", "stride"), SETTINGS)
def test_columns_hold_windows(height: int, width: int, pad: int, stride: int) -> None:
    """Columns run over window rows, window columns, then images; both modules agree."""
    x = np.random.default_rng(0).normal(size=(2, 3, 4, 5))
    columns = im2col.im2col_indices(x, height, width, pad, stride)
    np.testing.assert_array_equal(columns, im2col_cython(x, height, width, pad, stride))
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out_width = (5 + 2 * pad - width) // stride + 1
    out_height = (4 + 2 * pad - height) // stride + 1
    assert columns.shape == (3 * height * width, out_height * out_width * 2)
    row, column, image = out_height - 1, out_width // 2, 1
    top, left = row * stride, column * stride
    window = padded[image, :, top : top + height, left : left + width]
    np.testing.assert_array_equal(
        columns[:, (row * out_width + column) * 2 + image], window.ravel()
    )


@pytest.mark.parametrize(("height", "width", "pad", "stride"), SETTINGS)
def test_adding_back_is_the_transpose(height: int, width: int, pad: int, stride: int) -> None:
    """For any columns c, the product of im2col(x) with c is that of x with col2im(c)."""
    generator = np.random.default_rng(1)
    x = generator.normal(size=(2, 3, 4, 5))
    columns = im2col.im2col_indices(x, height, width, pad, stride)
    others = generator.normal(size=columns.shape)
    image = im2col.col2im_indices(others, x.shape, height, width, pad, stride)
    assert np.vdot(columns, others) == pytest.approx(np.vdot(x, image))
    np.testing.assert_allclose(
        image, col2im_cython(others, 2, 3, 4, 5, height, width, pad, stride), atol=1e-14
    )


def test_six_axes_mean_the_same_windows() -> None:
    """The convolution's own order, images before windows, is added back alike."""
    cols = np.random.default_rng(2).normal(size=(3, 2, 2, 2, 3, 4))
    flat = cols.transpose(0, 1, 2, 4, 5, 3).reshape(12, -1)
    np.testing.assert_allclose(
        col2im_6d_cython(cols, 2, 3, 4, 5, 2, 2, 0, 1),
        im2col.col2im_indices(flat, (2, 3, 4, 5), 2, 2, 0, 1),
    )


def test_windows_that_do_not_fit_are_refused() -> None:
    """The error names the window and the padded size."""
    with pytest.raises(ValueError, match="field_width is 8, expected 1 to 7"):
        im2col.get_im2col_indices((1, 1, 5, 5), 3, 8, padding=1)
    with pytest.raises(ValueError, match="stride is 0"):
        im2col.get_im2col_indices((1, 1, 5, 5), 3, 3, stride=0)


def test_the_fast_layers_hold_these_names_too() -> None:
    """Student files that star-import the fast layers use them from there."""
    assert fast_layers.im2col_indices is im2col.im2col_indices

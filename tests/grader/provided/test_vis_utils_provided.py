"""Grids of images."""

from __future__ import annotations

import numpy as np
import pytest

from grader.provided.vis_utils import vis_grid, vis_nn, visualize_grid


def test_each_image_is_stretched_on_its_own() -> None:
    """Five images of 2 x 3 lie in a grid of 3 x 3 with black lines between them."""
    images = np.random.default_rng(0).normal(size=(5, 2, 3, 3))
    grid = visualize_grid(images, ubound=100.0, padding=1)
    assert grid.shape == (3 * 2 + 2, 3 * 3 + 2, 3)
    fifth = images[4]
    stretched = 100 * (fifth - fifth.min()) / (fifth.max() - fifth.min())
    np.testing.assert_allclose(grid[3:5, 4:7], stretched)
    assert not grid[2].any()
    assert not grid[:, 3].any()
    assert not grid[6:].any()


def test_an_image_of_one_brightness_is_black() -> None:
    """There is no range to stretch, and nothing is divided by zero."""
    assert not visualize_grid(np.full((1, 2, 2, 3), 7.0)).any()


def test_a_common_grid_keeps_brightness_comparable() -> None:
    """All images are stretched together, and lines are as dark as the darkest entry."""
    images = np.stack([np.full((2, 2, 1), value) for value in (1.0, 2.0, 3.0)])
    grid = vis_grid(images)[:, :, 0]
    assert grid.shape == (6, 6)
    assert (grid[0, 0], grid[0, 3], grid[3, 0], grid[3, 3], grid[2, 2]) == (0, 0.5, 1, 0, 0)


def test_rows_stay_rows() -> None:
    """Each row of images becomes a row of the grid."""
    rows = [[np.full((2, 2, 1), 10.0 * r + c) for c in range(3)] for r in range(2)]
    grid = vis_nn(rows)[:, :, 0]
    assert grid.shape == (6, 9)
    np.testing.assert_allclose(grid[::3, ::3] * 12, [[0, 1, 2], [10, 11, 12]])


def test_anything_but_four_axes_is_refused() -> None:
    """The error gives the shape."""
    with pytest.raises(ValueError, match=r"Xs has shape \(2, 2\)"):
        visualize_grid(np.ones((2, 2)))

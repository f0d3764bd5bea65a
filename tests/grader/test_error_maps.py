from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from grader.compare import Measure, compare
from grader.error_maps import COLUMNS, ROWS, map_difference, map_errors, map_not_finite
from grader.model import ErrorMap

shapes = hnp.array_shapes(min_dims=0, max_dims=5, min_side=0, max_side=9)
long_shapes = st.tuples(st.integers(1, 90), st.integers(1, 90))


def draw(shape: tuple[int, ...], wrong: Any = (), factor: float = 1.5) -> ErrorMap:
    """Return the picture of an array that is wrong at an index."""
    right = np.random.default_rng(0).uniform(1, 2, shape)
    got = right.copy()
    got[wrong] *= factor
    found = map_difference(got, right, 1e-8)
    assert found is not None
    return found


def cells(found: ErrorMap) -> NDArray[np.int64]:
    """Return a picture's digits as an array."""
    return np.array([[int(digit) for digit in row] for row in found.rows])


def test_a_wrong_row_shows_as_a_row() -> None:
    """An array that fits is drawn entry by entry."""
    found = draw((5, 8), np.s_[3])
    assert found.shape == (5, 8)
    assert [row != "0" * 8 for row in found.rows] == [False, False, False, True, False]
    assert "0" not in found.rows[3]
    assert (found.down, found.across) == ("axis 0", "axis 1")


@pytest.mark.parametrize("shape", [(4, 3, 5, 5), (10, 3, 32, 32), (1, 1, 24, 32)])
def test_the_border_of_images_shows_as_a_border(shape: tuple[int, ...]) -> None:
    """Every tile has its border wrong and its inside right, whole or coarse."""
    inside = np.s_[:, :, 1:-1, 1:-1]
    wrong = np.ones(shape, dtype=bool)
    wrong[inside] = False
    found = draw(shape, wrong)
    picture = cells(found)
    assert (found.down, found.across) == ("axes 0 and 2", "axes 1 and 3")
    height = next(k for k in range(2, len(picture) + 1) if picture[k - 1].all())
    width = next(k for k in range(2, picture.shape[1] + 1) if picture[:, k - 1].all())
    tile = np.zeros((height, width), dtype=bool)
    tile[[0, -1]] = tile[:, [0, -1]] = True
    times = (len(picture) // height, picture.shape[1] // width)
    assert np.array_equal(picture > 0, np.tile(tile, times))


def test_the_last_column_is_not_lost() -> None:
    """A coarse cell is the worst of its block."""
    found = draw((100, 50), np.s_[:, -1])
    assert all(row[-1] != "0" and set(row[:-1]) == {"0"} for row in found.rows)


@given(long_shapes, st.data())
def test_one_wrong_entry_is_never_lost(shape: tuple[int, int], data: st.DataObject) -> None:
    """It shows in one cell, that of its block."""
    index = data.draw(st.tuples(*(st.integers(0, side - 1) for side in shape)))
    errors = np.zeros(shape)
    errors[index] = 1.0
    found = map_errors(errors, 1e-8)
    if errors.size < 4:
        assert found is None
        return
    assert found is not None
    picture = cells(found)
    blocks = [-(-side // most) for side, most in zip(shape, (ROWS, COLUMNS), strict=True)]
    place = tuple(at // block for at, block in zip(index, blocks, strict=True))
    assert np.argwhere(picture).tolist() == [list(place)]


@given(
    hnp.arrays(np.float64, shapes, elements=st.floats(width=64)),
    st.data(),
    st.sampled_from([1e-300, 1e-10, 1e-3, 10.0]),
    st.sampled_from(Measure),
)
def test_pictures_are_bounded_and_show_what_fails(
    got: NDArray[np.float64], data: st.DataObject, tolerance: float, measure: Measure
) -> None:
    """Whatever the numbers, what fails shows, in digits and no more cells than may be."""
    elements = st.floats(allow_nan=False, allow_infinity=False)
    right = data.draw(hnp.arrays(np.float64, got.shape, elements=elements))
    with np.errstate(all="ignore"):
        compared = compare(got, right, tolerance, measure)
    if compared.ok:
        return
    found = map_difference(got, right, tolerance, measure)
    if got.size < 4:
        assert found is None
        return
    assert found is not None
    assert found.shape == got.shape
    assert 1 <= len(found.rows) <= ROWS
    assert {len(row) for row in found.rows} <= set(range(1, COLUMNS + 1))
    assert len({len(row) for row in found.rows}) == 1
    assert all(row.isascii() and row.isdigit() for row in found.rows)
    assert cells(found).any()
    if not np.isfinite(got).all():
        assert cells(found).max() == 9


def test_what_is_no_number_is_the_worst() -> None:
    """NaN and infinity are nines; the rest is told apart beside them."""
    right = np.ones(4)
    found = map_difference(np.array([1.0, np.nan, np.inf, 1.0 + 3e-7]), right, 1e-8)
    assert found is not None
    assert found.rows == ("0992",)
    assert (found.down, found.across) == ("", "axis 0")


def test_each_power_of_ten_is_a_digit() -> None:
    """One digit more for ten times the error, from what is just not allowed."""
    found = map_errors(np.array([1e-6, 1.1e-6, 1.1e-5, 1.1e-4, 1.1, 0.0]), 1e-6)
    assert found is not None
    assert found.rows == ("012370",)


def test_wide_ranges_have_wider_steps() -> None:
    """The worst is nine, and what is half as many powers above is in the middle."""
    found = map_errors(np.array([1e-12, 1.1e-12, 1e-2, 1e8]), 1e-12)
    assert found is not None
    assert found.rows == ("0159",)


def test_a_sum_of_small_errors_shows_the_largest() -> None:
    """No entry is over its share by itself where rounding makes up the sum."""
    found = map_errors(np.array([0.0, 1e-9, 2e-9, 0.0]), 1e-8)
    assert found is not None
    assert found.rows == ("0010",)


@pytest.mark.parametrize(
    ("shape", "down", "across", "size"),
    [
        ((7,), "", "axis 0", (1, 7)),
        ((90,), "", "axis 0", (1, 30)),
        ((30, 1), "axis 0", "axis 1", (15, 1)),
        ((4, 3, 5), "axes 0 and 1", "axis 2", (12, 5)),
        ((2, 3, 4, 5), "axes 0 and 2", "axes 1 and 3", (8, 15)),
        ((50, 3, 8, 8), "axes 0 and 2", "axes 1 and 3", (24, 24)),
        ((2, 2, 3, 4, 5), "axes 0, 1 and 3", "axes 2 and 4", (16, 15)),
    ],
)
def test_axes_run_as_is_told(
    shape: tuple[int, ...], down: str, across: str, size: tuple[int, int]
) -> None:
    """The layout follows from the shape, and the picture says which axes run where."""
    found = draw(shape)
    assert (found.down, found.across) == (down, across)
    assert cells(found).shape == size


def test_the_layout_puts_channels_side_by_side() -> None:
    """One wrong channel of one image is a tile, with its row and column."""
    picture = cells(draw((2, 3, 4, 5), np.s_[1, 2]))
    assert np.argwhere(picture).tolist() == [[y, x] for y in range(4, 8) for x in range(10, 15)]


@pytest.mark.parametrize("got", [None, "text", [[1.0], [1.0, 2.0]], np.zeros((2, 3)), 1.0])
def test_what_cannot_be_compared_has_no_picture(got: Any) -> None:
    """Wrong shapes and types are told in words."""
    assert map_difference(got, np.zeros((4, 5)), 1e-8) is None


def test_scalars_and_tiny_arrays_have_no_picture() -> None:
    """Their first wrong entry says it all."""
    assert map_difference(1.0, 2.0, 1e-8) is None
    assert map_difference(np.ones(3), np.zeros(3), 1e-8) is None


def test_integers_booleans_and_kept_axes_are_drawn() -> None:
    """What a comparison takes for numbers is drawn in the shape of the right value."""
    right = np.zeros(4)
    for got in (np.array([0, 1, 0, 0]), np.array([[False, True, False, False]]), [0, 1, 0, 0]):
        found = map_difference(got, right, 1e-8)
        assert found is not None
        assert found.shape == (4,)
        assert [digit != "0" for digit in found.rows[0]] == [False, True, False, False]


def test_what_is_not_finite_is_drawn_alone() -> None:
    """Where there is nothing to compare with, numbers count as right."""
    found = map_not_finite(np.array([[1.0, np.nan], [-np.inf, 5e300]]))
    assert found is not None
    assert found.rows == ("09", "90")

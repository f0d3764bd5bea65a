from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from grader.candidate.wire import Handle
from grader.compare import LOWEST_TOLERANCE, Measure, compare, same_but_for_ones

finite = st.floats(-1e6, 1e6, allow_subnormal=False)
arrays = hnp.arrays(np.float64, hnp.array_shapes(max_dims=3, max_side=5), elements=finite)
RIGHT = np.array([[1.0, -2.0, 3.0], [4.0, 5.0, -6.0]])


@given(arrays)
def test_value_equals_itself_exactly(values: NDArray[np.float64]) -> None:
    """A value compared with itself has no error, by every measure."""
    for measure in Measure:
        found = compare(values.copy(), values, 1e-12, measure)
        assert found.ok
        assert found.error == 0.0


@given(arrays, st.data())
def test_one_changed_entry_is_found(values: NDArray[np.float64], data: st.DataObject) -> None:
    """The first wrong index is the entry that was changed, with both of its values."""
    index = data.draw(st.tuples(*(st.integers(0, side - 1) for side in values.shape)))
    changed = values.copy()
    changed[index] += 1.0 + np.abs(values).max()
    found = compare(changed, values, 1e-6)
    assert not found.ok
    assert found.index == index
    assert (found.got, found.expected) == (changed[index], values[index])
    assert (found.wrong, found.count) == (1, values.size)


@given(arrays, st.sampled_from([np.nan, np.inf, -np.inf]), st.data())
def test_values_that_are_not_finite_never_pass(
    values: NDArray[np.float64], bad: float, data: st.DataObject
) -> None:
    """One NaN or infinity fails by every measure, whatever the tolerance."""
    index = data.draw(st.tuples(*(st.integers(0, side - 1) for side in values.shape)))
    changed = values.copy()
    changed[index] = bad
    for measure in Measure:
        found = compare(changed, values, 1e300, measure)
        assert not found.ok
        assert found.error == np.inf
        assert found.index == index


@given(arrays, arrays)
def test_shapes_that_merely_broadcast_are_wrong(
    got: NDArray[np.float64], right: NDArray[np.float64]
) -> None:
    """Only the same lengths in the same order are compared, axes of length one aside."""
    fits = [n for n in got.shape if n != 1] == [n for n in right.shape if n != 1]
    found = compare(got, right, 1e300, Measure.ABSOLUTE)
    assert found.ok == fits
    assert bool(found.problem) != fits


@pytest.mark.parametrize(
    ("got", "said"),
    [
        (np.ones(3), "has shape (3,), expected (2, 3)"),
        (np.ones((3, 2)), "has shape (3, 2), expected (2, 3)"),
        (np.ones((2, 3, 2)), "has shape (2, 3, 2), expected (2, 3)"),
        (np.float64(1.0), "has shape () (a number), expected (2, 3)"),
        (1.0, "has shape () (a number), expected (2, 3)"),
        (np.zeros((0, 3)), "has shape (0, 3), expected (2, 3)"),
        (None, "is None"),
        ("1.0", "is of type str, not an array of numbers"),
        ({"out": RIGHT}, "is of type dict, not an array of numbers"),
        (Handle(3, "Tensor"), "is of type Tensor, not an array of numbers"),
        ([[1.0], [2.0, 3.0]], "is a list, not an array"),
        (["a", "b"], "is a list, not an array"),
        (RIGHT.astype(str).tolist(), "is a list, not an array"),
        (list(RIGHT.astype(complex)), "is a list, not an array"),
        ([None] * 6, "is a list, not an array"),
        (RIGHT.astype(complex), "has dtype complex128, not a real number type"),
        (RIGHT.astype(str), "has dtype <U32, not a real number type"),
        (RIGHT.astype(object), "has dtype object, not a real number type"),
    ],
)
def test_what_cannot_be_compared_is_named(got: Any, said: str) -> None:
    """A value of the wrong kind or shape fails with a problem and without an error."""
    found = compare(got, RIGHT, 1.0)
    assert not found.ok
    assert found.problem == said
    assert found.error is None


@pytest.mark.parametrize(
    ("got", "right"),
    [
        (RIGHT.tolist(), RIGHT),
        (RIGHT.astype(np.int64), RIGHT),
        (RIGHT.astype(">f8"), RIGHT),
        (np.asfortranarray(RIGHT), RIGHT),
        (RIGHT.reshape(1, 2, 3, 1), RIGHT),
        (np.array([2.0]), 2.0),
        (np.array([[2.0]]), 2.0),
        (2, 2.0),
        (True, 1.0),
        (np.ones((3, 1)), np.ones(3)),
        (np.zeros((0, 4)), np.zeros((0, 4))),
    ],
)
def test_harmless_differences_of_form_pass(got: Any, right: Any) -> None:
    """Lists, integers, byte order, memory order and axes of length one do not matter."""
    assert compare(got, right, 1e-12).ok


@pytest.mark.parametrize(
    ("dtype", "error", "passes"),
    [
        (np.float64, 1e-5, False),
        (np.float64, 1e-8, True),
        (np.float32, 1e-5, True),
        (np.float32, 1e-2, False),
        (np.float16, 0.0, True),
        (np.float16, 1e-2, False),
    ],
)
def test_tolerance_follows_the_dtype_that_came_back(
    dtype: type[np.floating[Any]], error: float, passes: bool
) -> None:
    """Arithmetic in fewer digits is no mistake; a wrong value in it is."""
    found = compare((RIGHT * (1 + 2 * error)).astype(dtype), RIGHT, 1e-7)
    assert found.ok is passes
    code = np.dtype(dtype).str[1:]
    assert found.tolerance == max(1e-7, LOWEST_TOLERANCE[code])


def test_small_entries_are_compared_on_the_scale_of_the_largest() -> None:
    """A sum that nearly cancels may be off in its own digits, not in those of its neighbours."""
    right = np.array([1.0, 1e-12])
    assert compare(right + np.array([0.0, 1e-11]), right, 1e-7).ok
    assert not compare(right + np.array([0.0, 1e-6]), right, 1e-7).ok


def test_relative_error_is_the_course_formula() -> None:
    """The error is |x - y| / (|x| + |y|) for entries of one size."""
    found = compare(np.array([1.1, 1.0]), np.array([1.0, 1.0]), 1e-3)
    assert found.error == pytest.approx(0.1 / 2.1)


def test_sum_of_differences_is_the_sum() -> None:
    """Many small differences add up, though none of them would be wrong alone."""
    got = RIGHT + 0.3
    assert compare(got, RIGHT, 2.0, Measure.ABSOLUTE_SUM).ok
    found = compare(got, RIGHT, 1.7, Measure.ABSOLUTE_SUM)
    assert not found.ok
    assert found.error == pytest.approx(1.8)
    assert found.index is not None


@pytest.mark.parametrize("factor", [-1.0, 0.0, 0.5, 10.0])
def test_constant_factor_is_recognised(factor: float) -> None:
    """Every entry times one number is told as that number."""
    assert compare(RIGHT * factor, RIGHT, 1e-7).factor == pytest.approx(factor)


def test_factor_is_not_claimed_for_other_mistakes() -> None:
    """One entry of another factor, or a value too small to tell, claims none."""
    got = RIGHT * 2
    got[0, 1] = 0.0
    assert compare(got, RIGHT, 1e-7).factor is None
    assert compare(np.array([2.0]), np.array([1.0]), 1e-7).factor is None
    assert compare(RIGHT + np.nan, RIGHT, 1e-7).factor is None


def test_scalar_has_no_index() -> None:
    """A wrong loss has values but no place."""
    found = compare(3.0, 2.0, 1e-7)
    assert found.index is None
    assert (found.got, found.expected) == (3.0, 2.0)


def test_expected_infinity_is_met_by_infinity_alone() -> None:
    """Where the right value is infinite or NaN, only the same passes."""
    right = np.array([np.inf, -np.inf, np.nan, 1.0])
    assert compare(right.copy(), right, 1e-7).ok
    assert not compare(-right, right, 1e-7).ok
    assert not compare(np.ones(4), right, 1e-7).ok


@given(hnp.array_shapes(max_dims=4, max_side=3), hnp.array_shapes(max_dims=4, max_side=3))
def test_axes_of_length_one_are_the_only_freedom(
    one: tuple[int, ...], other: tuple[int, ...]
) -> None:
    """The rule holds both ways, and equal sizes follow from it."""
    fits = same_but_for_ones(one, other)
    assert fits == same_but_for_ones(other, one)
    assert not fits or np.prod(one) == np.prod(other)


def test_a_norm_counts_all_entries_together() -> None:
    """The Frobenius norm of the differences is what courses compare matrices by."""
    right = np.zeros((3, 4))
    got = np.full((3, 4), 0.5)
    assert compare(got, right, 1.8, Measure.NORM).ok
    found = compare(got, right, 1.7, Measure.NORM)
    assert not found.ok
    assert found.error == pytest.approx(0.5 * np.sqrt(12))


def test_a_norm_that_overflows_is_an_infinite_error() -> None:
    """Squares of large numbers are no reason to warn whoever grades."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = compare(np.full(3, 1e300), np.zeros(3), 1e-9, Measure.NORM)
    assert not found.ok
    assert found.error == np.inf

"""Errors that no known mistake makes are told by their shape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader.diagnosis.relations import make_case
from grader.diagnosis.shapes import find_shape

Change = Callable[[np.ndarray], Any]

IMAGES = ((2, 3, 4, 5), (3, 2, 5, 4))
MATRICES = ((5, 4), (7, 6))
SQUARES = ((4, 4), (6, 6))


def on_border(array: np.ndarray) -> np.ndarray:
    """Spoil the outermost pixels of images."""
    changed = array + 1.0
    changed[:, :, 1:-1, 1:-1] = array[:, :, 1:-1, 1:-1]
    return changed


def inside(array: np.ndarray) -> np.ndarray:
    """Spoil all pixels of images but the outermost."""
    changed = array.copy()
    changed[:, :, 1:-1, 1:-1] *= 3.0
    return changed


def in_last_row(array: np.ndarray) -> np.ndarray:
    """Spoil the last row."""
    changed = array.copy()
    changed[-1] += 0.5
    return changed


def some_negated(array: np.ndarray) -> np.ndarray:
    """Negate every other row."""
    changed = array.copy()
    changed[::2] *= -1
    return changed


def with_nan(array: np.ndarray) -> np.ndarray:
    """Put no number into one entry."""
    changed = array.copy()
    changed[0, 0] = np.nan
    return changed


@pytest.mark.parametrize(
    ("name", "change", "shapes"),
    [
        ("transposed", np.transpose, MATRICES),
        ("transposed", np.transpose, SQUARES),
        ("other_shape", lambda a: a[:-1], MATRICES),
        ("broadcast", lambda a: a[None] + a[:, None], MATRICES),
        ("no_numbers", with_nan, MATRICES),
        ("zero", np.zeros_like, MATRICES),
        ("whole_numbers", np.trunc, MATRICES),
        ("wrong_sign", np.negative, MATRICES),
        ("some_signs", some_negated, MATRICES),
        ("few_digits", lambda a: a.astype(np.float16), MATRICES),
        ("border", on_border, IMAGES),
        ("inside", inside, IMAGES),
        ("one_index", in_last_row, MATRICES),
        ("shifted", lambda a: a + 0.25, MATRICES),
        ("reshaped", lambda a: np.ascontiguousarray(a.T).reshape(a.shape), MATRICES),
        ("other_order", lambda a: a[::-1].copy(), MATRICES),
        ("divided_by_batch", lambda a: a / len(a), MATRICES),
        ("multiplied_by_batch", lambda a: a * len(a), MATRICES),
        ("constant_factor", lambda a: 0.5 * a, MATRICES),
        ("factor", lambda a: np.abs(a).max() * a, MATRICES),
    ],
)
def test_shape_is_told(name: str, change: Change, shapes: tuple[tuple[int, ...], ...]) -> None:
    """A result spoilt in one way, at two sizes, has that way's name."""
    generator = np.random.default_rng(5)
    cases = []
    for shape in shapes:
        right = 10.0 * generator.standard_normal(shape)
        case = make_case("out", change(right), right, {"x": generator.standard_normal(shape)})
        assert case is not None
        cases.append(case)
    found = find_shape(cases)
    assert found is not None
    assert found.name == name
    assert found.text.hint.endswith("?")


def test_multiple_of_an_input_is_told() -> None:
    """A regularisation term that is too much is a multiple of the weights."""
    generator = np.random.default_rng(5)
    right, weights = generator.standard_normal((2, 5, 4))
    case = make_case("dW", right + 0.7 * weights, right, {"W": weights})
    assert case is not None
    found = find_shape([case])
    assert found is not None
    assert found.name == "multiple_of_input"


def test_a_factor_says_more_than_a_multiple_of_an_input() -> None:
    """Twice a result that is itself a multiple of an input is first of all twice the result."""
    inputs = np.random.default_rng(5).standard_normal((5, 4))
    case = make_case("dx", 6.0 * inputs, 3.0 * inputs, {"dout": inputs})
    assert case is not None
    found = find_shape([case])
    assert found is not None
    assert found.name == "constant_factor"
    assert found.text.title == "a factor of 2"


def test_axis_not_summed_over_is_told() -> None:
    """A bias gradient that still has a row for each example is the right one not yet summed."""
    rows = np.random.default_rng(5).standard_normal((5, 4))
    case = make_case("db", rows, rows.sum(axis=0), {"x": np.ones((5, 3))})
    assert case is not None
    found = find_shape([case, case])
    assert found is not None
    assert found.name == "not_summed"


def test_noise_has_no_shape() -> None:
    """Numbers that have nothing to do with the right ones are not explained."""
    generator = np.random.default_rng(5)
    case = make_case("out", *generator.standard_normal((2, 5, 4)), {})
    assert case is not None
    assert find_shape([case]) is None


def test_two_numbers_have_no_shape() -> None:
    """Any number is some multiple of another: of a loss that tells nothing."""
    cases = [make_case("loss", got, right, {}) for got, right in ((1.3, 2.1), (0.2, 0.9))]
    assert find_shape([case for case in cases if case is not None]) is None


def test_loss_that_is_no_number_is_told() -> None:
    """A single number has this shape, too."""
    cases = [make_case("loss", got, 1.5, {}) for got in (np.nan, np.inf)]
    found = find_shape([case for case in cases if case is not None])
    assert found is not None
    assert found.name == "no_numbers"


def test_what_is_no_array_has_no_case() -> None:
    """Text and truth values are not compared."""
    assert make_case("out", "text", np.zeros(3), {}) is None
    assert make_case("out", np.zeros(3, dtype=bool), np.zeros(3), {}) is None

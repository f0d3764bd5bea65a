"""Signatures agree if and only if the values do."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader.diagnosis.signature import TOLERANCE, Signature, tolerance_of

ARRAYS = hnp.arrays(
    np.float64,
    hnp.array_shapes(max_dims=4, max_side=5),
    elements=st.floats(-100, 100).map(lambda number: round(number, 3)),
)


@given(ARRAYS)
def test_rounding_makes_no_difference(array: np.ndarray) -> None:
    """Values that differ in their last digits agree."""
    other = array * (1 + 1e-12)
    assert Signature.of(array).distance(Signature.of(other)) <= TOLERANCE


@given(ARRAYS, st.data())
def test_one_wrong_entry_is_seen(array: np.ndarray, data: st.DataObject) -> None:
    """An entry that is off by a thousandth of the norm makes another signature."""
    index = data.draw(st.integers(0, array.size - 1))
    other = array.copy().reshape(-1)
    other[index] += 1e-3 * max(1.0, float(np.linalg.norm(array)))
    other = other.reshape(array.shape)
    assert Signature.of(array).distance(Signature.of(other)) > TOLERANCE


@given(ARRAYS)
def test_json_keeps_what_agreement_needs(array: np.ndarray) -> None:
    """A signature that was written and read agrees with the one it was."""
    signature = Signature.of(array)
    read = Signature.from_plain(json.loads(json.dumps(signature.to_plain())))
    assert read.distance(signature) <= TOLERANCE


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (np.zeros((2, 3)), np.zeros((3, 2))),
        (np.zeros(3), np.array([0.0, np.nan, 0.0])),
        (np.zeros(3), None),
        (1.0, -1.0),
        (np.arange(6.0).reshape(2, 3), np.arange(6.0).reshape(3, 2).T),
    ],
)
def test_unlike_values_have_a_distance(first: object, second: object) -> None:
    """Another shape, no number, another sign and another order are all told apart."""
    assert Signature.of(first).distance(Signature.of(second)) > TOLERANCE


def test_axes_of_length_one_do_not_count() -> None:
    """A bias kept as a row is that bias."""
    row = np.arange(4.0).reshape(1, 4)
    assert Signature.of(row).distance(Signature.of(row[0])) == 0.0


@pytest.mark.parametrize("value", [None, "text", {"a": 1}, np.array(["a"]), [[1], [1, 2]]])
def test_what_is_no_number_is_no_value(value: object) -> None:
    """Nothing but real numbers has a signature."""
    assert not Signature.of(value).is_value


@pytest.mark.parametrize("data", [[], [1, 2, 3], [[2], 0, 1.0, 1.0], ["a", 0, 1.0, 1.0, 1.0, 1.0]])
def test_damaged_signature_is_refused(data: object) -> None:
    """Data that are no signature raise, and are quoted."""
    with pytest.raises(ValueError, match="is no signature"):
        Signature.from_plain(data)


def test_single_precision_is_compared_less_exactly() -> None:
    """The least exact result decides; integers and doubles ask for nothing."""
    double, single = np.zeros(2), np.zeros(2, dtype=np.float32)
    assert tolerance_of([double, 1, np.arange(3)]) == TOLERANCE
    assert tolerance_of([double, single]) == pytest.approx(1e-4)


def test_huge_values_have_no_small_distance() -> None:
    """What overflows counts as unlike, never as alike."""
    huge = Signature.of(np.full(50, 1e300))
    assert huge.distance(Signature.of(np.ones(50))) == math.inf

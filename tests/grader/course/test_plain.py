from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader import FunctionCall, Measure, ValueCheck, Visibility, fixed, integers, normal
from grader.course.plain import decode, encode, known_classes
from grader.errors import AssignmentError

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(st.text() | st.integers(), inner)
    ),
    max_leaves=20,
)


def through_json(value: Any) -> Any:
    """Return what is left of a value that was written and read."""
    return decode(json.loads(json.dumps(encode(value, "it"), allow_nan=False)))


@given(VALUES)
def test_plain_values_come_back_equal_and_of_their_kind(value: Any) -> None:
    """Tuples stay tuples, keys stay what they were, floats lose no digit."""
    found = through_json(value)
    assert found == value
    assert repr(found) == repr(value)


def test_checks_come_back_equal() -> None:
    """A declaration survives with everything in it."""
    check = ValueCheck(
        id="f",
        experiment=FunctionCall(
            target="optim:adam",
            arguments={"w": normal(3, scale=0.5), "config": {"t": 2, "v": fixed([1.0, 2.0])}},
            results={"next_w": (0,), "v": (1, "v")},
        ),
        literals={"next_w": [[1.5, float("inf")]]},
        sibling={"y": integers(10, 4)},
        measure=Measure.ABSOLUTE_SUM,
        visibility=Visibility.HIDDEN,
        points={"next_w": 2, "v": 1.5},
        needs=("g",),
    )
    assert through_json(check) == check


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_numbers_without_a_word_in_json_come_back(value: float) -> None:
    """They are written as text that is marked."""
    assert np.array_equal(through_json(value), value, equal_nan=True)


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "bool"])
def test_arrays_come_back_with_shape_and_dtype(dtype: str) -> None:
    """Also empty ones."""
    for shape in ((2, 3), (0, 4), ()):
        value = np.ones(shape, dtype)
        found = through_json(value)
        np.testing.assert_array_equal(found, value)
        assert (found.dtype, found.shape) == (value.dtype, value.shape)


@pytest.mark.parametrize("value", [float, int, np.float32, np.float64])
def test_types_that_are_settings_come_back(value: type) -> None:
    """A model's dtype is one of a few."""
    assert through_json({"dtype": value}) == {"dtype": value}


@dataclass(frozen=True)
class Own:
    """A class that a bundle's reader does not have."""

    x: int = 1


@pytest.mark.parametrize("value", [len, lambda x: x, object(), complex(1, 2), Own(), np.array("s")])
def test_what_is_no_plain_value_is_refused(value: object) -> None:
    """The message says where it was found."""
    with pytest.raises(AssignmentError, match=r"^the check f: "):
        encode({"a": [value]}, "the check f")


@pytest.mark.parametrize(
    "data",
    [
        {"$": "Popen", "args": "ls"},
        {"$": "Path"},
        {"$": "Check", "id": "x"},
        {"$": "Fixed", "value": 1, "more": 2},
        {"$": "Fixed"},
        {"$enum": "Fixed", "value": 1},
        {"$enum": "Measure", "value": "by eye"},
        {"$type": "numpy.ndarray"},
        {"$type": "object"},
        {"$float": 1},
        {"$array": "|O", "shape": [1], "values": [1]},
        {"$array": "<f8", "shape": [2], "values": [1]},
        {"$array": "<f8", "shape": [-1], "values": ["a"]},
        {"$array": "<f8", "shape": [10**30], "values": []},
        {"$tuple": 3},
        {"$call": "os.system"},
    ],
)
def test_what_is_not_known_is_refused(data: Any) -> None:
    """Nothing but the grader's own declarations can be named."""
    with pytest.raises(AssignmentError):
        decode(data)


def test_known_classes_are_the_graders_own() -> None:
    """No name leads out of the package."""
    modules = {cls.__module__.partition(".")[0] for cls in known_classes().values()}
    assert modules == {"grader"}

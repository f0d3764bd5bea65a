"""Every kind of check that compares arrays says where in them the errors lie."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import grader.error_maps
from grader import FunctionCall, ValueCheck, normal
from grader.checks.base import judge_value
from grader.checks.cells import CellCheck
from grader.checks.properties.base import Broken
from grader.checks.properties.judging import require_equal, take_array
from grader.families.laws import layer_laws
from grader.model import CheckResult, ErrorMap, Outcome, Status
from grader.report.visibility import STUDENT, shown_check
from grader.settings import Visibility
from reference.layers.dense import affine_backward

Judge = Callable[..., dict[str, Outcome]]

RELU = ValueCheck(
    id="relu_forward",
    experiment=FunctionCall(
        target="layers:relu_forward", arguments={"x": normal(4, 5)}, results={"out": (0,)}
    ),
    points={"out": 4},
)
GRADIENT_CELL = """
import numpy as np
from course.layers import *
from course.gradient_check import eval_numerical_gradient_array
x, w, b = np.random.randn(ROWS, 3), np.random.randn(3, 5), np.random.randn(5)
dout = np.random.randn(ROWS, 5)
dx_num = eval_numerical_gradient_array(lambda x: affine_forward(x, w, b)[0], x, dout)
_, cache = affine_forward(x, w, b)
dx, dw, db = affine_backward(dout, cache)
print('dx error: ', rel_error(dx_num, dx))
"""


def last_row_wrong(x: Any) -> Any:
    """Return a forward pass that spoils its last example."""
    out = np.maximum(x, 0)
    out[-1] += 1
    return out, x


def spoilt_gradient(value: float) -> Callable[[Any, Any], Any]:
    """Return a backward pass whose dx has a wrong last row."""

    def backward(dout: Any, cache: Any) -> Any:
        dx, dw, db = affine_backward(dout, cache)
        dx[-1] = value
        return dx, dw, db

    return backward


def rows_of(outcome: Outcome) -> list[bool]:
    """Return of each row of an outcome's picture whether anything is wrong there."""
    found = outcome.evidence.error_map
    assert found is not None
    return [bool(row.strip("0")) for row in found.rows]


def gradient_cell(rows: int) -> CellCheck:
    """Return a cell that compares dx, of shape (rows, 3), with a numeric gradient."""
    source = GRADIENT_CELL.replace("ROWS", str(rows))
    return CellCheck(id="some.cell", source=source, points={"dx": 1.0})


def test_a_wrong_value_is_drawn(judge: Judge) -> None:
    """The picture shows the example that is wrong."""
    outcome = judge(RELU, {"layers:relu_forward": last_row_wrong})["out"]
    assert outcome.status is Status.FAILED
    assert rows_of(outcome) == [False, False, False, True]


@pytest.mark.parametrize("visibility", [Visibility.HIDDEN, Visibility.AFTER_DUE])
def test_students_see_no_picture_of_what_is_hidden(judge: Judge, visibility: Visibility) -> None:
    """Where hidden inputs make a function fail is taken out with their values."""
    outcome = judge(RELU, {"layers:relu_forward": last_row_wrong})["out"]
    row = CheckResult("relu_forward.out", "relu", RELU.kind, RELU.targets, outcome, 0.0, 4.0)
    assert shown_check(row, STUDENT).outcome.evidence.error_map is not None
    hidden = shown_check(replace(row, visibility=visibility), STUDENT)
    assert hidden.outcome.status is Status.FAILED
    assert hidden.outcome.evidence.error_map is None


def test_what_passes_draws_nothing(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    """Right values, gradients and laws never come to the module that draws."""
    drawn: list[object] = []
    monkeypatch.setattr(grader.error_maps, "map_errors", drawn.append)
    laws = layer_laws("affine_backward", {"affine_backward.properties": 3})
    for check in (RELU, laws, gradient_cell(4)):
        outcomes = judge(check).values()
        assert {outcome.status for outcome in outcomes} == {Status.PASSED}
        assert {outcome.evidence.error_map for outcome in outcomes} == {None}
    assert drawn == []


def test_a_value_of_another_shape_is_not_drawn() -> None:
    """There is nothing to lay side by side."""
    outcome = judge_value("out", np.zeros((3, 4)), np.ones((4, 3)), 1e-8, inputs="")
    assert outcome.status is Status.FAILED
    assert outcome.evidence.error_map is None


def test_the_tolerance_of_few_digits_counts() -> None:
    """An entry that is right in float32 is right in the picture."""
    right = np.ones((2, 3))
    got = np.array([[1.0001, 1, 1], [2, 1, 1]], dtype=np.float32)
    outcome = judge_value("out", got, right, 1e-9, inputs="")
    assert rows_of(outcome) == [False, True]


def test_both_sides_of_a_law_are_drawn() -> None:
    """The picture shows where they differ."""
    left = np.zeros((3, 4))
    left[1] = 1.0
    with pytest.raises(Broken) as caught:
        require_equal("They differ.", left, np.zeros((3, 4)), 1e-6)
    assert caught.value.problem.error_map == ErrorMap(
        (3, 4), ("0000", "7777", "0000"), "axis 0", "axis 1"
    )


def test_results_of_a_law_that_are_not_finite_are_drawn() -> None:
    """Where a result holds NaN is shown, its numbers are not judged."""
    value = np.array([[1.0, 2.0], [np.nan, 3.0]])
    with pytest.raises(Broken) as caught:
        take_array(value, (2, 2), "out")
    assert caught.value.problem.error_map == ErrorMap((2, 2), ("00", "90"), "axis 0", "axis 1")


def test_a_broken_law_hands_its_picture_on(judge: Judge) -> None:
    """What the law found comes with the outcome, unless its example is tiny."""
    laws = layer_laws("affine_backward", {"affine_backward.properties": 3})
    outcomes = judge(laws, {"layers:affine_backward": spoilt_gradient(float("nan"))})
    assert {outcome.status for outcome in outcomes.values()} == {Status.FAILED}
    found = outcomes["caches_apart"].evidence.error_map
    assert found is not None
    assert found.shape == (2, 3, 2)


def test_a_small_gradient_of_a_cell_is_drawn(judge: Judge) -> None:
    """It is held against the numeric derivative by every entry."""
    outcome = judge(gradient_cell(4), {"layers:affine_backward": spoilt_gradient(50.0)})["dx"]
    assert rows_of(outcome) == [False, False, False, True]


def test_nothing_is_drawn_of_a_large_gradient_of_a_cell(judge: Judge) -> None:
    """Its entries were never differentiated one by one."""
    outcome = judge(gradient_cell(40), {"layers:affine_backward": spoilt_gradient(50.0)})["dx"]
    assert outcome.status is Status.FAILED
    assert outcome.evidence.error_map is None


def test_a_gradient_that_is_not_finite_shows_where(judge: Judge) -> None:
    """Only NaN is marked, not what has nothing to be compared with."""
    wrong = {"layers:affine_backward": spoilt_gradient(float("nan"))}
    outcome = judge(gradient_cell(4), wrong)["dx"]
    assert outcome.evidence.error_map == ErrorMap(
        (4, 3), ("000", "000", "000", "999"), "axis 0", "axis 1"
    )

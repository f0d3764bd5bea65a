from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from grader.model import CheckResult, Evidence, Kind, Location, Outcome, Status
from grader.report.causes import group_causes, most_costly

if TYPE_CHECKING:
    from grader.model import Report


def make_check(check_id: str, outcome: Outcome, max_score: float = 2.0) -> CheckResult:
    """Return a row that earned nothing."""
    return CheckResult(check_id, "affine", Kind.VALUE, ("layers:f",), outcome, 0.0, max_score)


def test_a_module_that_cannot_be_imported_is_one_cause() -> None:
    """Checks of many functions with the same message and line are told once."""
    outcome = Outcome(
        Status.MISSING, "layers.py cannot be imported.", location=Location("layers.py", 3)
    )
    (cause,) = group_causes(
        replace(make_check(f"f{number}.out", outcome), targets=(f"layers:f{number}",))
        for number in range(20)
    )
    assert cause.lost == 40.0
    assert cause.title == "20 functions"


def test_a_line_that_raises_is_one_cause_whatever_its_message() -> None:
    """The same line raising about different shapes is one mistake."""
    outcomes = [
        Outcome(Status.ERRORED, f"shapes (2,) and ({size},)", location=Location("layers.py", 7))
        for size in (3, 4)
    ]
    (cause,) = group_causes(make_check(f"f.{outcome.message[-3]}", outcome) for outcome in outcomes)
    assert len(cause.checks) == 2


def test_wrong_values_of_two_parts_are_two_causes() -> None:
    """The parts dx and dw have numbers of their own to show, even under the same sentence."""
    outcome = Outcome(Status.FAILED, "It is wrong.", evidence=Evidence(got="1", expected="2"))
    assert len(group_causes([make_check("f.dx", outcome), make_check("f.dw", outcome)])) == 2


def test_failures_without_values_fold_by_message() -> None:
    """Parts that fail with the same sentence and nothing else to show are told once."""
    outcome = Outcome(Status.FAILED, "It returns one value, expected three.")
    (cause,) = group_causes([make_check("f.dx", outcome), make_check("f.dw", outcome)])
    assert cause.title == "f · dx, dw"


def test_several_checks_of_one_function_are_called_by_its_name() -> None:
    """A function whose loss and gradient are checked under two ids is one function."""
    outcome = Outcome(Status.MISSING, "No file defines f.")
    (cause,) = group_causes([make_check("f.loss", outcome), make_check("f_gradient.dx", outcome)])
    assert cause.title == "f · loss, dx"


@pytest.mark.parametrize("status", [Status.TIMED_OUT, Status.CRASHED])
def test_a_function_that_never_returns_is_one_cause(status: Status) -> None:
    """Where a stopped function was seen differs from part to part, the cause does not."""
    outcome = Outcome(status, "It did not return.", location=Location("layers.py", 1))
    other = replace(outcome, location=Location("layers.py", 2))
    causes = group_causes(
        [make_check("f.dx", outcome), make_check("f.dw", other), make_check("g.out", outcome)]
    )
    assert [cause.functions for cause in causes] == [("f",), ("g",)]


def test_passed_checks_are_no_causes() -> None:
    """Only what lost its verdict is grouped."""
    assert group_causes([make_check("f.out", Outcome(Status.PASSED))]) == ()


def test_the_dearest_causes_come_first() -> None:
    """At most three are named, by points, ties in the report's order."""
    failed = Outcome(Status.FAILED)
    causes = group_causes(
        make_check(f"f{number}.out", failed, points)
        for number, points in enumerate([1.0, 5.0, 3.0, 5.0, 2.0])
    )
    assert [cause.first.id for cause in most_costly(causes)] == ["f1.out", "f3.out", "f2.out"]


def test_nobody_is_sent_to_mend_what_they_cannot(report: Report) -> None:
    """Our own failures, reviews and consequences are not among what to fix first."""
    statuses = {cause.status for cause in most_costly(group_causes(report.checks), most=99)}
    assert statuses.isdisjoint({Status.GRADER_ERROR, Status.NEEDS_REVIEW, Status.BLOCKED})
    assert Status.TIMED_OUT in statuses

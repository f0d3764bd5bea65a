"""What a check that is not public tells students."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from grader.candidate.local import LocalCandidate
from grader.checks.cells import CellCheck
from grader.model import (
    Audience,
    CheckResult,
    Curve,
    ErrorMap,
    Evidence,
    Kind,
    Location,
    Outcome,
    Report,
    SourceLine,
    SourceText,
    Status,
)
from grader.report.visibility import Reader, shown, shown_check
from grader.settings import Detail, Feedback, Visibility

CELL = """
import numpy as np
from course.layers import affine_forward
for secret in [41.5]:
    out = affine_forward(secret)
    assert out.sum() < 1, 'not below the secret'
"""


@pytest.mark.parametrize("returned", [None, 2.0, "text"])
def test_a_hidden_cell_is_not_quoted(returned: object) -> None:
    """Neither the line at which a cell stopped, nor its loops, nor its messages are shown."""
    check = CellCheck(
        id="hidden.cell", source=CELL, points={"out_sum": 1}, visibility=Visibility.HIDDEN
    )
    candidate = LocalCandidate(lambda _: lambda _secret: returned)
    (outcome,) = check.run(candidate, {}, seed=0).values()
    assert outcome.status is Status.FAILED
    result = CheckResult(
        id="hidden.cell.out_sum",
        question="affine",
        kind=check.kind,
        targets=check.targets,
        outcome=outcome,
        score=0.0,
        max_score=1.0,
        visibility=check.visibility,
        seconds=0.0,
    )
    said = repr(shown_check(result).outcome)
    assert "secret" in repr(outcome)
    assert "secret" not in said


DUE = "2026-12-01T23:59:00+00:00"
BEFORE = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
AFTER = datetime(2026, 12, 2, 12, 0, tzinfo=UTC)


def make_row(visibility: Visibility, feedback: Feedback) -> CheckResult:
    """Return a failed row that a policy applies to, with something on every level."""
    evidence = Evidence(
        got="0.25",
        expected="0.5",
        inputs="x (2,3)",
        excerpt=(SourceLine(7, "    return x", marked=True),),
        builds_on=("g",),
        mistake="sign",
        error_map=ErrorMap((2, 2), ("09", "00")),
        curves=(Curve("loss", "iteration", (1.0,), (2.0,)),),
        counterexample="f(1)",
    )
    outcome = Outcome(
        Status.FAILED,
        "f is 0.25.",
        error=0.5,
        hint="Which sign?",
        diagnosis="sign",
        location=Location("layers.py", 7),
        evidence=evidence,
    )
    return CheckResult(
        id="f.value",
        question="q",
        kind=Kind.VALUE,
        targets=("layers:f",),
        outcome=outcome,
        score=0.0,
        max_score=1.0,
        visibility=visibility,
        seconds=0.5,
        disclosure=feedback.of(visibility),
    )


@pytest.mark.parametrize("visibility", Visibility)
@pytest.mark.parametrize("detail", Detail)
def test_each_level_tells_so_much(visibility: Visibility, detail: Detail) -> None:
    """Verdict and points always; then place, then mistake and hint, then everything."""
    row = make_row(visibility, Feedback(before={visibility: detail}))
    seen = shown_check(row, Reader(now=BEFORE))
    assert (seen.score, seen.outcome.status, seen.told) == (0.0, Status.FAILED, detail)
    rank = detail.rank
    assert bool(seen.outcome.location) == (rank >= 1)
    assert bool(seen.outcome.evidence.excerpt) == (rank >= 1)
    assert bool(seen.outcome.evidence.builds_on) == (rank >= 1)
    assert bool(seen.outcome.hint) == (rank >= 2)
    assert bool(seen.outcome.diagnosis) == bool(seen.outcome.evidence.mistake) == (rank >= 2)
    whole = seen.outcome.evidence
    everything = (
        whole.got, whole.expected, whole.inputs, whole.error_map, whole.curves,
        whole.counterexample, seen.outcome.error, seen.seconds, "0.25" in seen.outcome.message,
    )  # fmt: skip
    assert set(map(bool, everything)) == {rank == 3}


@pytest.mark.parametrize(
    ("visibility", "now", "detail"),
    [
        (Visibility.PUBLIC, BEFORE, Detail.FULL),
        (Visibility.AFTER_DUE, BEFORE, Detail.LOCATION),
        (Visibility.AFTER_DUE, AFTER, Detail.FULL),
        (Visibility.HIDDEN, BEFORE, Detail.LOCATION),
        (Visibility.HIDDEN, AFTER, Detail.LOCATION),
    ],
)
def test_time_decides_what_is_told(visibility: Visibility, now: datetime, detail: Detail) -> None:
    """Without levels of its own, an assignment tells ``after_due`` in full from then on."""
    row = make_row(visibility, Feedback(due=DUE))
    assert shown_check(row, Reader(now=now)).told is detail
    assert shown_check(row, Reader(Audience.INSTRUCTOR, now)).told is Detail.FULL


def test_without_a_due_date_nothing_is_ever_due() -> None:
    """A check that waits for a date that nobody set waits for ever."""
    row = make_row(Visibility.AFTER_DUE, Feedback())
    assert shown_check(row, Reader(now=AFTER)).told is Detail.LOCATION


def test_what_is_shown_before_is_shown_after() -> None:
    """A level that is raised for the time before holds from then on, unless it is lowered."""
    feedback = Feedback(due=DUE, before={Visibility.HIDDEN: Detail.MISTAKE})
    assert feedback.of(Visibility.HIDDEN).after is Detail.MISTAKE
    lowered = Feedback(
        due=DUE,
        before={Visibility.HIDDEN: Detail.MISTAKE},
        after={Visibility.HIDDEN: Detail.STATUS},
    )
    assert lowered.of(Visibility.HIDDEN).after is Detail.STATUS


@pytest.mark.parametrize("due", ["tomorrow", "2026-12-01T23:59", "2026-13-01T00:00+00:00"])
def test_a_due_date_is_a_moment(due: str) -> None:
    """A date in no format, without a zone or out of the calendar is refused with an example."""
    with pytest.raises(ValueError, match="2026-12-01T23:59-08:00"):
        Feedback(due=due)


def test_a_reduced_report_stays_reduced(report: Report) -> None:
    """What was left out cannot be asked for, neither by an instructor nor later."""
    row = make_row(Visibility.AFTER_DUE, Feedback(due=DUE))
    reduced = shown(replace(report, checks=(row,)), Reader(now=BEFORE))
    with pytest.raises(ValueError, match="--for instructor"):
        shown(reduced, Reader(Audience.INSTRUCTOR))
    (later,) = shown(reduced, Reader(now=AFTER)).checks
    assert later.told is Detail.LOCATION
    assert "0.25" not in repr(later)


def test_sources_go_with_their_last_place(report: Report) -> None:
    """A file that only a hidden exception points to is not quoted."""
    row = make_row(Visibility.HIDDEN, Feedback(before={Visibility.HIDDEN: Detail.STATUS}))
    source = SourceText("layers.py", 5, ("def f(x):", "", "    return x"))
    whole = replace(report, checks=(row,), sources=(source,))
    assert shown(whole).sources == ()
    assert shown(whole, Reader(Audience.INSTRUCTOR)).sources == (source,)

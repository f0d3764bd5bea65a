"""A diagnosis is told once for all that it explains, with how sure it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.model import Certainty, CheckResult, Evidence, Kind, Location, Outcome, Report, Status
from grader.report.causes import group_causes
from grader.report.json_reading import report_from_json
from grader.report.json_report import render as render_json
from grader.report.terminal import render
from grader.report.visibility import shown
from grader.settings import Detail, Feedback, Visibility

TITLE = "divided by the batch size"
EXPLANATION = "The gradient is averaged over the examples."


def fail(
    row: str, line: int = 5, certainty: Certainty = Certainty.EVERYWHERE, name: str = "divided_by_n"
) -> CheckResult:
    """Return a failing row with a diagnosis."""
    evidence = Evidence(got="1", expected="2", mistake=TITLE, explanation=EXPLANATION)
    outcome = Outcome(
        Status.FAILED,
        f"{row} is wrong.",
        diagnosis=name,
        hint="Which function averages?",
        location=Location("layers.py", line),
        evidence=replace(evidence, certainty=certainty),
    )
    return CheckResult(row, "affine", Kind.GRADIENT, ("layers:f",), outcome, 0.0, 1.0)


@pytest.mark.parametrize(
    ("certainty", "beginning"),
    [
        (Certainty.EVERYWHERE, "Known mistake, fits exactly (at other sizes too)"),
        (Certainty.EXACT, "Known mistake, fits exactly"),
        (Certainty.LIKELY, "Looks like a known mistake, beside which more may be wrong"),
        (Certainty.SHAPE, "No known mistake fits, but the error has a shape"),
    ],
)
def test_report_says_how_sure_it_is(report: Report, certainty: Certainty, beginning: str) -> None:
    """Title and explanation follow."""
    text = " ".join(render(replace(report, checks=(fail("f.dx", certainty=certainty),))).split())
    assert f"{beginning}: {TITLE}. {EXPLANATION}" in text


def test_rows_with_one_mistake_are_one_cause() -> None:
    """Wherever they are blamed, and in whichever check."""
    (cause,) = group_causes([fail("f.dx", 5), fail("f.cell.dx", 9)])
    assert [check.id for check in cause.checks] == ["f.dx", "f.cell.dx"]


def test_rows_with_one_shape_are_causes_of_their_own() -> None:
    """Two results that are wrong in the same way need not be so for the same reason."""
    rows = [
        fail("f.dx", 5, Certainty.SHAPE, "zero"),
        fail("f.other.dw", 9, Certainty.SHAPE, "zero"),
    ]
    assert len(group_causes(rows)) == 2


def test_rows_with_one_shape_on_one_line_are_one_cause() -> None:
    """A value, a law and a training that are all wrong because of one line are told once."""
    law = replace(fail("f.properties.law", 5, Certainty.SHAPE, "zero"), kind=Kind.PROPERTY)
    (cause,) = group_causes([fail("f.dx", 5, Certainty.SHAPE, "zero"), law])
    assert [check.id for check in cause.checks] == ["f.dx", "f.properties.law"]


@pytest.mark.parametrize(
    ("detail", "mistake"), [(Detail.LOCATION, ""), (Detail.MISTAKE, TITLE), (Detail.FULL, TITLE)]
)
def test_the_policy_decides_on_the_diagnosis_of_a_hidden_check(
    report: Report, detail: Detail, mistake: str
) -> None:
    """It was made on public inputs; the values of the check are taken out either way."""
    disclosure = Feedback(before={Visibility.HIDDEN: detail}).of(Visibility.HIDDEN)
    row = replace(fail("f.dx"), visibility=Visibility.HIDDEN, disclosure=disclosure)
    (seen,) = shown(replace(report, checks=(row,))).checks
    assert seen.outcome.evidence.mistake == mistake
    assert (seen.outcome.evidence.expected is None) == (detail is not Detail.FULL)


def test_json_keeps_the_diagnosis(report: Report) -> None:
    """Another format can be rendered from it."""
    whole = replace(report, checks=(fail("f.dx"),))
    (read,) = report_from_json(render_json(whole)).checks
    assert read == shown(whole).checks[0]

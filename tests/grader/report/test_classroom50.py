from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.model import CheckResult, Kind, Outcome, Status
from grader.report.classroom50 import _test, render, units_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.model import Report

SCHEMA = json.loads((Path(__file__).parent / "classroom50.schema.json").read_text("utf-8"))
# What the runner sets, as its documentation has it.
ENVIRONMENT = {
    "CLASSROOM": "cs-principles",
    "ASSIGNMENT": "hello",
    "ASSIGNMENT_TYPE": "individual",
    "OWNER": "alice",
    "USERNAME": "bob",
    "SUBMISSION_TAG": "submit/2026-06-01T14-32-05Z-a1b2c3d",
    "COMMIT_URL": "https://github.com/x/y/commit/1",
    "RELEASE_URL": "https://github.com/x/y/releases/tag/1",
    "SUBMISSION_DATETIME": "2026-06-01T14:32:01Z",
}


def result_of(report: Report, environment: Mapping[str, str] = ENVIRONMENT) -> dict[str, Any]:
    """Return the result that a runner reads."""
    result = json.loads(render(report, environment=environment))
    assert isinstance(result, dict)
    return result


def share(report: Report, *pairs: tuple[float, float]) -> Report:
    """Return `report` with checks of these scores and maxima only."""
    outcome = Outcome(Status.FAILED)
    checks = [
        replace(report.checks[0], outcome=outcome, score=score, max_score=most)
        for score, most in pairs
    ]
    return replace(report, checks=tuple(checks))


def test_what_the_runner_sets_is_in_the_result(report: Report) -> None:
    """With all variables set the result follows the schema; without a diff the commit is shown."""
    result = result_of(report)
    jsonschema.Draft202012Validator(SCHEMA).validate(result)
    assert result["owner"] == "alice"
    assert result["review"] == result["commit"]


def test_what_is_not_set_is_empty(report: Report) -> None:
    """Run by hand, a result has all fields, and nothing made up in them."""
    result = result_of(report, {})
    assert {result[field] for field in ("classroom", "owner", "commit", "datetime")} == {""}
    assert set(SCHEMA["required"]) == set(result)


def test_scores_add_up_in_whole_numbers(report: Report) -> None:
    """A point is a hundred, and what passed has all of its points."""
    result = result_of(report)
    assert (result["score"], result["max-score"]) == (1000, 3500)
    assert result["tests"][0]["score"] == result["tests"][0]["max-score"] == 400
    assert result["tests"][0]["passed"] is True
    assert result["tests"][2]["passed"] is False


@pytest.mark.parametrize(
    ("most", "units"), [(2.0, 100), (0.25, 100), (0.125, 200), (1 / 3, 300), (1 / 7, 700)]
)
def test_units_leave_no_fractions(report: Report, most: float, units: int) -> None:
    """Eighths and thirds of a point are whole numbers, so that nothing is lost or given."""
    full = share(report, (most, most), (1.0, 1.0))
    assert units_of(full) == units
    result = result_of(full)
    assert result["score"] == result["max-score"] == round((most + 1) * units)


def test_units_do_not_depend_on_what_was_earned(report: Report) -> None:
    """All students of an assignment have the same maximum."""
    assert units_of(share(report, (0.0, 2.0))) == units_of(share(report, (0.123, 2.0))) == 100


def test_a_share_that_rounds_up_to_everything_is_not(report: Report) -> None:
    """Full marks are for full marks."""
    result = result_of(share(report, (0.9999, 1.0)))
    assert (result["score"], result["max-score"]) == (99, 100)


@given(
    parts=st.integers(1, 40),
    grain=st.sampled_from([(1, 100), (4, 100), (3, 300), (8, 200), (11, 1000), (13, 1000)]),
    earned=st.floats(0, 1),
)
def test_no_rounding_exceeds_a_hundredth(parts: int, grain: tuple[int, int], earned: float) -> None:
    """Whatever the points, a test's share is off by at most a hundredth of a point."""
    of, units = grain
    most = parts / of
    check = CheckResult(
        id="a.b",
        question="a",
        kind=Kind.VALUE,
        targets=(),
        outcome=Outcome(Status.FAILED),
        score=most * earned,
        max_score=most,
    )
    row = _test(check, units)
    assert 0 <= row["score"] <= row["max-score"]
    assert abs(row["score"] / units - check.score) <= 0.01 + 1e-9

"""Renders a report as Gradescope's ``results.json``."""

from __future__ import annotations

import json
from typing import Any

from grader.model import CheckResult, Report, Status
from grader.report import terminal
from grader.report.rows import assignment_of, by_question, explain, number
from grader.report.telling import tell_place
from grader.report.untrusted import json_text, printable
from grader.report.visibility import STUDENT, Reader, shown
from grader.report.wording import STATUS_WORDS
from grader.settings import Visibility

_NAME_LENGTH = 200
_TEXT = "text"


def render(report: Report, reader: Reader = STUDENT) -> str:
    """Return `report` as JSON text in ASCII, ended by a newline.

    Gradescope shows students no total as soon as one test is hidden from them. So every test is
    visible, and what its reader may not know of a check is in no field of it: hidden checks show
    their verdict, their points, and as much as the assignment's feedback allows. The results are
    what students read: write them for an instructor only where no student sees them. What code
    prints while it is graded goes nowhere, and what the autograder prints is for instructors.

    All is plain text, which Gradescope shows as it is, in a block of fixed width: of its formats
    the only one in which nothing that a student wrote means anything. The tests' scores add up
    to the score. What waits for a person has no score of its own: it is given in Gradescope.

    References
    ----------
    https://gradescope-autograders.readthedocs.io/en/latest/specs/, "Output format".
    """
    report = shown(report, reader)
    tests = [
        _test(check, f"{first}.{second}", report)
        for first, (_, checks) in enumerate(by_question(report), start=1)
        for second, check in enumerate(checks, start=1)
    ]
    document = {
        "score": number(sum(check.score for check in report.checks)),
        "execution_time": number(report.seconds),
        "output": terminal.render(report, reader, detail=terminal.Detail.SUMMARY),
        "output_format": _TEXT,
        "test_output_format": _TEXT,
        "test_name_format": _TEXT,
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "extra_data": _extra_data(report),
        "tests": tests,
    }
    return json_text(json.dumps(document, indent=2, allow_nan=False)) + "\n"


def _test(check: CheckResult, place: str, report: Report) -> dict[str, Any]:
    status = check.outcome.status
    where = tell_place(check.outcome.location)
    test: dict[str, Any] = {
        "number": place,
        "name": _name(check),
        "name_format": _TEXT,
        "output": f"{where}\n{explain(check, report)}" if where else explain(check, report),
        "output_format": _TEXT,
        "tags": [str(check.kind)],
        "visibility": "visible",
        "extra_data": {
            "id": printable(check.id, limit=_NAME_LENGTH),
            "question": printable(check.question, limit=_NAME_LENGTH),
            "assignment": printable(assignment_of(check, report), limit=_NAME_LENGTH),
            "status": str(status),
            "visibility": str(check.visibility),
        },
    }
    if status is Status.NEEDS_REVIEW:
        return test
    passed = status is Status.PASSED
    return {
        "score": number(check.score),
        "max_score": number(check.max_score),
        "status": "passed" if passed else "failed",
        **test,
    }


def _name(check: CheckResult) -> str:
    """Return a check's id, and how it ended where passed and failed do not say it."""
    status = check.outcome.status
    name = printable(check.id, limit=_NAME_LENGTH) or "check"
    return name if status in (Status.PASSED, Status.FAILED) else f"{name} ({STATUS_WORDS[status]})"


def _extra_data(report: Report) -> dict[str, Any]:
    grader = report.grader
    return {
        "submission": printable(report.submission.digest),
        "assignments": [printable(each.name) for each in report.assignments],
        "grader": printable(grader.version),
        "isolation": printable(grader.isolation),
        "needs_regrade": report.needs_regrade,
        "pending": number(report.pending),
        "hidden_checks": sum(c.visibility is not Visibility.PUBLIC for c in report.checks),
    }

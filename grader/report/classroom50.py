"""Renders a report as Classroom 50's ``result.json``, schema ``classroom50/result/v1``."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from grader.model import CheckResult, Report, Status
from grader.report.rows import message_of
from grader.report.untrusted import json_text, printable
from grader.report.visibility import STUDENT, Reader, shown

SCHEMA = "classroom50/result/v1"
COARSEST = 100
"""Classroom 50 counts in whole numbers; one point is at least this many of them."""
_FINEST = 1000
_WHOLE = 1e-6
_LENGTH = 200
_MESSAGE_LENGTH = 1000
# The first of these variables that is set and not empty is taken.
_CONTEXT = {
    "classroom": ("CLASSROOM",),
    "assignment": ("ASSIGNMENT",),
    "assignment_type": ("ASSIGNMENT_TYPE",),
    "owner": ("OWNER", "USERNAME"),
    "submission": ("SUBMISSION_TAG",),
    "commit": ("COMMIT_URL",),
    "release": ("RELEASE_URL",),
    "review": ("REVIEW_URL", "COMMIT_URL"),
    "datetime": ("SUBMISSION_DATETIME",),
}


def render(
    report: Report, reader: Reader = STUDENT, *, environment: Mapping[str, str] | None = None
) -> str:
    """Return `report` as JSON text in ASCII, ended by a newline.

    Scores are whole numbers there. All are counted in hundredths of a point, or in the coarsest
    parts of these in which the maximum of every check is a whole number, so that no point is lost
    or given by rounding. That depends on the assignment alone: every student's maximum is the
    same. Only a share of a check's points may be rounded, by at most a hundredth of a point,
    and never to all of them. The score is the sum of the tests' scores.

    Parameters
    ----------
    report : Report
        What was graded.
    reader : Reader
        Who reads it, and when.
    environment : mapping of str to str, optional
        Where the classroom, the owner and the links come from; by default the environment
        variables that Classroom 50's runner sets: ``CLASSROOM``, ``ASSIGNMENT``,
        ``ASSIGNMENT_TYPE``, ``OWNER`` (or ``USERNAME``), ``SUBMISSION_TAG``, ``COMMIT_URL``,
        ``RELEASE_URL`` and ``REVIEW_URL`` (or ``COMMIT_URL``). The time of the submission is
        taken from ``SUBMISSION_DATETIME``, which the runner does not set: it writes the time
        of the commit into the result itself. What is not set is an empty text.

    References
    ----------
    https://github.com/foundation50/classroom50/wiki/Advanced-Autograding, "The result.json
    contract".
    """
    report = shown(report, reader)
    known = os.environ if environment is None else environment
    units = units_of(report)
    tests = [_test(check, units) for check in report.checks]
    document = {
        "schema": SCHEMA,
        **{field: _find(known, names) for field, names in _CONTEXT.items()},
        "score": sum(test["score"] for test in tests),
        "max-score": sum(test["max-score"] for test in tests),
        "tests": tests,
    }
    return json_text(json.dumps(document, indent=2)) + "\n"


def units_of(report: Report) -> int:
    """Return how many units make a point: 100, or the first multiple that leaves no fractions."""
    for units in range(COARSEST, _FINEST, COARSEST):
        sizes = (check.max_score * units for check in report.checks)
        if all(abs(size - round(size)) < _WHOLE for size in sizes):
            return units
    return _FINEST


def _find(environment: Mapping[str, str], names: tuple[str, ...]) -> str:
    found = (environment[name] for name in names if environment.get(name))
    return printable(next(found, ""), limit=_MESSAGE_LENGTH)


def _test(check: CheckResult, units: int) -> dict[str, Any]:
    most = round(check.max_score * units)
    # A share that rounds up to everything is not everything.
    is_full = check.score >= check.max_score
    score = most if is_full else min(round(check.score * units), max(most - 1, 0))
    return {
        "test-name": printable(check.id, limit=_LENGTH) or "check",
        "passed": check.outcome.status is Status.PASSED,
        "score": score,
        "max-score": most,
        "message": printable(message_of(check), limit=_MESSAGE_LENGTH),
    }

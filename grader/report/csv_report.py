"""Renders a report as CSV, one row for each check, for spreadsheets and data frames."""

from __future__ import annotations

import csv
import io

from grader.model import CheckResult, Report
from grader.report.rows import assignment_of, message_of, number
from grader.report.untrusted import csv_cell, without_log_commands
from grader.report.visibility import STUDENT, Reader, shown

COLUMNS = (
    "submission",
    "digest",
    "assignment",
    "question",
    "check",
    "status",
    "score",
    "max_score",
    "visibility",
    "message",
    "diagnosis",
    "file",
    "line",
)


def render(report: Report, reader: Reader = STUDENT) -> str:
    """Return `report` as CSV: a header, then one row for each check.

    Every row names the submission and its digest, so that the rows of many reports can stand in
    one file: keep the header of the first and leave out the others'. Lines end as the standard
    wants it, with a carriage return and a line feed. Text that a spreadsheet would take for a
    formula begins with an apostrophe. There is no byte order mark.

    References
    ----------
    RFC 4180, "Common Format and MIME Type for Comma-Separated Values (CSV) Files".
    """
    report = shown(report, reader)
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(COLUMNS)
    for check in report.checks:
        writer.writerow([_cell(value) for value in _row(check, report)])
    return stream.getvalue()


def _row(check: CheckResult, report: Report) -> tuple[str | float, ...]:
    outcome = check.outcome
    place = outcome.location
    return (
        report.submission.name,
        report.submission.digest,
        assignment_of(check, report),
        check.question,
        check.id,
        str(outcome.status),
        number(check.score),
        number(check.max_score),
        str(check.visibility),
        message_of(check),
        outcome.diagnosis,
        place.file if place else "",
        place.line if place else "",
    )


def _cell(value: str | float) -> str | float:
    return without_log_commands(csv_cell(value)) if isinstance(value, str) else value

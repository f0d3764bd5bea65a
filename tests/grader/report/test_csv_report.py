from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import TYPE_CHECKING

from grader.model import Audience, Outcome, Status
from grader.report.csv_report import COLUMNS, render
from grader.report.visibility import Reader

if TYPE_CHECKING:
    from grader.model import Report


def rows_of(text: str) -> list[dict[str, str]]:
    """Return the rows of a file."""
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_each_check_is_a_row(report: Report) -> None:
    """The rows are the checks, in their order, with verdict, points and place."""
    rows = rows_of(render(report))
    assert [row["check"] for row in rows] == [check.id for check in report.checks]
    wrong = rows[2]
    assert wrong == {
        "submission": "submission.zip",
        "digest": "b" * 64,
        "assignment": "fully_connected",
        "question": "affine",
        "check": "affine_backward.dw",
        "status": "failed",
        "score": "0",
        "max_score": "2",
        "visibility": "public",
        "message": "Every entry of dw is 0.1000 of what it should be (30 of 30).",
        "diagnosis": "divided by N",
        "file": "cs231n/layers.py",
        "line": "71",
    }


def test_a_row_without_a_sentence_has_the_usual_one(report: Report) -> None:
    """A passed check says so."""
    assert rows_of(render(report))[0]["message"] == "Correct."


def test_rows_of_many_reports_stand_in_one_file(report: Report) -> None:
    """Below the header of the first, the rows of the others read as their own reports."""
    other = replace(report, submission=replace(report.submission, name="other.zip"))
    joined = render(report) + render(other).partition("\r\n")[2]
    rows = rows_of(joined)
    assert {row["submission"] for row in rows} == {"submission.zip", "other.zip"}
    assert len(rows) == 2 * len(report.checks)
    assert tuple(rows[0]) == COLUMNS


def test_quotes_commas_and_formulas_are_only_text(report: Report) -> None:
    """A cell with separators comes back whole, one that begins as a formula does not."""
    outcome = Outcome(Status.FAILED, '=1+1, "x"\n2')
    hostile = replace(report, checks=(replace(report.checks[0], outcome=outcome),))
    (row,) = rows_of(render(hostile))
    assert row["message"] == '\'=1+1, "x"\\n2'


def test_assignments_graded_together_are_told_apart(report: Report) -> None:
    """The name before a question's id is the assignment's."""
    check = replace(report.checks[0], id="softmax/a.b", question="softmax/loss")
    (row,) = rows_of(render(replace(report, checks=(check,))))
    assert row["assignment"] == "softmax"


def test_instructors_read_what_a_hidden_check_found(report: Report) -> None:
    """Students read only that it failed, and where."""
    assert rows_of(render(report))[-1]["message"] == "The result differs from what it should be."
    full = rows_of(render(report, Reader(Audience.INSTRUCTOR)))[-1]
    assert full["message"].startswith("Every entry of dw")

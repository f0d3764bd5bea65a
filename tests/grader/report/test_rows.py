from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from grader.model import Outcome, Status
from grader.report.rows import assignment_of, by_question, explain, number, seconds_of
from grader.report.visibility import shown

if TYPE_CHECKING:
    from grader.model import Report


def test_a_row_says_what_a_block_of_the_terminal_says(report: Report) -> None:
    """Without head, cost and command: those are the format's."""
    told = explain(report.checks[2], report)
    assert "yours -0.237343    expected -2.373429" in told
    assert "> 71 |" in told
    assert "dx ok 2/2" in told
    assert "Cost" not in told
    assert "Next" not in told


def test_a_passed_row_says_how_close_it_was(report: Report) -> None:
    """Its error stands beside what is allowed."""
    assert (
        explain(report.checks[0], report) == " Correct.\n relative error 3.0e-11, allowed 1e-10\n"
    )


def test_a_row_that_waits_has_its_answer(report: Report) -> None:
    """What the student wrote is there for the person who judges it."""
    outcome = Outcome(Status.NEEDS_REVIEW, "Read it.")
    evidence = replace(outcome.evidence, answer="Because\nit is.")
    check = replace(report.checks[0], outcome=replace(outcome, evidence=evidence))
    assert explain(check, report) == " Read it. Answer: Because it is.\n"


def test_a_hidden_row_says_that_it_is(report: Report) -> None:
    """The sentence is the usual one, and another says why."""
    reduced = shown(report)
    told = explain(reduced.checks[-1], reduced)
    assert "The result differs from what it should be." in told
    assert "This check is not public" in told
    assert "-2.373429" not in told


def test_seconds_are_told_once_a_check(report: Report) -> None:
    """The first part has them, and another check has its own."""
    seconds = seconds_of(report.checks[:4])
    assert seconds == (0.25, 0.25, 0, 0.25)


def test_questions_hold_their_checks(report: Report) -> None:
    """All checks are in one, also those of a question that is not listed."""
    stray = replace(report.checks[2], question="stray")
    (_, own), (other, strays) = by_question(replace(report, checks=(*report.checks, stray)))
    assert own == report.checks
    assert strays == (stray,)
    assert (other.id, other.score, other.max_score) == ("stray", 0.0, 2.0)


def test_the_assignment_is_named_by_the_question(report: Report) -> None:
    """Several put their names before it, one alone does not."""
    check = report.checks[0]
    assert assignment_of(check, report) == "fully_connected"
    assert assignment_of(replace(check, question="softmax/loss"), report) == "softmax"
    assert assignment_of(check, replace(report, assignments=())) == ""


@pytest.mark.parametrize(
    ("value", "written"), [(2.0, "2"), (0.1 + 0.2, "0.3"), (1 / 3, "0.333333")]
)
def test_numbers_have_no_noise(value: float, written: str) -> None:
    """Sums of points are written as people would."""
    assert str(number(value)) == written

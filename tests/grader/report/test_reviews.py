from __future__ import annotations

from dataclasses import replace

from grader.model import Evidence, Kind, Outcome, QuestionScore, Report, Status
from grader.report.terminal import Detail, render

QUESTION = "Why is the first loss near the logarithm of ten?"


def make_waiting(report: Report, answer: str) -> Report:
    """Return a report whose only check waits for a person."""
    evidence = Evidence(notes=(QUESTION,), answer=answer)
    outcome = Outcome(Status.NEEDS_REVIEW, "A person reads this answer.", evidence=evidence)
    check = replace(
        report.checks[0], id="inline_1.answer", kind=Kind.REVIEW, question="inline", outcome=outcome
    )
    check = replace(check, score=0.0, max_score=3.0)
    question = QuestionScore("inline", "Inline question 1", 0.0, 3.0, pending=3.0)
    return replace(report, checks=(check,), questions=(question,), score=0.0, max_score=3.0)


def test_what_waits_for_a_person_is_no_failure(report: Report) -> None:
    """It has a block of its own, with the answer, and nothing is to be fixed."""
    text = render(make_waiting(report, "Ten equal\nscores."), width=100)
    assert "For a person to judge" in text
    assert "Inline question 1   3 points pending" in text
    assert "Answer: Ten equal scores." in text
    assert "0 of 0 checks passed." in text
    assert "Fix these first" not in text
    assert "Think:" not in text
    assert QUESTION not in text


def test_several_of_one_question_are_told_apart(report: Report) -> None:
    """Each row carries its id where the question's title stands for more than one."""
    waiting = make_waiting(report, "Yes.")
    (first,) = waiting.checks
    text = render(replace(waiting, checks=(first, replace(first, id="plot.answer"))), width=100)
    assert "Inline question 1: inline_1   3 points pending" in text
    assert "Inline question 1: plot   3 points pending" in text


def test_an_absent_answer_is_said(report: Report) -> None:
    """Whoever reads the report sees that nothing was written."""
    assert "No answer was found." in render(make_waiting(report, " \n"), width=100)


def test_long_answers_are_whole_only_where_everything_is_asked_for(report: Report) -> None:
    """The terminal shows the beginning; with everything, the question is there as well."""
    waiting = make_waiting(report, "because " * 100)
    assert render(waiting, width=100).count("because") < 30
    everything = render(waiting, width=100, detail=Detail.EVERYTHING)
    assert everything.count("because") == 100
    assert QUESTION in everything


def test_answers_cannot_write_to_the_terminal(report: Report) -> None:
    """Control codes in an answer are shown, not obeyed."""
    assert "\x1b" not in render(make_waiting(report, "\x1b[2Jgone"), width=100)

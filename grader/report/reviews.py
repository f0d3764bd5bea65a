"""Writes the block of what a person has still to judge, with the student's answers."""

from __future__ import annotations

from collections import Counter

from grader.model import CheckResult, Report, Status
from grader.report.paper import Paper
from grader.report.untrusted import printable
from grader.report.wording import count_points

_ANSWER = 160
"""Characters of an answer that the terminal shows; JSON has it whole."""
_WHOLE_ANSWER = 4000


def write_reviews(paper: Paper, report: Report, *, everything: bool) -> None:
    """Write what waits for a person, each with the answer found, if any.

    Parameters
    ----------
    paper : Paper
        Where to write it.
    report : Report
        Already reduced to what its readers may see.
    everything : bool
        Write the questions and the answers whole.
    """
    waiting = [c for c in report.checks if c.outcome.status is Status.NEEDS_REVIEW]
    if not waiting:
        return
    titles = {question.id: question.title for question in report.questions}
    often = Counter(check.question for check in waiting)
    paper.heading("For a person to judge")
    for check in waiting:
        title = printable(titles.get(check.question, check.question))
        if often[check.question] > 1:
            title += f": {printable(check.id.rpartition('/')[2].removesuffix('.answer'))}"
        paper.row((f"  {title}", ""), (f"   {count_points(check.max_score)} pending", "yellow"))
        if everything:
            for note in check.outcome.evidence.notes:
                paper.paragraph(printable(note, limit=_WHOLE_ANSWER), style="dim", indent="    ")
        paper.paragraph(_tell(check, everything=everything), indent="    ")


def _tell(check: CheckResult, *, everything: bool) -> str:
    message = printable(check.outcome.message)
    answer = " ".join(check.outcome.evidence.answer.split())
    if not answer:
        return f"{message} No answer was found."
    limit = _WHOLE_ANSWER if everything else _ANSWER
    return f"{message} Answer: {printable(answer, limit=limit)}"

"""Says what a person has still to judge, with the student's answers."""

from __future__ import annotations

from grader.model import Report
from grader.report.paper import Paper
from grader.report.summing_up import NO_ANSWER, Review, tell_reviews
from grader.report.untrusted import printable
from grader.report.wording import count_points

_ANSWER = 160
"""Characters of an answer that the terminal shows; JSON has it whole."""


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
    reviews = tell_reviews(report)
    if not reviews:
        return
    paper.heading("For a person to judge")
    for review in reviews:
        pending = f"   {count_points(review.pending)} pending"
        paper.row((f"  {review.title}", ""), (pending, "yellow"))
        if everything:
            for note in review.notes:
                paper.paragraph(note, style="dim", indent="    ")
        paper.paragraph(tell_review(review, everything=everything), indent="    ")


def tell_review(review: Review, *, everything: bool) -> str:
    """Return what is asked of a person, and the answer found."""
    if not review.answer:
        return f"{review.message} {NO_ANSWER}"
    answer = review.answer if everything else printable(review.answer, limit=_ANSWER)
    return f"{review.message} Answer: {answer}"

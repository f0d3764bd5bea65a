"""Writes which known mistakes failures agree with, and how sure that is."""

from __future__ import annotations

from grader.model import Certainty, Evidence
from grader.report.causes import Cause
from grader.report.paper import Paper
from grader.report.untrusted import printable
from grader.report.wording import as_sentence

_MOST = 3
_LENGTH = 400
_BEGINNINGS = {
    Certainty.NONE: "Known mistake",
    Certainty.EVERYWHERE: "Known mistake, fits exactly (at other sizes too)",
    Certainty.EXACT: "Known mistake, fits exactly",
    Certainty.LIKELY: "Looks like a known mistake, beside which more may be wrong",
    Certainty.SHAPE: "No known mistake fits, but the error has a shape",
}


def write_diagnoses(paper: Paper, cause: Cause) -> None:
    """Write each diagnosis of a cause's checks once, with its explanation; at most three."""
    found: dict[str, Evidence] = {}
    for check in cause.checks:
        if check.outcome.diagnosis:
            found.setdefault(check.outcome.diagnosis, check.outcome.evidence)
    for name, evidence in list(found.items())[:_MOST]:
        title = printable(evidence.mistake or name, limit=_LENGTH)
        paper.paragraph(as_sentence(f"{_BEGINNINGS[evidence.certainty]}: {title}"))
        if evidence.explanation:
            paper.paragraph(as_sentence(printable(evidence.explanation, limit=_LENGTH)))

"""Renders a report for a terminal: the score, what to mend first, then each failure."""

from __future__ import annotations

import shlex
from enum import StrEnum

from grader.model import Report, Status
from grader.report.causes import Cause, group_causes, group_failures, most_costly
from grader.report.consequences import write_consequences
from grader.report.failure import write_failure
from grader.report.paper import Paper
from grader.report.reviews import write_reviews
from grader.report.summing_up import (
    CARRIED_HEADING,
    CARRIED_SENTENCE,
    tell_carried,
    tell_missing,
    tell_passed,
    tell_pending,
    tell_regrade,
    tell_versions,
    with_status,
)
from grader.report.telling import tell_cause, tell_place, tell_promise
from grader.report.untrusted import printable
from grader.report.visibility import STUDENT, Reader, shown
from grader.report.wording import count_points, measured, percent, points


class Detail(StrEnum):
    """How much a report says."""

    SCORE = "score"
    """One line."""
    SUMMARY = "summary"
    """The whole at a glance, for formats that tell of each check elsewhere."""
    FAILURES = "failures"
    """The score, and everything that lost points."""
    EVERYTHING = "everything"
    """Passed checks, everything measured, and the versions too."""


def render(
    report: Report,
    reader: Reader = STUDENT,
    *,
    width: int = 80,
    colour: bool = False,
    detail: Detail = Detail.FAILURES,
    command: str = "",
    saved: tuple[str, ...] = (),
) -> str:
    """Return `report` as text for a terminal.

    Parameters
    ----------
    report : Report
        What was graded. Text in it that students wrote is made harmless here.
    reader : Reader
        Who reads it, and when.
    width : int
        Columns to write in.
    colour : bool
        Write colours as terminal escapes.
    detail : Detail
        How much to say.
    command : str
        Shell command that graded this submission, for the suggestions of what to do next;
        without it one is made of the submission's name.
    saved : tuple of str
        Files that hold the same report in other formats.

    Returns
    -------
    str
        Lines of at most `width` columns, ended by a newline.
    """
    paper = Paper(width=width, colour=colour)
    report = shown(report, reader)
    _write_score(paper, report)
    if detail is Detail.SCORE:
        return paper.text()
    command = printable(command or f"grade {shlex.quote(report.submission.name)}")
    everything = detail is Detail.EVERYTHING
    causes = group_causes(report.checks)
    _write_standing(paper, report, saved)
    _write_first_steps(paper, causes)
    _write_points(paper, report)
    if detail is Detail.SUMMARY:
        _write_rest(paper, report)
        return paper.text()
    paper.blank()
    for cause in causes:
        write_failure(paper, cause, report, command=command, everything=everything)
    write_consequences(paper, report.checks, causes)
    if everything:
        for cause in group_failures(c for c in report.checks if c.outcome.evidence.builds_on):
            write_failure(paper, cause, report, command=command, everything=True)
    _write_stand_ins(paper, report)
    write_reviews(paper, report, everything=everything)
    _write_notes(paper, report)
    if everything:
        _write_passed(paper, report)
        _write_versions(paper, report)
    _write_end(paper, report, causes, command=command, everything=everything, saved=saved)
    return paper.text()


def _write_score(paper: Paper, report: Report) -> None:
    full = report.score >= report.max_score > 0
    titles = " + ".join(printable(assignment.title) for assignment in report.assignments)
    score = f"{points(report.score)} of {count_points(report.max_score)}"
    paper.row(
        (f"{score}, {percent(report.percent)}", "bold green" if full else "bold"),
        (f"   {printable(report.submission.name, limit=60)}", ""),
        (f"   {titles}" if titles else "", "dim"),
    )


def _write_standing(paper: Paper, report: Report, saved: tuple[str, ...]) -> None:
    if len(report.assignments) > 1:
        for assignment in report.assignments:
            subtotal = f"{points(assignment.score)}/{points(assignment.max_score)}"
            paper.row((f"  {subtotal:>9}  {printable(assignment.title)}", ""))
    if saved:
        paper.paragraph(_tell_saved(saved), style="dim", indent="")
    paper.paragraph(tell_regrade(report), style="yellow", indent="")
    paper.paragraph(tell_pending(report), indent="")


def _write_first_steps(paper: Paper, causes: tuple[Cause, ...]) -> None:
    dearest = most_costly(causes)
    if len(dearest) < 2:
        return
    paper.heading("Fix these first")
    for number, cause in enumerate(dearest, start=1):
        place = tell_place(cause.location)
        paper.row(
            (f" {number}. {printable(cause.title)}", "bold"),
            (f"   {tell_promise(cause)}", "green"),
            (f"   {place}" if place else "", "cyan"),
            hang="    ",
        )
        paper.paragraph(tell_cause(cause), indent="    ")


def _write_points(paper: Paper, report: Report) -> None:
    paper.heading("Points")
    scores = [f"{points(row.score)}/{points(row.max_score)}" for row in report.questions]
    widest = max(map(len, scores), default=0)
    titles = {assignment.name: assignment.title for assignment in report.assignments}
    group = ""
    for row, score in zip(report.questions, scores, strict=True):
        # Several assignments graded together put their names before the questions' ids.
        assignment = row.id.rpartition("/")[0]
        if assignment != group:
            group = assignment
            paper.paragraph(printable(titles.get(group, group)), style="dim", indent="  ")
        settled = row.max_score - row.pending
        style = "green" if row.score >= settled > 0 else "red" if row.score == 0 else "yellow"
        pending = f"   {points(row.pending)} pending" if row.pending else ""
        paper.row(
            (f"  {score:>{widest}}", style if settled > 0 else "dim"),
            (f"  {printable(row.title)}", ""),
            (pending, "yellow"),
        )


def _write_stand_ins(paper: Paper, report: Report) -> None:
    carried = tell_carried(report)
    if not carried:
        return
    paper.heading(CARRIED_HEADING)
    paper.paragraph(CARRIED_SENTENCE)
    for row in carried:
        paper.paragraph(row.name, indent="  ", hang="    ")


def _write_notes(paper: Paper, report: Report) -> None:
    missing = tell_missing(report)
    if missing:
        paper.heading("Not found in your files")
        for line in missing:
            paper.paragraph(line, indent="  ", hang="    ")
    if report.warnings:
        paper.heading("Please note")
        for warning in report.warnings:
            paper.paragraph(printable(warning), indent="  - ", hang="    ")


def _write_rest(paper: Paper, report: Report) -> None:
    """Write what a summary says below the points."""
    _write_stand_ins(paper, report)
    _write_notes(paper, report)
    _write_versions(paper, report)
    paper.blank()
    paper.paragraph(tell_passed(report), indent="")


def _write_passed(paper: Paper, report: Report) -> None:
    passed = with_status(report, Status.PASSED)
    if passed:
        paper.heading("Passed, with seconds and errors")
    scores = [f"{points(check.score)}/{points(check.max_score)}" for check in passed]
    widest = max(map(len, scores), default=0)
    for check, score in zip(passed, scores, strict=True):
        found = measured(check.outcome.error, check.outcome.tolerance)
        paper.row(
            ("  ok ", "green"),
            (f"{printable(check.id):<32} {score:>{widest}}{check.seconds:>7.2f} s", ""),
            (f"  {found}", "dim"),
        )
        for note in check.outcome.evidence.notes:
            paper.paragraph(printable(note, limit=2000), style="dim", indent="     ")


def _write_versions(paper: Paper, report: Report) -> None:
    paper.heading("How this was graded")
    for name, value in tell_versions(report):
        paper.paragraph(f"{name}: {value}", indent="  ", hang="    ")


def _write_end(
    paper: Paper,
    report: Report,
    causes: tuple[Cause, ...],
    *,
    command: str,
    everything: bool,
    saved: tuple[str, ...],
) -> None:
    paper.blank()
    paper.paragraph(tell_passed(report), indent="")
    if causes:
        paper.paragraph("After a change:", command=command, indent="")
    if not everything:
        paper.paragraph("All that was measured:", command=f"{command} -v", indent="")
    if causes and saved:
        paper.paragraph(_tell_saved(saved), indent="")


def _tell_saved(saved: tuple[str, ...]) -> str:
    return f"Full report: {', '.join(map(printable, saved))}"

"""Writes one failure for a terminal: what is wrong, how we know, where, and what to do next."""

from __future__ import annotations

from grader.model import Evidence, Report, Status
from grader.report.causes import Cause
from grader.report.findings import tell_findings, tell_measurement
from grader.report.paper import Paper
from grader.report.reasons import is_absent
from grader.report.telling import (
    CELL_HEADING,
    TRACEBACK_HEADING,
    is_told_briefly,
    tell_absent,
    tell_cell,
    tell_concerned,
    tell_cost,
    tell_diagnoses,
    tell_next_step,
    tell_place,
    tell_samples,
    tell_siblings,
)
from grader.report.untrusted import cell_width, printable, printable_code
from grader.report.visibility import tell_veil
from grader.report.wording import STATUS_WORDS, count, points

_STYLES = {Status.GRADER_ERROR: "yellow", Status.NEEDS_REVIEW: "yellow", Status.BLOCKED: "yellow"}
_MOST_LINES = 12
_MOST_ROWS = 24


def write_failure(
    paper: Paper, cause: Cause, report: Report, *, command: str, everything: bool
) -> None:
    """Write the block of one cause.

    Parameters
    ----------
    paper : Paper
        Where to write it.
    cause : Cause
        Checks that failed for the same reason.
    report : Report
        The whole report, for what the same function got right.
    command : str
        The shell command to grade again.
    everything : bool
        Write every line of evidence, not only the first dozen of a kind.
    """
    is_brief = is_told_briefly(cause)
    if not is_brief:
        paper.blank()
    _write_head(paper, cause)
    write_explanation(paper, cause, report, everything=everything)
    if is_brief:
        return
    paper.paragraph(tell_cost(cause, report))
    sentence, following = tell_next_step(cause, command)
    paper.paragraph(f"Next: {sentence}", command=following, hang="   ")
    paper.blank()


def write_explanation(paper: Paper, cause: Cause, report: Report, *, everything: bool) -> None:
    """Write what is wrong, how we know, and the question that leads on, as in a block's middle."""
    check = cause.first
    if is_absent(check):
        _write_absent(paper, cause, everything=everything)
        return
    _write_findings(paper, cause)
    for sentence in tell_concerned(cause, report, everything=everything):
        paper.paragraph(sentence)
    paper.paragraph(tell_veil(check))
    if not is_told_briefly(cause):
        _write_evidence(paper, cause, report, everything=everything)
    if check.outcome.hint:
        paper.paragraph(f"Think: {printable(check.outcome.hint)}", hang="   ")


def _write_head(paper: Paper, cause: Cause) -> None:
    word = STATUS_WORDS[cause.status]
    title = printable(cause.title, limit=120)
    gap = max(1, paper.score_column - len(word) - 1 - cell_width(title))
    place = tell_place(cause.location)
    paper.row(
        (word, f"bold {_STYLES.get(cause.status, 'red')}"),
        (f" {title}", "bold"),
        (" " * gap, ""),
        (f"{points(cause.score)}/{points(cause.max_score)}", ""),
        (f"   {place}" if place else "", "cyan"),
    )


def _write_absent(paper: Paper, cause: Cause, *, everything: bool) -> None:
    """Write what is not written yet, or in no file: a line each, or one sentence for all."""
    sentence, rows = tell_absent(cause)
    paper.paragraph(sentence)
    if not rows:
        return
    shown = rows if everything else rows[:_MOST_ROWS]
    widest = max(cell_width(row.name) for row in shown)
    for row in shown:
        lost = f"{points(row.score)}/{points(row.max_score)}"
        paper.row((f"  {lost:>6}", ""), (f"  {row.name:<{widest}}", ""), (f"  {row.place}", "cyan"))
    if len(rows) > len(shown):
        paper.paragraph(f"and {len(rows) - len(shown)} more", indent="          ")


def _write_findings(paper: Paper, cause: Cause) -> None:
    for finding in tell_findings(cause):
        paper.paragraph(finding.sentence)
        for values in finding.values:
            expected = f"    expected {values.expected}" if values.expected else ""
            paper.row((f" {values.name}   yours {values.got}", "red"), (expected, "green"))
    measurement = tell_measurement(cause)
    pieces = measurement.facts.split()
    if measurement.inputs:
        # A name stays on the line of its shape.
        inputs = measurement.inputs.replace("), ", "),\n").split("\n")
        pieces = [*pieces[:-1], f"{pieces[-1]};", *inputs] if pieces else inputs
    paper.paragraph(pieces, hang="   ")


def _write_evidence(paper: Paper, cause: Cause, report: Report, *, everything: bool) -> None:
    outcome = cause.first.outcome
    paper.paragraph(tell_siblings(cause, report), style="green")
    for headline, explanation in tell_diagnoses(cause):
        paper.paragraph(headline)
        paper.paragraph(explanation)
    for note in outcome.evidence.notes if everything else outcome.evidence.notes[:4]:
        paper.paragraph(printable(note))
    cell = tell_cell(cause)
    if cell:
        paper.paragraph(CELL_HEADING)
    for line in cell:
        paper.quote(line)
    _write_code(paper, outcome.evidence, most=None if everything else _MOST_LINES)


def _write_code(paper: Paper, evidence: Evidence, *, most: int | None) -> None:
    if evidence.traceback:
        lines = [line for entry in evidence.traceback for line in entry.splitlines()]
        paper.paragraph(TRACEBACK_HEADING)
        _write_lines(paper, lines, most=most)
    if evidence.samples:
        paper.paragraph(tell_samples(evidence))
        for location, times in evidence.samples[:4]:
            paper.code("   ", f"{times} x  {tell_place(location)}")
    digits = max((len(str(line.number)) for line in evidence.excerpt), default=0)
    for line in evidence.excerpt:
        mark = ">" if line.marked else " "
        paper.code(
            f" {mark} {line.number:>{digits}} | ",
            printable_code(line.text),
            style="bold" if line.marked else "dim",
        )


def _write_lines(paper: Paper, lines: list[str], *, most: int | None) -> None:
    """Write lines as they are, the ones in the middle left out when there are too many."""
    if most is not None and len(lines) > most:
        left_out = f"… {count(len(lines) - most + 1, 'line')} more …"
        lines = [*lines[: most // 2 - 1], left_out, *lines[-most // 2 :]]
    for line in lines:
        paper.code("   | ", printable_code(line))

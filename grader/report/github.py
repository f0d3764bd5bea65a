"""Renders a report as log commands of GitHub Actions: annotations on the lines that fail."""

from __future__ import annotations

import hashlib
import re

from grader.model import Location, Report, Status
from grader.report import terminal
from grader.report.causes import Cause, group_causes, most_costly
from grader.report.findings import tell_findings
from grader.report.summing_up import tell_passed, tell_regrade
from grader.report.telling import tell_cost, tell_diagnoses
from grader.report.untrusted import log_command_data, log_command_property, printable
from grader.report.visibility import STUDENT, Reader, shown, tell_veil
from grader.report.wording import STATUS_WORDS, count, count_points, percent, points

MOST_ERRORS = 10
"""How many annotations of a kind GitHub takes from one step."""
_TITLE_LENGTH = 120
_CELL = re.compile(r"(.+\.ipynb)\[(\d+)\]", re.DOTALL)
_TOKEN_LENGTH = 32


def render(report: Report, reader: Reader = STUDENT, *, folder: str = "", command: str = "") -> str:
    """Return `report` as lines for a step's log, ended by a newline.

    First come at most ten errors, the dearest causes first, each at the line that is to be looked
    at, or where the function begins; then a notice with the score that counts the others. The
    report as a terminal has it follows, between ``::stop-commands::`` and its end: nothing in it
    is a command, and the token that ends it depends on all that was written before, so that no
    code can have printed it. The summary of a step is another format, ``markdown``.

    Parameters
    ----------
    report : Report
        What was graded.
    reader : Reader
        Who reads it, and when.
    folder : str
        Where the submission lies in its repository, without a slash at its end; empty if it is
        the repository.
    command : str
        What checks the same again; by default what grades it.

    References
    ----------
    GitHub Docs, "Workflow commands for GitHub Actions".
    """
    report = shown(report, reader)
    causes = group_causes(report.checks)
    dearest = most_costly(causes, most=MOST_ERRORS)
    lines = [_annotate(cause, report, folder) for cause in dearest]
    broken = tell_regrade(report)
    if broken:
        lines.append(f"::warning title=Not final::{log_command_data(broken)}")
    left_out = sum(cause.lost > 0 for cause in causes) - len(dearest)
    lines.append(_tell_score(report, left_out))
    log = terminal.render(report, reader, command=command)
    written = "\n".join([*lines, log])
    token = hashlib.sha256(written.encode("utf-8", "backslashreplace")).hexdigest()[:_TOKEN_LENGTH]
    return "\n".join([*lines, f"::stop-commands::{token}", f"{log}::{token}::"]) + "\n"


def _annotate(cause: Cause, report: Report, folder: str) -> str:
    place = cause.location or _find_function(cause, report)
    title = (
        f"{STATUS_WORDS[cause.status]} {printable(cause.title, limit=_TITLE_LENGTH)} "
        f"{points(cause.score)}/{points(cause.max_score)}"
    )
    where, said = _place(place, folder)
    message = "%0A".join(map(log_command_data, [*said, *_tell(cause, report)]))
    return f"::error {where}title={log_command_property(title)}::{message}"


def _place(place: Location | None, folder: str) -> tuple[str, tuple[str, ...]]:
    """Return the properties that place an annotation, and what only its text can say."""
    if place is None:
        return "", ()
    prefix = f"{folder}/" if folder else ""
    cell = _CELL.fullmatch(place.file)
    if cell:
        # A cell's lines are no lines of the file, which is one long text of JSON.
        file = log_command_property(prefix + cell[1])
        return f"file={file},", (f"In cell {cell[2]}, line {place.line}:",)
    file = log_command_property(prefix + place.file)
    return f"file={file},line={place.line},endLine={place.line},", ()


def _find_function(cause: Cause, report: Report) -> Location | None:
    """Return where the first of a cause's functions that the report quotes begins."""
    for name in cause.functions:
        start = re.compile(rf"\s*(?:def|class)\s+{re.escape(name.rpartition('/')[2])}\b")
        for source in report.sources:
            for number, line in enumerate(source.lines, start=source.first):
                if start.match(line):
                    return Location(source.file, number)
    return None


def _tell(cause: Cause, report: Report) -> list[str]:
    told = []
    for finding in tell_findings(cause):
        told.append(finding.sentence)
        for values in finding.values:
            expected = f", expected {values.expected}" if values.expected else ""
            told.append(f"{values.name}: yours {values.got}{expected}")
    told.append(tell_veil(cause.first))
    if cause.status in (Status.FAILED, Status.ERRORED):
        for pair in tell_diagnoses(cause):
            told.extend(pair)
    hint = cause.first.outcome.hint
    told += [f"Think: {printable(hint)}" if hint else "", tell_cost(cause, report)]
    return list(filter(None, told))


def _tell_score(report: Report, left_out: int) -> str:
    score = f"{points(report.score)} of {count_points(report.max_score)}"
    told = [f"{score}, {percent(report.percent)}. {tell_passed(report)}"]
    if left_out:
        told.append(f"{count(left_out, 'more failure')} without an annotation: see the log.")
    return f"::notice title=Score::{'%0A'.join(map(log_command_data, told))}"

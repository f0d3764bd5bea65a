"""Writes one failure for a terminal: what is wrong, how we know, where, and what to do next."""

from __future__ import annotations

from grader.model import Evidence, Report, Status
from grader.report.absent import write_absent
from grader.report.causes import Cause, is_absent
from grader.report.check_ids import name_parts, own_check, split_id
from grader.report.diagnoses import write_diagnoses
from grader.report.findings import write_findings
from grader.report.paper import Paper
from grader.report.untrusted import cell_width, printable, printable_code
from grader.report.visibility import tell_veil
from grader.report.wording import (
    STATUS_WORDS,
    count,
    count_points,
    enumerate_names,
    join_names,
    points,
)

_STYLES = {Status.GRADER_ERROR: "yellow", Status.NEEDS_REVIEW: "yellow", Status.BLOCKED: "yellow"}
# Nothing is to be explained here: the first sentence and the points say it all.
_TOLD_BRIEFLY = frozenset(
    {Status.MISSING, Status.BLOCKED, Status.NEEDS_REVIEW, Status.GRADER_ERROR}
)
_MOST_LINES = 12
_MOST_SIBLINGS = 6


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
    check = cause.first
    if cause.status not in _TOLD_BRIEFLY:
        paper.blank()
    _write_head(paper, cause)
    if is_absent(check):
        write_absent(paper, cause, everything=everything)
        return
    write_findings(paper, cause)
    _write_concerned(paper, cause, report, everything=everything)
    paper.paragraph(tell_veil(check))
    if cause.status not in _TOLD_BRIEFLY:
        _write_evidence(paper, cause, report, everything=everything)
    if check.outcome.hint:
        paper.paragraph(f"Think: {printable(check.outcome.hint)}", hang="   ")
    if cause.status in _TOLD_BRIEFLY:
        return
    _write_cost(paper, cause, report)
    sentence, following = _next_step(cause, command)
    paper.paragraph(f"Next: {sentence}", command=following, hang="   ")
    paper.blank()


def _write_concerned(paper: Paper, cause: Cause, report: Report, *, everything: bool) -> None:
    """Name what the title only counts, and what comes first when this is no cause."""
    if len(cause.functions) > 1:
        if cause.functions[0] not in cause.title:
            names = tuple(map(printable, cause.functions))
            affected = enumerate_names(names, most=len(names) if everything else 8)
            paper.paragraph(f"Affects {affected}.")
    elif not cause.title.endswith(name_parts(cause.checks)) and not _is_all(cause, report):
        paper.paragraph(f"Affects {printable(name_parts(cause.checks), limit=160)}.")
    names = cause.first.outcome.evidence.builds_on
    if names:
        paper.paragraph(f"It builds on {printable(join_names(names))}: mend that first.")


def _is_all(cause: Cause, report: Report) -> bool:
    """Return whether nothing else of the function was checked."""
    function = split_id(cause.first.id)[0]
    return len(cause.checks) == sum(split_id(each.id)[0] == function for each in report.checks)


def _write_head(paper: Paper, cause: Cause) -> None:
    word = STATUS_WORDS[cause.status]
    title = printable(cause.title, limit=120)
    gap = max(1, paper.score_column - len(word) - 1 - cell_width(title))
    where = cause.location
    paper.row(
        (word, f"bold {_STYLES.get(cause.status, 'red')}"),
        (f" {title}", "bold"),
        (" " * gap, ""),
        (f"{points(cause.score)}/{points(cause.max_score)}", ""),
        (f"   {printable(where.file)}:{where.line}" if where else "", "cyan"),
    )


def _write_evidence(paper: Paper, cause: Cause, report: Report, *, everything: bool) -> None:
    outcome = cause.first.outcome
    _write_siblings(paper, cause, report)
    write_diagnoses(paper, cause)
    for note in outcome.evidence.notes if everything else outcome.evidence.notes[:4]:
        paper.paragraph(printable(note))
    if outcome.evidence.counterexample:
        paper.paragraph("To see it, paste this into a notebook:")
        for line in outcome.evidence.counterexample.splitlines():
            paper.quote(printable_code(line))
    _write_code(paper, outcome.evidence, most=None if everything else _MOST_LINES)


def _write_siblings(paper: Paper, cause: Cause, report: Report) -> None:
    """Write what is right in the same check, in the same function, and in its forward pass."""
    if len(cause.functions) > 1:
        return
    function = split_id(cause.first.id)[0]
    passed = [
        check
        for check in report.checks
        if check.outcome.status is Status.PASSED and split_id(check.id)[0] == function
    ]
    here = [check for check in passed if own_check(check) == own_check(cause.first)]
    pieces = [
        f"{printable(check.id.rpartition('.')[2])} ok "
        f"{points(check.score)}/{points(check.max_score)}"
        for check in here
    ]
    if len(here) > _MOST_SIBLINGS:
        pieces = [f"{count(len(here), 'other part')} of it ok"]
    forward = function.replace("backward", "forward")
    if forward != function and forward not in cause.first.outcome.message:
        own = [check for check in report.checks if split_id(check.id)[0] == forward]
        if own and all(check.outcome.status is Status.PASSED for check in own):
            pieces.append(f"{printable(forward)} ok")
    if len(passed) > len(here):
        others = count(len(passed) - len(here), "other check")
        pieces.append(f"{'and ' if pieces else ''}{others} of {printable(function)} ok")
    paper.paragraph([*", ".join(pieces).replace(", and", " and").split()], style="green")


def _write_code(paper: Paper, evidence: Evidence, *, most: int | None) -> None:
    if evidence.traceback:
        lines = [line for entry in evidence.traceback for line in entry.splitlines()]
        paper.paragraph("Your code was here, the innermost line last:")
        _write_lines(paper, lines, most=most)
    if evidence.samples:
        seen = sum(times for _, times in evidence.samples)
        paper.paragraph(f"Where it was when we looked, {count(seen, 'time')}:")
        for location, times in evidence.samples[:4]:
            paper.code("   ", f"{times} x  {printable(location.file)}:{location.line}")
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


def _write_cost(paper: Paper, cause: Cause, report: Report) -> None:
    if not cause.lost:
        return
    checks = f" over {count(len(cause.checks), 'check')}" if len(cause.checks) > 1 else ""
    line = f"Cost: {points(cause.lost)} of the {count_points(report.max_score)}{checks}"
    if cause.lost_by_followers:
        line += f", and {points(cause.lost_by_followers)} that build on it"
    line += "."
    targets = {target for check in cause.checks for target in check.targets}
    if any(
        check.outcome.carried_forward and targets.intersection(check.targets)
        for check in report.checks
        if check not in cause.checks
    ):
        line += " What follows from it was not charged again."
    paper.paragraph(line)


def _next_step(cause: Cause, command: str) -> tuple[str, str]:
    """Return what to do about a cause, and the shell command that goes with it."""
    where = cause.location
    place = f"line {where.line} of {printable(where.file)}" if where else "your code"
    match cause.status:
        case Status.CRASHED if "while importing" in cause.first.outcome.message:
            return "import that file alone in Python to see how it ends, then run:", command
        case Status.TIMED_OUT:
            return "if it is slow but right, allow it more seconds:", f"{command} --timeout 120"
        case Status.CRASHED:
            return "call it alone in Python to see how it ends, then run:", command
        case Status.ERRORED:
            return f"mend {place}, then run:", command
        case _:
            return f"look at {place}, then run:", command

"""Says what reports tell of one cause, in sentences that all formats share.

All text returned is in one line and printable, bounded in length, and in the words of the report;
a format still has to escape what means something to it.
"""

from __future__ import annotations

from grader.model import Certainty, Evidence, Location, Report, Status
from grader.records import record
from grader.report.causes import Cause
from grader.report.check_ids import name_parts, own_check, split_id
from grader.report.reasons import absent_name, is_absent
from grader.report.untrusted import printable, printable_code
from grader.report.wording import (
    DEFAULT_MESSAGES,
    as_sentence,
    count,
    count_points,
    enumerate_names,
    join_names,
    points,
)

TRACEBACK_HEADING = "Your code was here, the innermost line last:"
CELL_HEADING = "To see it, paste this into a notebook:"
# Nothing is to be explained here: the first sentence and the points say it all.
_TOLD_BRIEFLY = frozenset(
    {Status.MISSING, Status.BLOCKED, Status.NEEDS_REVIEW, Status.GRADER_ERROR}
)
_MOST_SIBLINGS = 6
_MOST_ABSENT = 5
_LONGEST_CELL = 60
_MOST_DIAGNOSES = 3
_DIAGNOSIS_LENGTH = 400
_BEGINNINGS = {
    Certainty.NONE: "Known mistake",
    Certainty.EVERYWHERE: "Known mistake, fits exactly (at other sizes too)",
    Certainty.EXACT: "Known mistake, fits exactly",
    Certainty.LIKELY: "Looks like a known mistake, beside which more may be wrong",
    Certainty.SHAPE: "No known mistake fits, but the error has a shape",
}


@record
class AbsentFunction:
    """A function that is not there, and what that costs."""

    name: str
    score: float
    max_score: float
    place: str
    """Where its empty frame stands, or ``in no file``."""


def is_told_briefly(cause: Cause) -> bool:
    """Return whether there is nothing to be explained about a cause."""
    return cause.status in _TOLD_BRIEFLY


def tell_place(where: Location | None) -> str:
    """Return a place as ``file:line``, empty for none."""
    return f"{printable(where.file)}:{where.line}" if where else ""


def tell_cause(cause: Cause) -> str:
    """Return the sentence that sums a cause up where there is room for only one."""
    message = cause.first.outcome.message or DEFAULT_MESSAGES[cause.status]
    if is_absent(cause.first) and len(cause.functions) > 1:
        message, _ = tell_absent(cause)
        if cause.functions[0] not in cause.title:
            names = enumerate_names(cause.functions, most=_MOST_ABSENT)
            message = f"{message.removesuffix('.')}: {names}."
    return as_sentence(printable(message))


def tell_promise(cause: Cause) -> str:
    """Return the points to be won by mending a cause, and those that may come with them."""
    promise = f"+{count_points(cause.lost)}"
    if cause.lost_by_followers:
        promise += f", and {points(cause.lost_by_followers)} that build on it"
    return promise


def tell_concerned(cause: Cause, report: Report, *, everything: bool) -> tuple[str, ...]:
    """Return sentences that name what the title only counts, and what is to be mended first."""
    sentences = []
    if len(cause.functions) > 1:
        if cause.functions[0] not in cause.title:
            names = tuple(map(printable, cause.functions))
            affected = enumerate_names(names, most=len(names) if everything else 8)
            sentences.append(f"Affects {affected}.")
    elif not cause.title.endswith(name_parts(cause.checks)) and not _is_all(cause, report):
        sentences.append(f"Affects {printable(name_parts(cause.checks), limit=160)}.")
    names = cause.first.outcome.evidence.builds_on
    if names:
        sentences.append(f"It builds on {printable(join_names(names))}: mend that first.")
    return tuple(sentences)


def tell_siblings(cause: Cause, report: Report) -> str:
    """Return what is right in the same check, in the same function, and in its forward pass."""
    if len(cause.functions) > 1:
        return ""
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
    return ", ".join(pieces).replace(", and", " and")


def tell_diagnoses(cause: Cause) -> tuple[tuple[str, str], ...]:
    """Return each diagnosis of a cause's checks once, and its explanation; at most three."""
    found: dict[str, Evidence] = {}
    for check in cause.checks:
        if check.outcome.diagnosis:
            found.setdefault(check.outcome.diagnosis, check.outcome.evidence)
    told = []
    for name, evidence in list(found.items())[:_MOST_DIAGNOSES]:
        title = printable(evidence.mistake or name, limit=_DIAGNOSIS_LENGTH)
        explanation = as_sentence(printable(evidence.explanation, limit=_DIAGNOSIS_LENGTH))
        told.append((as_sentence(f"{_BEGINNINGS[evidence.certainty]}: {title}"), explanation))
    return tuple(told)


def tell_cell(cause: Cause) -> tuple[str, ...]:
    """Return lines for a notebook that show a broken law; none if nobody would paste so many."""
    lines = find_cell(cause)
    return lines if len(lines) <= _LONGEST_CELL else ()


def find_cell(cause: Cause) -> tuple[str, ...]:
    """Return the first of the cells that show what is wrong, from the cause's first check on.

    Where code stops, only what the first check ran may show it: others stop for the same reason.
    """
    others = cause.checks if cause.status is Status.FAILED else ()
    for check in (cause.first, *others):
        lines = check.outcome.evidence.counterexample.splitlines()
        if lines:
            return tuple(map(printable_code, lines))
    return ()


def tell_samples(evidence: Evidence) -> str:
    """Return the heading of where a stopped call was seen."""
    seen = sum(times for _, times in evidence.samples)
    return f"Where it was when we looked, {count(seen, 'time')}:"


def tell_cost(cause: Cause, report: Report) -> str:
    """Return what a cause cost, and that nothing was charged twice; empty if it cost nothing."""
    if not cause.lost:
        return ""
    checks = f" over {count(len(cause.checks), 'check')}" if len(cause.checks) > 1 else ""
    line = f"Cost: {points(cause.lost)} of the {count_points(report.max_score)}{checks}"
    if cause.lost_by_followers:
        line += f", and {points(cause.lost_by_followers)} that build on it"
    line += "."
    targets = {target for check in cause.checks for target in check.targets}
    if any(
        targets.intersection(check.targets)
        for check in report.checks
        if check.outcome.carried_forward and check not in cause.checks  # slow: whole records
    ):
        line += " What follows from it was not charged again."
    return line


def tell_next_step(cause: Cause, command: str) -> tuple[str, str]:
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


def tell_absent(cause: Cause) -> tuple[str, tuple[AbsentFunction, ...]]:
    """Return what is not written yet, or in no file: a sentence, and a row for each function.

    There are no rows where the sentence, or the title of the cause, names all of them.
    """
    functions = cause.functions
    if len(functions) == 1:
        return printable(cause.first.outcome.message), ()
    places = {absent_name(check): check.outcome.location for check in cause.checks}
    if not any(places.values()):
        sentence = "No file defines these."
        if functions[0] in cause.title:
            return sentence, ()
    elif all(places.values()):
        sentence = "These are not written yet."
    else:
        sentence = "These are not written yet, or no file defines them."
    rows = []
    for name in functions:
        own = [check for check in cause.checks if absent_name(check) == name]
        score, most = sum(c.score for c in own), sum(c.max_score for c in own)
        place = tell_place(places[name]) or "in no file"
        rows.append(AbsentFunction(printable(name), score, most, place))
    return sentence, tuple(rows)


def _is_all(cause: Cause, report: Report) -> bool:
    """Return whether nothing else of the function was checked."""
    function = split_id(cause.first.id)[0]
    return len(cause.checks) == sum(split_id(each.id)[0] == function for each in report.checks)

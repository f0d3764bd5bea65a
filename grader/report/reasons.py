"""Why a check failed, as far as a report tells it: what makes two checks one cause."""

from __future__ import annotations

from collections.abc import Hashable

from grader.model import Certainty, CheckResult, Status
from grader.report.check_ids import own_check, split_id
from grader.settings import Detail

# Of these a check that is not told in full shows neither its message nor its line.
_STOPPED = frozenset({Status.ERRORED, Status.TIMED_OUT, Status.CRASHED})
# Functions that are not there are listed together, whatever they are called.
_NOT_THERE = frozenset({"{} is not written yet.", "No file defines {}."})


def reasons_of(check: CheckResult) -> set[Hashable]:
    """Return reasons of which two checks share one if and only if they are to be told together."""
    outcome = check.outcome
    match outcome.status:
        case _ if _is_veiled(check):
            return {_function_and_status(check)}
        case Status.MISSING if is_absent(check):
            return {Status.MISSING}
        case Status.FAILED:
            return _reasons_of_failure(check)
        case Status.ERRORED if outcome.location:
            # The same line raising on other inputs may word its message differently.
            return {(outcome.status, outcome.location)}
        case Status.TIMED_OUT | Status.CRASHED if "while importing" in outcome.message:
            # One module that ends the process takes all its functions with it.
            reasons: set[Hashable] = {(outcome.status, outcome.message)}
            if outcome.evidence.samples:
                reasons.add((outcome.status, outcome.location))
            return reasons
        case Status.TIMED_OUT | Status.CRASHED:
            return {_function_and_status(check)}
        case _ if outcome.message:
            return {(outcome.status, outcome.message, outcome.location)}
        case _:
            return {_function_and_status(check)}


def _reasons_of_failure(check: CheckResult) -> set[Hashable]:
    """Return what joins wrong results: one check, one line, one sentence, one known mistake."""
    outcome, function = check.outcome, split_id(check.id)[0]
    reasons: set[Hashable] = {(check.told, own_check(check))}
    if outcome.location:
        reasons.add((function, check.kind, outcome.location))
    if outcome.diagnosis:
        # Two results may be wrong in the same way for reasons of their own, on lines of their own.
        is_shape = outcome.evidence.certainty is Certainty.SHAPE
        reasons.add((function, outcome.diagnosis, outcome.location if is_shape else None))
    if outcome.message and not _shows_values(check):
        reasons |= {(outcome.message, outcome.location), (outcome.message, function)}
    return reasons


def says_little(check: CheckResult) -> bool:
    """Return whether a check tells no more than that its function fails, and perhaps where."""
    wrong = check.outcome.status is Status.FAILED and not check.outcome.diagnosis
    return _is_veiled(check) or (wrong and check.told is not Detail.FULL)


def what_is_left(check: CheckResult) -> Hashable:
    """Return all that would be told of a check that says little."""
    place = check.outcome.location if check.outcome.status is Status.FAILED else None
    return (*_function_and_status(check), place)


def is_absent(check: CheckResult) -> bool:
    """Return whether a check only says that its function is not there."""
    return check.outcome.status is Status.MISSING and bool(absent_name(check))


def absent_name(check: CheckResult) -> str:
    """Return which function a check says is not there, empty if it says something else."""
    names = [target.rpartition(":")[2] for target in check.targets]
    said = check.outcome.message
    for name in [*names, *check.outcome.evidence.builds_on]:
        if name and any(said == sentence.format(name) for sentence in _NOT_THERE):
            return name
    return ""


def _is_veiled(check: CheckResult) -> bool:
    """Return whether a check only tells that code stopped, on inputs that are not shown."""
    return check.told is not Detail.FULL and check.outcome.status in _STOPPED


def _function_and_status(check: CheckResult) -> tuple[str, Status]:
    return split_id(check.id)[0], check.outcome.status


def _shows_values(check: CheckResult) -> bool:
    evidence = check.outcome.evidence
    return evidence.got is not None or evidence.index is not None

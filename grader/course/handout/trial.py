"""Runs a draft's check cells on the reference: what it does not pass cannot be a check."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from grader.candidate.local import LocalCandidate
from grader.course.handout.roles import Role
from grader.model import Kind, Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.checks.base import Check
    from grader.course.assignment import Assignment
    from grader.course.handout.account import Account
    from grader.model import Outcome

_LONGEST = 160


def try_checks(assignment: Assignment, account: Account) -> dict[tuple[str, int], str]:
    """Return why check cells cannot be judged, by notebook path and cell number.

    Parameters
    ----------
    assignment : Assignment
        The draft, with the checks of its notebooks.
    account : Account
        What was imported, which knows the cell of each check.
    """
    resolve = _resolver(assignment.reference)
    if resolve is None:
        return {}
    cells = {
        row.id: (notebook.path, row.number)
        for notebook in account.notebooks
        for row in notebook.of(Role.CHECK)
    }
    reference = LocalCandidate(resolve)
    return {
        cells[check.id]: reason
        for check in assignment.checks
        if check.kind is Kind.NOTEBOOK_CELL
        and check.id in cells
        and (reason := _try(check, reference, assignment.default_seed))
    }


def _try(check: Check, reference: LocalCandidate, seed: int) -> str:
    """Return why the reference does not pass a check, or nothing."""
    try:
        outcomes = check.run(reference, check.expect(reference, seed), seed)
    except Exception as error:  # noqa: BLE001 - whatever a handout's cell does, it is left unjudged
        said = " ".join(str(error).split())[:_LONGEST]
        return f"the reference cannot run it: {type(error).__name__}: {said}"
    return _say_failed(outcomes)


def _say_failed(outcomes: Mapping[str, Outcome]) -> str:
    failed = {part: each for part, each in outcomes.items() if each.status is not Status.PASSED}
    if not failed:
        return ""
    part, outcome = next(iter(failed.items()))
    said = outcome.message or outcome.status
    measured = "" if outcome.error is None else f" (error {outcome.error:.1e})"
    return f"the reference does not pass {part}: {said[:_LONGEST]}{measured}"


def _resolver(reference: str) -> Callable[[str], Callable[..., Any]] | None:
    """Return what resolves targets, None where the reference is not installed."""
    module, _, function = reference.partition(":")
    try:
        resolve: Callable[[str], Callable[..., Any]] = getattr(import_module(module), function)
    except ImportError:
        return None
    return resolve

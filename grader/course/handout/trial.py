"""Runs a draft's check cells on the reference: what it does not pass cannot be a check."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

from grader.candidate.local import LocalCandidate
from grader.course.handout.conventions import Chosen, follow, possible_choices
from grader.course.handout.right_answers import resolver
from grader.course.handout.roles import Role
from grader.model import Kind, Status
from grader.records import record

if TYPE_CHECKING:
    from grader.checks.base import Check
    from grader.course.assignment import Assignment
    from grader.course.handout.account import Account
    from grader.model import Outcome

Place: TypeAlias = "tuple[str, int]"
"""A cell: the path of its notebook, and its number."""

_LONGEST = 200


@record
class Refused:
    """What of one cell the reference does not pass."""

    reason: str
    parts: tuple[str, ...]
    """The parts that fail; all of them if it cannot be run."""


def try_checks(assignment: Assignment, account: Account, chosen: Chosen) -> dict[Place, Refused]:
    """Return what of the check cells the reference does not pass.

    Parameters
    ----------
    assignment : Assignment
        The draft, with the checks of its notebooks.
    account : Account
        What was imported, which knows the cell of each check.
    chosen : mapping
        The choice that the handout follows, by the name of a known convention.
    """
    resolve = resolver()
    if resolve is None:
        return {}
    cells = {
        row.id: (notebook.path, row.number)
        for notebook in account.notebooks
        for row in notebook.of(Role.CHECK)
    }
    reference = LocalCandidate(follow(resolve, chosen))
    found = {
        cells[check.id]: _try(check, reference, assignment.default_seed)
        for check in assignment.checks
        if check.kind is Kind.NOTEBOOK_CELL and check.id in cells
    }
    return {place: refused for place, refused in found.items() if refused is not None}


def choose_conventions(
    assignment: Assignment, account: Account, refused: Mapping[Place, Refused]
) -> dict[str, str]:
    """Return the choices under which the reference passes most of what it did not pass.

    None of them are returned where its own behaviour does as well.
    """
    ids = {
        row.id
        for notebook in account.notebooks
        for row in notebook.rows
        if (notebook.path, row.number) in refused
    }
    tried = [check for check in assignment.checks if check.id in ids]
    targets = {target for check in tried for target in check.targets}
    best: dict[str, str] = {}
    fewest = len(tried)
    resolve = resolver()
    if resolve is None:
        return best
    for chosen in possible_choices(targets):
        reference = LocalCandidate(follow(resolve, chosen))
        failed = sum(_try(check, reference, assignment.default_seed) is not None for check in tried)
        if failed < fewest:
            fewest, best = failed, chosen
    return best


def _try(check: Check, reference: LocalCandidate, seed: int) -> Refused | None:
    """Return what the reference does not pass of a check."""
    try:
        outcomes = check.run(reference, check.expect(reference, seed), seed)
    except Exception as error:  # noqa: BLE001 - whatever a handout's cell does, it is left unjudged
        said = " ".join(str(error).split())
        reason = f"the reference cannot run it: {said[:_LONGEST]}"
        return Refused(reason, check.parts)
    failed = {part: each for part, each in outcomes.items() if each.status is not Status.PASSED}
    return Refused(_say_failed(failed), tuple(failed)) if failed else None


def _say_failed(failed: Mapping[str, Outcome]) -> str:
    part, outcome = next(iter(failed.items()))
    said = outcome.message or outcome.status
    measured = "" if outcome.error is None else f" (error {outcome.error:.1e})"
    return f"the reference does not pass {part}: {said[:_LONGEST]}{measured}"

"""Holds back the points of what is right here, and needs to be right elsewhere as well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from grader.checks.properties.check import PropertyCheck
from grader.consequences import JudgedPart
from grader.dependence import name_of
from grader.model import CheckResult, Kind, Outcome, Status

_NO_RESULTS = frozenset({Kind.INTERFACE, Kind.NOTEBOOK_CELL, Kind.REVIEW, Kind.TRAINING})
"""Checks that say nothing of results on inputs which nobody can have learnt by heart."""


def hold_back(
    judged: Sequence[JudgedPart],
    results: Sequence[CheckResult],
    forgiven: Mapping[str, frozenset[str]] | None = None,
) -> list[CheckResult]:
    """Return the results, those held back that pass while what they need does not.

    A printed value can be learnt by heart; its points need the sibling on other inputs. A law can
    hold of nonsense, such as zeros; its points need one right result of the same function. What
    the check itself measured stays in its row.

    Parameters
    ----------
    judged : sequence of JudgedPart
        All parts of all checks of a run.
    results : sequence of CheckResult
        Their results, in the same order.
    forgiven : mapping, optional
        Targets whose errors have no share in a row, by the row's id: it needs nothing of theirs.
    """
    causes = {
        result.id: result.outcome.evidence.builds_on or (name_of(one.owner),)
        for one, result in zip(judged, results, strict=True)
        if one.check.targets
    }
    free = forgiven or {}
    siblings = by_check(judged)
    never_right = _find_never_right(judged)
    held = []
    for one, result in zip(judged, results, strict=True):
        lacking = find_lacking(one, siblings, free.get(result.id, frozenset()))
        if lacking is not None:
            need = lacking.result.id
            said = f"This example is right; its points need {need} too, which does not pass."
            held.append(_hold(result, Status.FAILED, said, causes[need]))
        elif isinstance(one.check, PropertyCheck) and one.place in never_right:
            held.append(_hold_law(result, one.owner, never_right[one.place]))
        else:
            held.append(result)
    return held


def by_check(judged: Sequence[JudgedPart]) -> dict[str, list[JudgedPart]]:
    """Return the rows by the id of their check."""
    rows: dict[str, list[JudgedPart]] = {}
    for one in judged:
        rows.setdefault(one.check.id, []).append(one)
    return rows


def find_lacking(
    one: JudgedPart,
    siblings: Mapping[str, Sequence[JudgedPart]],
    forgiven: frozenset[str] = frozenset(),
) -> JudgedPart | None:
    """Return the first row that the points of another need and that does not pass.

    Parameters
    ----------
    one : JudgedPart
        The row that has a right result.
    siblings : mapping
        All rows, by the id of their check.
    forgiven : frozenset of str
        Targets whose errors have no share in it.
    """
    needed = [siblings.get(need, ()) for need in one.check.needs]
    speaking = [_select_speaking(one, rows) for rows in needed]
    for rows in speaking if any(speaking) else needed:
        for row in rows:
            fails = row.check.targets and row.outcome.status is not Status.PASSED
            if fails and row.owner not in forgiven:
                return row
    return None


def _select_speaking(one: JudgedPart, rows: Sequence[JudgedPart]) -> Sequence[JudgedPart]:
    """Return those rows of a check that speak for another row: on the same result, if there is one.

    Whose second gradient is right on inputs that nobody has seen has not learnt it by heart,
    whatever became of the first. Of another result any failure counts, except that gradients do
    not speak for a value.
    """
    made = one.check.result_of(one.part)
    same = [row for row in rows if row.check.result_of(row.part)[0] == made[0]]
    named = [row for row in same if row.part == one.part]
    if named or made[1] is None:
        placed = named
    else:
        placed = [row for row in same if row.check.result_of(row.part) == made]
    return placed or [row for row in rows if one.is_gradient or not row.is_gradient]


def _find_never_right(judged: Sequence[JudgedPart]) -> dict[tuple[str, str], Outcome]:
    """Return functions and methods none of whose results is right, each with one outcome."""
    outcomes: dict[tuple[str, str], list[Outcome]] = {}
    for one in judged:
        says_nothing = one.check.kind in _NO_RESULTS or one.check.constructs_only
        if not says_nothing and not isinstance(one.check, PropertyCheck):
            outcomes.setdefault(one.place, []).append(one.outcome)
    return {
        place: found[0]
        for place, found in outcomes.items()
        if all(outcome.status is not Status.PASSED for outcome in found)
    }


def _hold_law(result: CheckResult, owner: str, wrong: Outcome) -> CheckResult:
    if wrong.status is Status.MISSING:
        return _hold(result, Status.MISSING, wrong.message, wrong.evidence.builds_on)
    name = name_of(owner)
    message = f"This law holds; its points need one right result of {name}."
    return _hold(result, Status.FAILED, message, (name,))


def _hold(
    result: CheckResult, status: Status, message: str, causes: tuple[str, ...]
) -> CheckResult:
    """Return a result that earns nothing, if it would earn something."""
    if result.outcome.status is not Status.PASSED:
        return result
    evidence = replace(result.outcome.evidence, builds_on=causes)
    outcome = replace(
        result.outcome,
        status=status,
        message=message,
        evidence=evidence,
        carried_forward=False,
        earned=None,
    )
    return replace(result, outcome=outcome)

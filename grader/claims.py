"""What the student's own notebook says, held against what we measure: notes, never points."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from grader.model import CheckResult, Outcome, Status
from grader.records import record
from grader.submission.archive import Submission
from grader.submission.copies import Copies
from grader.submission.paths import show
from grader.submission.printed import Site, find_sites, read_numbers
from grader.submission.stored import StoredCell, stored_cells

if TYPE_CHECKING:
    from grader.checks.cells import CellCheck
    from grader.course.assignment import Assignment

_WRONG = frozenset({Status.FAILED, Status.ERRORED, Status.TIMED_OUT, Status.CRASHED})
_PLAINLY_WRONG = 0.05
"""Inputs drawn anew give other errors: a smaller one that is printed claims nothing."""


@record
class Claim:
    """What a stored output says of one part of a cell's check."""

    cell: StoredCell
    error: float | None = None
    """The error printed; None for an assertion."""
    passed: bool | None = None
    """Whether an assertion held; None for a printed error, or if the cell was never run."""


def compare_claims(
    results: Sequence[CheckResult], assignment: Assignment, handed_in: Submission
) -> list[CheckResult]:
    """Note in the rows of notebook cells where the student's notebook says something else.

    Parameters
    ----------
    results : sequence of CheckResult
        Rows of the assignment's checks, named ``check.part``.
    assignment : Assignment
        As graded.
    handed_in : Submission
        Its notebooks are read, bounded, and believed in nothing.

    Returns
    -------
    list of CheckResult
        The same rows; only notes are added.
    """
    from grader.checks.cells import CellCheck

    checks = [check for check in assignment.checks if isinstance(check, CellCheck)]
    words = {target.rpartition(":")[2].partition(".")[0] for c in checks for target in c.targets}
    cells = stored_cells(handed_in.files, sorted(words))
    names = {name.lower() for name in assignment.notebooks}
    own = [cell for cell in cells if cell.stem.lower() in names]
    copies = Copies(own or cells)
    claims: dict[str, tuple[Claim, float]] = {}
    for check in checks:
        for part, claim in read_claims(check, copies).items():
            tolerance = check.tolerances.get(part, check.tolerance)
            claims[f"{check.id}.{part}"] = (claim, tolerance)
    return [
        _note(result, *claims[result.id]) if result.id in claims else result for result in results
    ]


def read_claims(check: CellCheck, copies: Copies) -> dict[str, Claim]:
    """Return what the student's copy of a cell says, by part; nothing if there is no copy."""
    cell = copies.find(check.id, check.source)
    if cell is None:
        return {}
    if not cell.was_run:
        return {part: Claim(cell) for part in check.parts}
    ours, theirs = find_sites(check.source), find_sites(cell.source)
    numbers = read_numbers(cell.output, theirs)
    claims = {}
    for part, place in _places_of(check, ours).items():
        position = _same_site(ours, place, theirs)
        if position is None:
            continue
        if ours[place].label is None:
            # A notebook stops at the first assertion that fails.
            claims[part] = Claim(cell, passed=not cell.raised)
        elif position in numbers:
            claims[part] = Claim(cell, error=numbers[position])
    return claims


def _places_of(check: CellCheck, sites: Sequence[Site]) -> dict[str, int]:
    """Return which comparison of the instructor's cell each part is, where that is plain."""
    from grader.checks.cells.analysis import analyse

    parts: dict[int, list[str]] = {}
    for site in analyse(check.source, tuple(check.setup), ()).sites:
        parts.setdefault(site.line, []).append(site.part)
    places: dict[int, list[int]] = {}
    for place, one in enumerate(sites):
        places.setdefault(one.line, []).append(place)
    return {
        part: place
        for line, names in parts.items()
        if len(names) == len(places.get(line, ()))
        for part, place in zip(names, places[line], strict=True)
    }


def _same_site(ours: Sequence[Site], place: int, theirs: Sequence[Site]) -> int | None:
    """Return the position of a comparison of ours in the student's copy, if it is plain."""
    wanted = _alike(ours, ours[place])
    found = _alike(theirs, ours[place])
    if len(wanted) == len(found):
        return found[wanted.index(place)]
    if not found and [s.label is None for s in ours] == [s.label is None for s in theirs]:
        return place  # the variables have other names
    return None


def _alike(sites: Sequence[Site], wanted: Site) -> list[int]:
    return [
        place
        for place, site in enumerate(sites)
        if site.names == wanted.names and (site.label is None) == (wanted.label is None)
    ]


def _note(result: CheckResult, claim: Claim, tolerance: float) -> CheckResult:
    outcome = result.outcome
    note = _say(claim, outcome, outcome.tolerance or tolerance)
    if not note:
        return result
    evidence = replace(outcome.evidence, notes=(*outcome.evidence.notes, note))
    return replace(result, outcome=replace(outcome, evidence=evidence))


def _say(claim: Claim, outcome: Outcome, tolerance: float) -> str:
    """Return the note, where notebook and measurement disagree about passing."""
    is_right, is_wrong = outcome.status is Status.PASSED, outcome.status in _WRONG
    place = f"{show(claim.cell.notebook)}, cell {claim.cell.index}"
    if claim.error is None and claim.passed is None:
        return f"Your notebook holds this cell but never ran it ({place})." if is_wrong else ""
    if claim.error is None:
        if is_wrong and claim.passed:
            return f"In your notebook this cell ran without an error ({place}): {_OUTDATED}"
        if is_right and not claim.passed:
            return f"Your notebook shows {show(claim.cell.raised)} ({place}): {_RUN_AGAIN}"
        return ""
    said = f"Your notebook says {_number(claim.error)}"
    if is_wrong and claim.error <= tolerance:
        if outcome.status is not Status.FAILED:
            return f"{said}, and here it does not get that far ({place}): {_OTHER_PYTHON}"
        if outcome.error is not None and not outcome.error <= tolerance:
            return f"{said}, we measure {_number(outcome.error)} ({place}): {_OUTDATED}"
    if is_right and outcome.error is not None and claim.error > max(tolerance, _PLAINLY_WRONG):
        return f"{said}, we measure {_number(outcome.error)} ({place}): {_RUN_AGAIN}"
    return ""


_OUTDATED = "its output is of an earlier version of your code, or was edited."
_OTHER_PYTHON = "its output is of an earlier version of your code, or of another Python."
_RUN_AGAIN = "its output is of an earlier version of your code; run it again."


def _number(value: float) -> str:
    return f"{value:.1e}" if math.isfinite(value) else "nan"

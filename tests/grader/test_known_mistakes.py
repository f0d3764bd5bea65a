"""Every known mistake loses points in every assignment that covers its function."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest

from grader.course.assignment import Assignment
from grader.course.catalogue import assignment_names, load_assignment
from grader.course.expected import Values, expected_for
from grader.course.trial import find_place, go_through_trial, resolve_with
from grader.model import Status
from grader.settings import Limits
from reference.mistakes import Mistake, make_wrong, mistakes_of
from reference.targets import resolve


@cache
def load(name: str) -> tuple[Assignment, Values, dict[str, float]]:
    """Return an assignment, its expected values and the points of its rows."""
    loaded = load_assignment(name)
    checks = loaded.assignment.checks
    points = {f"{check.id}.{part}": check.points[part] for check in checks for part in check.parts}
    return loaded.assignment, expected_for(loaded, None), points


def cover() -> Iterator[tuple[str, str, Mistake]]:
    """Go through each assignment's targets and the mistakes that its networks can show."""
    for name in assignment_names():
        assignment = load_assignment(name).assignment
        for target in assignment.targets:
            for mistake in mistakes_of(find_place(assignment, target)):
                if mistake.using in ("", *assignment.targets):
                    yield name, target, mistake


COVERED = tuple(cover())


@pytest.mark.parametrize(
    ("name", "target", "mistake"),
    COVERED,
    ids=[f"{name}-{target}-{mistake.name}" for name, target, mistake in COVERED],
)
def test_mistake_loses_points(name: str, target: str, mistake: Mistake) -> None:
    """At least one row that carries points finds it."""
    assignment, expected, points = load(name)
    rows = go_through_trial(
        assignment,
        resolve_with(resolve, mistake.target, make_wrong([mistake])),
        expected=expected,
        targets=(target,),
        limits=Limits(cpu_seconds=5.0),
    )
    assert any(
        points[row] > 0 and outcome.status not in (Status.PASSED, Status.NEEDS_REVIEW)
        for row, outcome in rows
    )

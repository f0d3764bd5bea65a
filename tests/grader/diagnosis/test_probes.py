"""Probes tell all known mistakes of a function apart, under every convention."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import pytest

from grader.course.assignment import Assignment
from grader.course.catalogue import assignment_names, load_assignment
from grader.course.conventions import combinations as all_choices
from grader.course.trial import find_place
from grader.diagnosis.known import effects, know
from grader.diagnosis.matching import are_alike
from grader.diagnosis.observing import is_optional
from grader.diagnosis.probes import probed_targets, probes_for
from reference.mistakes import mistakes_of


def covered() -> Iterator[Any]:
    """Yield each target once under each way its probes may behave."""
    seen = set()
    for name in assignment_names():
        assignment = load_assignment(name).assignment
        for target in set(assignment.targets).intersection(probed_targets()):
            for settled in all_choices(assignment.conventions):
                probes = probes_for(target, assignment.targets)
                names = tuple(probe.name for probe in probes)
                behaviour = (target, names, effects(assignment, probes, settled))
                if behaviour not in seen:
                    seen.add(behaviour)
                    words = "-".join([target, *settled.values()])
                    yield pytest.param(assignment, target, settled, id=words)


@pytest.mark.parametrize(("assignment", "target", "settled"), tuple(covered()))
def test_all_mistakes_of_a_function_differ(
    assignment: Assignment, target: str, settled: dict[str, str]
) -> None:
    """No two mistakes agree on all probes, and none agrees with what is right."""
    known = know(assignment, target, settled)
    assert known is not None
    assert {found.names[0] for found in known.prints} == {
        mistake.name
        for mistake in mistakes_of(find_place(assignment, target))
        if mistake.using in {"", *(probe.using for probe in known.probes)}
    }
    alike = [
        (first.names[0], second.names[0])
        for first, second in combinations(known.prints, 2)
        if are_alike(first.signatures, second.signatures)
    ]
    assert alike == []
    assert [
        found.names[0] for found in known.prints if are_alike(found.signatures, known.right)
    ] == []


def test_every_function_with_mistakes_has_probes() -> None:
    """What an assignment checks and the catalogue knows mistakes of can be named."""
    targets = {
        target for name in assignment_names() for target in load_assignment(name).assignment.targets
    }
    assert {target for target in targets if mistakes_of(target)} <= {*probed_targets()}


@pytest.mark.parametrize("target", probed_targets())
def test_the_reference_gives_a_value_everywhere(target: str) -> None:
    """Every part of every probe is a number or an array of finite numbers, or tests overflow."""
    assignment = load_assignment("fully_connected").assignment
    known = know(assignment, target, {})
    assert known is not None
    assert {probe.name for probe in known.probes} == {key.partition("/")[0] for key in known.right}
    for key, signature in known.right.items():
        assert signature.is_value, key
        assert signature.odd == 0, key
        assert math.isfinite(signature.norm), key


@pytest.mark.parametrize("target", probed_targets())
def test_a_function_is_probed_at_two_sizes(target: str) -> None:
    """That a mistake fits at other sizes, too, needs other sizes."""
    probes = [probe for probe in probes_for(target) if not is_optional(f"{probe.name}/")]
    assert len(probes) > 1
    assert len({probe.name for probe in probes}) == len(probes)

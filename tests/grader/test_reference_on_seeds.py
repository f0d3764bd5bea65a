"""The reference against its own expected values, through every check of every assignment."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.candidate.local import LocalCandidate
from grader.course.assignment import Assignment
from grader.course.catalogue import assignment_names, load_assignment
from grader.course.conventions import apply
from grader.course.expected import compute, values_of
from grader.model import Kind, Status
from reference.targets import resolve


def load_without_trainings(name: str) -> Assignment:
    """Return an assignment without its trainings, which have thresholds and tests of their own."""
    assignment = load_assignment(name).assignment
    questions = [
        replace(q, checks=tuple(check for check in q.checks if check.kind is not Kind.TRAINING))
        for q in assignment.questions
    ]
    return replace(assignment, questions=tuple(questions))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", assignment_names())
def test_reference_earns_everything_whatever_the_seed(name: str, seed: int) -> None:
    """No draw of the inputs, no kink and no rounding fails the right answer."""
    assignment = load_without_trainings(name)
    expected = compute(assignment, seed)
    candidate = LocalCandidate(apply(resolve, assignment.conventions, {}))
    for check in assignment.checks:
        if check.kind is Kind.REVIEW:
            continue
        own = values_of(expected, assignment, check, {})
        for part, outcome in check.run(candidate, own, seed).items():
            assert outcome.status is Status.PASSED, f"{check.id}.{part}: {outcome.message}"
            assert not outcome.carried_forward
            assert outcome.evidence.notes == ()

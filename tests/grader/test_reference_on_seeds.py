"""The reference against its own expected values, through every check of the assignment."""

from __future__ import annotations

import pytest

from grader.candidate.local import LocalCandidate
from grader.course.catalogue import load_assignment
from grader.course.expected import compute
from grader.model import Status
from reference.targets import resolve


@pytest.mark.parametrize("seed", range(40))
def test_reference_earns_everything_whatever_the_seed(seed: int) -> None:
    """No draw of the inputs, no kink and no rounding fails the right answer."""
    assignment = load_assignment("fully_connected").assignment
    expected = compute(assignment, seed)
    candidate = LocalCandidate(resolve)
    for check in assignment.checks:
        own = {
            name.removeprefix(f"{check.id}/"): value
            for name, value in expected.items()
            if name.startswith(f"{check.id}/")
        }
        for part, outcome in check.run(candidate, own, seed).items():
            assert outcome.status is Status.PASSED, f"{check.id}.{part}: {outcome.message}"
            assert not outcome.carried_forward
            assert outcome.evidence.notes == ()

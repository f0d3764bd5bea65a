"""Which broken laws get a smaller example: causes of their own, in public, while time is left."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from grader import counterexamples
from grader.candidate.local import LocalCandidate
from grader.counterexamples import shrink_counterexamples
from grader.course.assignment import Assignment, Question
from grader.families.laws import layer_laws
from grader.model import CheckResult, Status
from grader.settings import Visibility
from reference.layers.dense import affine_backward
from reference.targets import resolve

SEED = 3
PART = "examples_add_up"
CHECK = layer_laws("affine_backward", {"affine_backward.properties": 3})
ASSIGNMENT = Assignment(
    name="laws",
    title="Laws",
    notebooks=(),
    questions=(Question(id="affine", title="Affine", checks=(CHECK,)),),
)


def divide_by_count(dout: Any, cache: Any) -> Any:
    """Return gradients of which that of the weights is averaged."""
    dx, dw, db = affine_backward(dout, cache)
    return dx, dw / len(dout), db


@pytest.fixture
def candidate() -> LocalCandidate:
    """Return a submission with that mistake."""
    return LocalCandidate(lambda name: divide_by_count if "backward" in name else resolve(name))


@pytest.fixture
def result(candidate: LocalCandidate) -> CheckResult:
    """Return the row of the law that it breaks."""
    return CheckResult(
        id=f"{CHECK.id}.{PART}",
        question="affine",
        kind=CHECK.kind,
        targets=CHECK.targets,
        outcome=CHECK.run(candidate, {}, SEED)[PART],
        score=0.0,
        max_score=1.0,
    )


def test_a_cause_of_its_own_is_shown_small(result: CheckResult, candidate: LocalCandidate) -> None:
    """The smallest example takes the place of the drawn one; what else is known stays."""
    known = replace(result, outcome=replace(result.outcome, diagnosis="averaged", hint="Why?"))
    (found,) = shrink_counterexamples([known], ASSIGNMENT, candidate, SEED)
    shown = found.outcome.evidence.counterexample
    assert shown.startswith("x = np.array([[0.1], [0.1]])\nw = np.array([[0.1]])\n")
    assert len(shown) < len(known.outcome.evidence.counterexample)
    assert found.outcome.status is Status.FAILED
    assert (found.outcome.diagnosis, found.outcome.hint) == ("averaged", "Why?")


def test_consequences_and_hidden_rows_are_left_alone(
    result: CheckResult, candidate: LocalCandidate
) -> None:
    """Nobody needs an example of what another function is to blame for, nor of a secret."""
    builds = replace(result.outcome.evidence, builds_on=("affine_forward",))
    rows = [
        replace(result, outcome=replace(result.outcome, evidence=builds)),
        replace(result, visibility=Visibility.HIDDEN),
        replace(result, outcome=replace(result.outcome, status=Status.PASSED)),
    ]
    assert shrink_counterexamples(rows, ASSIGNMENT, candidate, SEED) == rows


def test_rows_are_bounded(
    result: CheckResult, candidate: LocalCandidate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only so many rows are made smaller; the rest is shown as it was drawn."""
    monkeypatch.setattr(counterexamples, "ROWS", 0)
    assert shrink_counterexamples([result], ASSIGNMENT, candidate, SEED) == [result]

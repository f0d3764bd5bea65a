"""Hidden checks: right code passes whatever is drawn, and sizes differ from secret to secret."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.candidate.local import LocalCandidate
from grader.course.assignment import Assignment
from grader.course.catalogue import assignment_names, load_assignment
from grader.course.hidden_values import hidden_names
from grader.course.trial import run_trial
from grader.families.drawn import EXPERIMENTS
from grader.families.points import points_of
from grader.families.variants import hidden_variant
from grader.inputs import generator_for, make_inputs
from grader.model import Status
from grader.settings import Visibility
from reference.targets import resolve

NORMALISED = [name for name in EXPERIMENTS if "norm" in name]


def only_hidden(name: str) -> Assignment:
    """Return an assignment with its hidden checks alone."""
    assignment = load_assignment(name).assignment
    hidden = hidden_names(assignment)
    questions = (
        replace(one, checks=tuple(check for check in one.checks if check.id in hidden))
        for one in assignment.questions
    )
    return replace(assignment, questions=tuple(questions))


@pytest.mark.parametrize("name", assignment_names())
def test_right_code_passes_whatever_a_secret_draws(name: str) -> None:
    """The reference earns every hidden check on sizes and values of a few secrets."""
    assignment = only_hidden(name)
    assert assignment.checks
    for seed in (5, 2**31, 4_021_337_007):
        outcomes = run_trial(assignment, resolve, seed=seed)
        assert outcomes
        assert {outcome.status for outcome in outcomes.values()} == {Status.PASSED}


@pytest.mark.parametrize("name", assignment_names())
def test_hidden_checks_have_a_small_share_of_the_points(name: str) -> None:
    """Nobody fails a course by them, and every question in code that is a person's own has one."""
    assignment = load_assignment(name).assignment
    hidden = [c for c in assignment.checks if c.visibility is Visibility.HIDDEN]
    share = sum(sum(check.points.values()) for check in hidden)
    assert 1.0 <= share <= 6.0
    assert all(sum(check.points.values()) <= 1.0 for check in hidden)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_sizes_are_drawn(name: str) -> None:
    """Two secrets in a dozen give other shapes, and the reference takes all of them."""
    experiment = EXPERIMENTS[name]
    candidate = LocalCandidate(resolve)
    shapes = set()
    for seed in range(12):
        candidate.begin_check()
        values = make_inputs(experiment.inputs, generator_for(seed, name))
        experiment.observe(candidate, values)
        shapes.add(next(iter(values.values())).shape)
    assert len(shapes) > 1


def test_a_hidden_check_needs_points() -> None:
    """An assignment that uses a family says what its hidden checks are worth."""
    with pytest.raises(ValueError, match=r"points are missing for relu_forward\.hidden"):
        hidden_variant("relu_forward", {"relu_forward": 2})
    check = hidden_variant("relu_forward", {"relu_forward.hidden": 0.5})
    assert check.points == points_of("relu_forward.hidden", ("out",), {"relu_forward.hidden": 0.5})
    assert check.visibility is Visibility.HIDDEN


def test_eps_is_not_asked_for_here() -> None:
    """Which eps a normalisation takes is a public check's business."""
    for name in NORMALISED:
        assert hidden_variant(name, {f"{name}.hidden": 1}).tolerance == 1e-4

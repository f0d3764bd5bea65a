"""Histories of trainings are drawn if they are any, and cost nothing if they are none."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader.candidate.base import CallFailed, Failure, Operation, Read, Reply
from grader.candidate.local import LocalCandidate
from grader.candidate.wire import Handle
from grader.checks.cells import CellCheck
from grader.checks.curves import LOSS, POINTS, TRAINING, VALIDATION, curves_of
from grader.checks.training import TrainingCheck
from grader.families.training import by_heart_check, linear_check, toy_check, two_layer_check
from grader.model import CheckResult, Outcome, Status
from grader.report.visibility import STUDENT, shown_check
from grader.settings import Visibility
from reference.targets import resolve

Judge = Callable[..., dict[str, Outcome]]

LINEAR = "linear_classifier:Softmax"
CELL = """
np.random.seed(0)
net = TwoLayerNet(4, 10, 3, std=1e-1)
X, y = np.random.randn(5, 4), np.array([0, 1, 2, 2, 1])
stats = net.train(X, y, X, y, learning_rate=1e-1, reg=5e-6, num_iters=30, verbose=False)
assert stats['loss_history'][-1] < LIMIT
"""

anything: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.complex_numbers()
    | st.text(max_size=3)
    | st.just(Handle(1, "odd"))
    | hnp.arrays(
        st.sampled_from(["f2", "f8", "i8", "c16", "?", "U2"]), hnp.array_shapes(min_side=0)
    ),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(
            st.sampled_from(["loss_history", "train_acc_history", "val_acc_history", "other"]),
            inner,
        )
    ),
    max_leaves=12,
)


@given(anything)
def test_whatever_comes_back_gives_bounded_finite_curves_or_none(histories: Any) -> None:
    """Nothing raises, and what is drawn are finite numbers, one a step."""
    for curve in curves_of(histories):
        assert curve.name in (LOSS, TRAINING, VALIDATION)
        assert 2 <= len(curve.values) == len(curve.steps) <= POINTS
        assert all(type(number) is float and math.isfinite(number) for number in curve.values)
        assert list(curve.steps) == sorted(set(curve.steps))


def test_the_histories_of_a_training_are_named() -> None:
    """Losses are those of steps, accuracies those of epochs, the first before any was done."""
    loss, training = curves_of(
        {"loss_history": [3, np.float32(2), 1.5], "train_acc_history": np.array([0.5, 1.0])}
    )
    assert (loss.name, loss.unit, loss.steps) == (LOSS, "iteration", (1.0, 2.0, 3.0))
    assert loss.values == (3.0, 2.0, 1.5)
    assert (training.name, training.unit, training.steps) == (TRAINING, "epoch", (0.0, 1.0))


def test_epochs_of_one_step_begin_at_one() -> None:
    """The first step is the first epoch then, and measured once."""
    _, training = curves_of({"loss_history": [2.0, 1.0], "train_acc_history": [0.5, 1.0]})
    assert training.steps == (1.0, 2.0)


def test_losses_alone_are_a_curve() -> None:
    """Linear classifiers give back nothing but the list."""
    assert [curve.name for curve in curves_of([2.0, 1.0])] == [LOSS]


def test_long_histories_are_thinned_evenly() -> None:
    """First and last stay, and each value keeps its step."""
    (curve,) = curves_of(list(range(10_001)))
    assert len(curve.values) == POINTS
    assert (curve.steps[0], curve.steps[-1]) == (1.0, 10_001.0)
    assert [value + 1 for value in curve.values] == list(curve.steps)
    assert set(np.diff(curve.steps)) <= {50.0, 51.0}


@pytest.mark.parametrize(
    "history",
    [
        *(None, 1.0, "12", [], [1.0], [1.0, math.nan], [1.0, math.inf], [1.0, None]),
        *([1.0, [1.0, 2.0]], np.ones((2, 2)), [1.0, 10**400], {0: 1.0, 1: 2.0}, [1.0, np.ones(3)]),
    ],
)
def test_anything_else_is_no_curve(history: Any) -> None:
    """What is too short, not finite or no list is left out; the others stay."""
    found = curves_of({"loss_history": history, "val_acc_history": [0.0, 1.0]})
    assert [curve.name for curve in found] == [VALIDATION]


@pytest.mark.parametrize(
    ("check", "names"),
    [
        (linear_check("Softmax", 1), [LOSS]),
        (toy_check(1), [LOSS, TRAINING, VALIDATION]),
        (two_layer_check(1), [LOSS, VALIDATION]),
        (by_heart_check(1), [LOSS, TRAINING]),
    ],
)
def test_a_training_that_passes_has_curves(
    judge: Judge, check: TrainingCheck, names: list[str]
) -> None:
    """The loss falls; a net that learns by heart is watched on what it is trained on."""
    outcome = judge(check)["accuracy"]
    assert outcome.status is Status.PASSED
    curves = outcome.evidence.curves
    assert [curve.name for curve in curves] == names
    assert curves[0].values[-1] < curves[0].values[0]
    assert all(0 <= value <= 1 for curve in curves[1:] for value in curve.values)


def training_without(history: Any) -> type:
    """Return the classifier with something else for its history."""
    base: Any = resolve(LINEAR)

    class Silent(base):  # type: ignore[misc]
        def train(self, *args: Any, **kwargs: Any) -> Any:
            super().train(*args, **kwargs)
            return history

    return Silent


@pytest.mark.parametrize("history", [None, "text", [math.nan] * 3, {"loss_history": [[1, 2], 2]}])
def test_a_training_without_histories_passes_as_it_would(judge: Judge, history: Any) -> None:
    """Verdict and measured accuracy do not depend on what is told."""
    check = linear_check("Softmax", 1)
    outcome = judge(check, {LINEAR: training_without(history)})["accuracy"]
    assert outcome.evidence.curves == ()
    right = judge(check)["accuracy"]
    assert replace(outcome, evidence=right.evidence) == right


class Unlearning:
    """Mixed into a classifier, it gives one label to everything."""

    def predict(self, X: Any) -> Any:
        """Return zeros."""
        return np.zeros(len(X))


def test_a_training_that_falls_short_shows_how_it_went(judge: Judge) -> None:
    """Curves come with what failed, too."""
    base: Any = resolve(LINEAR)
    wrong = type("Softmax", (Unlearning, base), {})
    outcome = judge(linear_check("Softmax", 1), {LINEAR: wrong})["accuracy"]
    assert outcome.status is Status.FAILED
    assert [curve.name for curve in outcome.evidence.curves] == [LOSS]


class Forgetful(LocalCandidate):
    """The reference, whose histories nobody can read."""

    def run(self, operations: Sequence[Operation]) -> list[Reply]:
        """Carry out operations, but fail for an attribute that is a history."""
        for operation in operations:
            if isinstance(operation, Read) and "_history" in str(operation.path):
                raise CallFailed(Failure(Status.ERRORED, "AttributeError: it has none."))
        return super().run(operations)


def test_a_solver_that_cannot_be_asked_costs_nothing(judge: Judge) -> None:
    """Its histories are asked for once everything is judged, and may be gone."""
    check = two_layer_check(1)
    candidate = Forgetful(resolve)
    outcome = check.run(candidate, check.expect(candidate, 7), 7)["accuracy"]
    assert outcome.evidence.curves == ()
    right = judge(check, seed=7)["accuracy"]
    assert replace(outcome, evidence=right.evidence) == right


@pytest.mark.parametrize(("limit", "status"), [("9", Status.PASSED), ("0", Status.FAILED)])
def test_a_cell_that_trains_has_curves(judge: Judge, limit: str, status: Status) -> None:
    """What its training gave back is drawn, whether it passes or not."""
    cell = CellCheck(
        id="train.cell",
        source=CELL.replace("LIMIT", limit),
        setup=("import numpy as np\nfrom course.classifiers.neural_net import TwoLayerNet\n",),
        points={"loss_history": 1.0},
    )
    (outcome,) = judge(cell).values()
    assert outcome.status is status
    assert [curve.name for curve in outcome.evidence.curves] == [LOSS, TRAINING, VALIDATION]


@pytest.mark.parametrize("visibility", [Visibility.HIDDEN, Visibility.AFTER_DUE])
def test_students_see_no_curves_of_what_is_hidden(judge: Judge, visibility: Visibility) -> None:
    """How hidden data were learnt is taken out."""
    check = linear_check("Softmax", 1)
    outcome = judge(check)["accuracy"]
    row = CheckResult("a.accuracy", "a", check.kind, check.targets, outcome, 1.0, 1.0, visibility)
    assert outcome.evidence.curves
    assert shown_check(row, STUDENT).outcome.evidence.curves == ()
    public = replace(row, visibility=Visibility.PUBLIC)
    assert shown_check(public, STUDENT).outcome.evidence.curves == outcome.evidence.curves

"""Checks of classifiers that train themselves: the reference passes, wrong versions fail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from grader.candidate.base import CallFailed, Failure, Operation, Reply
from grader.candidate.local import LocalCandidate
from grader.checks.classifiers import Classifier
from grader.checks.descent import DescentCheck
from grader.checks.draws import DrawsCheck
from grader.checks.gradient import GradientCheck
from grader.checks.linear import ClassifierLoss, LinearLoss, Prediction
from grader.checks.probes import RegularizationProbe
from grader.checks.value import ValueCheck
from grader.inputs import fixed, integers, normal
from grader.model import Outcome, Status
from reference.linear_classifiers import Softmax, softmax_loss_vectorized
from reference.models.toy import OutputFirstTwoLayerNet, TwoLayerNet

SOFTMAX = "linear_classifier:Softmax"
NETWORK = "neural_net:TwoLayerNet"
SEED = 7

Judge = Callable[..., dict[str, Outcome]]

softmax = Classifier(target=SOFTMAX, weights={"W": normal(5, 4)})
# Declared as (H, D) and (C, H); the reference's own network keeps (D, H) and (H, C).
network = Classifier(
    target=NETWORK,
    arguments=(4, 6, 3),
    store="params",
    weights={
        "W1": normal(6, 4),
        "b1": normal(6, scale=0.3, offset=2.0),
        "W2": normal(3, 6),
        "b2": normal(3),
    },
)
validation = (normal(40, 4), integers(3, 40))

steps = DescentCheck(
    id="steps",
    classifier=softmax,
    example=normal(5),
    label=3,
    steps=4,
    learning_rate=0.3,
    reg=0.2,
    points={"W": 1, "loss_history": 1},
)
epochs = DescentCheck(
    id="epochs",
    classifier=network,
    example=normal(4, scale=0.3),
    label=1,
    steps=5,
    learning_rate=0.2,
    reg=0.1,
    decay=0.5,
    validation=validation,
    points=dict.fromkeys(
        ("W1", "b1", "W2", "b2", "loss_history", "train_acc_history", "val_acc_history"), 1
    ),
)
draws = DrawsCheck(
    id="draws",
    classifier=softmax,
    X=normal(9, 5),
    y=fixed([0, 3, 1, 2, 0, 2, 3, 1, 0]),
    points={"loss_history": 1},
)


def statuses(outcomes: dict[str, Outcome]) -> set[Status]:
    """Return the statuses of all parts."""
    return {outcome.status for outcome in outcomes.values()}


@pytest.mark.parametrize("check", [steps, epochs, draws], ids=lambda check: check.id)
def test_reference_trains_right(check: Any, judge: Judge) -> None:
    """The reference passes on several seeds."""
    for seed in range(5):
        assert statuses(judge(check, seed=seed)) == {Status.PASSED}


@pytest.mark.parametrize("kind", [TwoLayerNet, OutputFirstTwoLayerNet])
def test_weights_may_be_kept_either_way_round(kind: Any, judge: Judge) -> None:
    """Scores, gradients, training and labels are judged alike for (D, H) and (H, D)."""
    X, y = normal(8, 4), integers(3, 8)
    loss = ClassifierLoss(classifier=network, X=X, y=y, reg=0.3, observed=("W1", "b1", "W2", "b2"))
    scores = ClassifierLoss(classifier=network, X=X, y=y, observed=("scores",))
    checks = (
        GradientCheck(
            id="gradients", experiment=loss, points=dict.fromkeys(("W1", "b1", "W2", "b2"), 1)
        ),
        ValueCheck(id="scores", experiment=scores, points={"scores": 1}),
        ValueCheck(
            id="labels", experiment=Prediction(classifier=network, X=X), points={"labels": 1}
        ),
        epochs,
    )
    for check in checks:
        assert statuses(judge(check, {NETWORK: kind})) == {Status.PASSED}


def test_training_is_judged_apart_from_the_loss(judge: Judge) -> None:
    """A right loop over a wrong loss passes; the loss is charged elsewhere."""

    class WrongLoss(Softmax):
        def loss(self, X_batch: Any, y_batch: Any, reg: float) -> Any:
            loss, gradient = super().loss(X_batch, y_batch, reg)
            return 3 * loss, gradient + 1.0

    assert statuses(judge(steps, {SOFTMAX: WrongLoss})) == {Status.PASSED}
    assert statuses(judge(draws, {SOFTMAX: WrongLoss})) == {Status.PASSED}


def test_loss_without_gradient_earns_nothing_for_standing_still(judge: Judge) -> None:
    """A stub's zeros let no step be judged, and a loop that takes none does not pass."""

    class Stub(Softmax):
        def loss(self, X_batch: Any, y_batch: Any, reg: float) -> Any:
            return 0.0, np.zeros((5, 4))

    outcomes = judge(steps, {SOFTMAX: Stub})
    assert statuses(outcomes) == {Status.FAILED}
    assert "no gradient of W" in outcomes["W"].message
    assert statuses(judge(draws, {SOFTMAX: Stub})) == {Status.FAILED}


def test_minibatches_of_the_first_examples_only_are_told(judge: Judge) -> None:
    """Whoever counts features where examples are meant never sees the last examples."""

    class CountsFeatures(Softmax):
        def train(self, X: Any, y: Any, *args: Any, **settings: Any) -> Any:
            return super().train(X[: X.shape[1]], y[: X.shape[1]], *args, **settings)

    outcomes = judge(draws, {SOFTMAX: CountsFeatures})
    assert statuses(outcomes) == {Status.FAILED}
    assert "40 steps take no more than 5 of 9" in outcomes["loss_history"].message


class Reporting(LocalCandidate):
    """Reports what a function raises, as a sandbox does."""

    def run(self, operations: Sequence[Operation]) -> list[Reply]:
        """Carry out operations, or say that one raised."""
        try:
            return super().run(operations)
        except ValueError as error:
            raise CallFailed(Failure(Status.ERRORED, str(error))) from error


def test_training_that_asks_whether_weights_equal_none_is_followed(
    reference: LocalCandidate,
) -> None:
    """Old code cannot go on from weights that are there; its own draws are looked at instead."""

    class Old(Softmax):
        def train(self, X: Any, y: Any, *args: Any, **settings: Any) -> Any:
            if self.W == None:  # noqa: E711 - what the test is about
                return super().train(X, y, *args, **settings)
            raise AssertionError

    class TwiceAsFar(Old):
        def train(self, X: Any, y: Any, *args: Any, **settings: Any) -> Any:
            settings["learning_rate"] *= 2
            return super().train(X, y, *args, **settings)

    expected = steps.expect(reference, SEED)
    right = steps.run(Reporting(lambda _: Old), expected, SEED)
    assert statuses(right) == {Status.PASSED}
    wrong = steps.run(Reporting(lambda _: TwiceAsFar), expected, SEED)
    assert statuses(wrong) == {Status.FAILED}


@pytest.mark.parametrize("factor", [0.5, 1.0])
def test_probe_sees_the_factor_of_a_loss_that_is_wrong_otherwise(
    factor: float, judge: Judge
) -> None:
    """Only the term that regularisation adds decides."""

    def loss(reg: float) -> LinearLoss:
        return LinearLoss(
            target="softmax:softmax_loss_vectorized",
            W=normal(4, 3),
            X=normal(6, 4),
            y=integers(3, 6),
            reg=reg,
        )

    def not_averaged(W: Any, X: Any, y: Any, reg: float) -> Any:
        value, gradient = softmax_loss_vectorized(W, X, y, 0.0)
        return value * len(X) + factor * reg * np.sum(W * W), gradient

    probe = RegularizationProbe(id="probe", pairs=((loss(2.0), loss(0.0)),), points={"factor": 0})
    expected = Status.PASSED if factor == 1.0 else Status.FAILED
    found = judge(probe, {"softmax:softmax_loss_vectorized": not_averaged})
    assert statuses(found) == {expected}

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from grader.candidate.base import CallFailed
from grader.candidate.local import LocalCandidate
from grader.candidate.wire import Handle
from grader.checks.training import AccuracyScore, Form, Images, TrainingCheck
from grader.checks.training.calibration import require_reach, threshold
from grader.checks.training.images import perturb
from grader.checks.training.predictions import predict
from grader.errors import AssignmentError
from grader.families.training import by_heart_check, linear_check, toy_check, two_layer_check
from grader.model import Outcome, Status
from reference.targets import resolve

Judge = Callable[..., dict[str, Outcome]]


@pytest.mark.parametrize("form", Form)
def test_images_are_the_same_for_the_same_generator(form: Form) -> None:
    """Equal generators give equal sets, balanced, in the form that the model takes."""
    images = Images(training=30, validation=20, held_out=10, form=form)
    first, second = (images.draw(np.random.default_rng(3)) for _ in range(2))
    assert np.array_equal(first.held_out.X, second.held_out.X)
    assert np.bincount(first.training.y).tolist() == [3] * 10
    shapes = {Form.IMAGES: (20, 3, 8, 8), Form.ROWS: (20, 192), Form.ROWS_AND_ONE: (20, 193)}
    assert first.validation.X.shape == shapes[form]
    assert form is not Form.ROWS_AND_ONE or np.all(first.training.X[:, -1] == 1)


def test_inverted_patterns_leave_nothing_to_the_mean_image() -> None:
    """Half of a class's images are its pattern with the opposite sign."""
    drawn = Images(training=400, noise=0.1, classes=2).draw(np.random.default_rng(0)).training
    assert abs(drawn.X[drawn.y == 0].mean(axis=0)).max() < 0.7
    assert abs(drawn.X[drawn.y == 0]).mean() > 0.7


@pytest.mark.parametrize("wrong", [{"grain": 3}, {"training": 9}, {"held_out": 0}])
def test_images_that_cannot_be_drawn_are_refused(wrong: dict[str, int]) -> None:
    """The message names the argument and its value."""
    name, value = next(iter(wrong.items()))
    with pytest.raises(ValueError, match=f"{name} is {value}"):
        Images(**wrong)  # type: ignore[arg-type]


def test_unlike_patterns_are_orthogonal() -> None:
    """Noise aside, images of two classes have nothing in common, and spread by 1."""
    images = Images(shape=(3, 4, 4), grain=1, classes=5, noise=0.0, inverted=False, unlike=True)
    drawn = images.draw(np.random.default_rng(0)).training
    rows = np.array([drawn.X[drawn.y == label][0].ravel() for label in range(5)])
    np.testing.assert_allclose(rows @ rows.T, 48 * np.eye(5), atol=1e-9)


def test_images_asked_for_again_are_none_that_were_seen() -> None:
    """They come in another order and a little changed, with their labels."""
    drawn = Images(training=30).draw(np.random.default_rng(0)).training
    again = perturb(drawn, np.random.default_rng(1))
    distances = np.abs(again.X[:, None] - drawn.X[None]).reshape(30, 30, -1).max(axis=2)
    nearest = distances.argmin(axis=1)
    assert np.array_equal(drawn.y[nearest], again.y)
    assert sorted(nearest) == list(range(30)) != list(nearest)
    assert 0 < distances.min(axis=1).min() <= distances.min(axis=1).max() < 0.02


@pytest.mark.parametrize(
    ("accuracy", "share"),
    [(0.1, 0), (0.28, 0), (0.2899, 0), (0.29, 1 / 22), (0.57, 1), (0.39, 0.5), (0.5, 1), (1, 1)],
)
def test_points_grow_by_whole_percents(accuracy: float, share: float) -> None:
    """The formula of a handout: min(floor(X - 28 %) / 22 %, 1)."""
    assert AccuracyScore(0.28, 0.5).share(accuracy) == pytest.approx(share)


@pytest.mark.parametrize("ends", [(0.5, 0.28), (-0.1, 0.5), (0.3, 1.1), (0.3, float("nan"))])
def test_a_score_goes_from_less_to_more(ends: tuple[float, float]) -> None:
    """Accuracies that do not grow, or are none, are refused."""
    with pytest.raises(ValueError, match="nothing_until"):
        AccuracyScore(*ends)


@pytest.mark.parametrize(
    ("worst", "asked"), [(1.0, 0.9), (0.999, 0.85), (0.95, 0.85), (0.7, 0.6), (0.62, 0.5)]
)
def test_thresholds_lie_below_the_worst_by_the_margin(worst: float, asked: float) -> None:
    """They are rounded down to whole steps."""
    assert threshold([1.0, worst], margin=0.1, classes=10, name="a") == asked


def test_a_reference_that_learns_too_little_is_the_instructors_mistake() -> None:
    """No threshold could tell it from a guess, and nobody could earn everything."""
    with pytest.raises(AssignmentError, match="a: the reference gets only 42%"):
        threshold([0.9, 0.42], margin=0.1, classes=10, name="a")
    with pytest.raises(AssignmentError, match="a: the reference gets 55%"):
        require_reach([0.9, 0.55], 0.5, margin=0.1, name="a")


class Answering(LocalCandidate):
    """Keeps one object that gives the same answer to every question."""

    def __init__(self, answer: Any) -> None:
        super().__init__(resolve)
        self.model = type("Model", (), {"predict": lambda *_: answer})
        self.handle = Handle(1, "Model")
        self._objects[1] = self.model()


@pytest.mark.parametrize("answer", [[1, 0, 2], np.array([[1.0], [0.0], [2.0]]), (1, 0, 2)])
def test_labels_may_come_as_any_array_or_list(answer: Any) -> None:
    """Whole numbers count, whatever holds them."""
    candidate = Answering(answer)
    got = predict(candidate, candidate.handle, "predict", np.zeros((3, 2)), 3)
    assert got.tolist() == [1, 0, 2]


@pytest.mark.parametrize(
    "answer",
    [
        *(None, 1, "012", [1, 0], [1, 0, 3], [1, 0, -1], [1, 0, 0.5], [1, 0, float("nan")]),
        *([1, [0, 2]], [True, False, True], np.array([1j, 0, 2]), {0: 1}, [None] * 3),
    ],
)
def test_anything_else_is_no_label(answer: Any) -> None:
    """It fails the check in words and breaks nothing."""
    candidate = Answering(answer)
    with pytest.raises(CallFailed, match=r"Model\.predict gave"):
        predict(candidate, candidate.handle, "predict", np.zeros((3, 2)), 3)


@pytest.mark.parametrize("name", ["runs", "attempts"])
def test_a_check_trains_at_least_once(name: str) -> None:
    """Numbers of trainings below one are refused, and so are other parts."""
    with pytest.raises(ValueError, match=f"{name} is 0"):
        replace(two_layer_check(1), **{name: 0})
    with pytest.raises(ValueError, match="'accuracy'"):
        replace(two_layer_check(1), points={"loss": 1})


def test_calibration_repeats_itself() -> None:
    """The same seed gives the same threshold, and another seed other images."""
    reference = LocalCandidate(resolve)
    check = by_heart_check(1)
    assert check.expect(reference, 5) == check.expect(reference, 5)
    first, second = (check.images.draw(np.random.default_rng(seed)) for seed in (5, 6))
    assert not np.array_equal(first.training.X, second.training.X)


@pytest.mark.parametrize("check", [linear_check("Softmax", 1), toy_check(1), two_layer_check(1)])
def test_the_reference_passes(judge: Judge, check: TrainingCheck) -> None:
    """What calibrated a check passes it on another seed."""
    assert judge(check, seed=99)["accuracy"].status is Status.PASSED


def test_half_an_accuracy_earns_its_share(judge: Judge) -> None:
    """Where a formula gives the points, falling short of all of them is not nothing."""
    base: Any = resolve("linear_classifier:Softmax")

    class Hesitant(base):  # type: ignore[misc]
        def predict(self, X: Any) -> Any:
            labels = super().predict(X)
            labels[::2] = 0
            return labels

    check = replace(linear_check("Softmax", 1), score=AccuracyScore(0.1, 0.9), margin=0.05)
    outcome = judge(check, {"linear_classifier:Softmax": Hesitant})["accuracy"]
    assert outcome.status is Status.FAILED
    assert outcome.earned == pytest.approx(0.55, abs=0.03)


@pytest.mark.parametrize(("good_from", "status"), [(2, Status.PASSED), (3, Status.FAILED)])
def test_another_attempt_makes_up_for_bad_luck(
    judge: Judge, good_from: int, status: Status
) -> None:
    """A model that learns the second time has learnt; one that never does is tried twice only."""
    base: Any = resolve("linear_classifier:Softmax")
    made: list[int] = []

    class Late(base):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            made.append(1)

        def predict(self, X: Any) -> Any:
            return super().predict(X) * (len(made) >= good_from)

    outcome = judge(linear_check("Softmax", 1), {"linear_classifier:Softmax": Late})["accuracy"]
    assert (outcome.status, len(made)) == (status, 2)

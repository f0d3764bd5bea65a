from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import numpy as np
import pytest

from reference.linear_classifiers import (
    LinearClassifier,
    LinearSVM,
    Softmax,
    softmax_loss_naive,
    softmax_loss_vectorized,
    svm_loss_naive,
    svm_loss_vectorized,
)

Loss: TypeAlias = Callable[..., tuple[float, np.ndarray]]
LOSSES = [softmax_loss_naive, softmax_loss_vectorized, svm_loss_naive, svm_loss_vectorized]
every_loss = pytest.mark.parametrize("loss_function", LOSSES)
both_classifiers = pytest.mark.parametrize("classifier", [LinearSVM, Softmax])


def draw_problem(seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return weights, examples and labels."""
    generator = np.random.default_rng(seed)
    W, X = generator.standard_normal((6, 4)), generator.standard_normal((9, 6))
    return W, X, generator.integers(4, size=9)


@every_loss
@pytest.mark.parametrize(("reg", "factor"), [(0.0, 1.0), (0.7, 1.0), (0.7, 0.5)])
def test_gradient_equals_central_differences(
    loss_function: Loss, reg: float, factor: float, differentiate: Callable[..., np.ndarray]
) -> None:
    """With either convention of the regularisation."""
    W, X, y = draw_problem()
    _, dW = loss_function(W, X, y, reg, regularization_factor=factor)
    slopes = differentiate(
        lambda: loss_function(W, X, y, reg, regularization_factor=factor)[0], W, np.ones(())
    )
    np.testing.assert_allclose(dW, slopes, rtol=1e-6, atol=1e-8)


@every_loss
def test_slope_along_random_directions_at_random_points(
    loss_function: Loss, seeds: Iterator[int], agree_along_a_direction: Callable[..., bool]
) -> None:
    """No seed makes the gradient disagree with the loss."""
    for seed in seeds:
        points = (10 * seed + draw for draw in range(5))
        assert any(agree_at(loss_function, point, agree_along_a_direction) for point in points), (
            f"five kinks in a row at seed {seed}"
        )


def agree_at(loss_function: Loss, seed: int, agree_along_a_direction: Callable[..., bool]) -> bool:
    """Compare at one point; False at a kink."""
    W, X, y = draw_problem(seed)
    return agree_along_a_direction(
        lambda moved: loss_function(moved["W"], X, y, 0.3)[0],
        {"W": W},
        {"W": loss_function(W, X, y, 0.3)[1]},
        np.random.default_rng([seed, 1]),
    )


@every_loss
def test_regularisation_is_the_sum_of_squares_times_strength_and_factor(
    loss_function: Loss,
) -> None:
    """The factor is 1 where none is named."""
    W, X, y = draw_problem()
    plain, _ = loss_function(W, X, y, 0.0)
    penalty = 0.7 * float((W**2).sum())
    assert loss_function(W, X, y, 0.7)[0] == pytest.approx(plain + penalty)
    half, _ = loss_function(W, X, y, 0.7, regularization_factor=0.5)
    assert half == pytest.approx(plain + penalty / 2)


@pytest.mark.parametrize(("naive", "vectorized"), [LOSSES[:2], LOSSES[2:]])
@pytest.mark.parametrize("seed", range(20))
def test_naive_and_vectorised_losses_agree(naive: Loss, vectorized: Loss, seed: int) -> None:
    """Loss and gradient, to rounding."""
    W, X, y = draw_problem(seed)
    for slow, fast in zip(naive(W, X, y, 0.1), vectorized(W, X, y, 0.1), strict=True):
        np.testing.assert_allclose(fast, slow, rtol=1e-12, atol=1e-12)


@every_loss
def test_small_weights_lose_what_chance_loses(loss_function: Loss) -> None:
    """Softmax loses the logarithm of the number of classes, the hinge all but one margin."""
    W, X, y = draw_problem()
    loss, _ = loss_function(1e-6 * W, X, y, 0.0)
    expected = np.log(4) if "softmax" in loss_function.__name__ else 3
    assert loss == pytest.approx(expected, abs=1e-4)


@every_loss
def test_large_scores_do_not_overflow(loss_function: Loss) -> None:
    """Weights of a diverged training still give finite numbers."""
    W, X, y = draw_problem()
    loss, dW = loss_function(1e6 * W, X, y, 0.0)
    assert np.isfinite(loss)
    assert np.isfinite(dW).all()


@every_loss
def test_float32_gives_a_float32_gradient(loss_function: Loss) -> None:
    """The regularisation strength may be a NumPy scalar of a random search."""
    W, X, y = draw_problem()
    _, dW = loss_function(W.astype(np.float32), X.astype(np.float32), y, np.float64(0.1))
    assert dW.dtype == np.float32


@every_loss
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"W": np.ones((5, 4))}, r"W has shape \(5, 4\): expected \(6, C\)"),
        ({"X": np.ones(6)}, r"X has shape \(6,\): expected \(N, D\)"),
        ({"X": np.ones((0, 6)), "y": np.ones(0, int)}, "expected at least one example"),
        ({"y": np.full(9, 4)}, r"y\[0\] is 4: expected a label from 0 to 3"),
    ],
)
def test_bad_arguments_are_named(
    loss_function: Loss, change: dict[str, np.ndarray], message: str
) -> None:
    """The error says what was found and what was expected."""
    arguments = dict(zip(("W", "X", "y"), draw_problem(), strict=True)) | change
    with pytest.raises(ValueError, match=message):
        loss_function(**arguments, reg=0.0)


def draw_clusters() -> tuple[np.ndarray, np.ndarray]:
    """Return three clusters that lines through a bias separate."""
    generator = np.random.default_rng(0)
    y = np.repeat(np.arange(3), 50)
    centres = np.array([[4.0, 0, 1], [0, 4, 1], [-4, -4, 1]])
    noise = np.array([1.0, 1, 0]) * generator.standard_normal((150, 3))
    return centres[y] + 0.5 * noise, y


@both_classifiers
def test_classifier_learns_clusters(classifier: type[LinearClassifier]) -> None:
    """The loss falls and every example is classified."""
    X, y = draw_clusters()
    model = classifier()
    generator = np.random.default_rng(1)
    history = model.train(
        X, y, learning_rate=0.1, num_iters=300, batch_size=50, generator=generator
    )
    assert len(history) == 300
    assert history[-1] < 0.2 * history[0]
    np.testing.assert_array_equal(model.predict(X), y)


@both_classifiers
def test_training_repeats_itself_from_a_seed(classifier: type[LinearClassifier]) -> None:
    """Weights and minibatches come from the generator alone, and X is not written to."""
    X, y = draw_clusters()
    X.flags.writeable = False
    first, second = (
        classifier().train(X, y, num_iters=5, generator=np.random.default_rng(3)) for _ in range(2)
    )
    assert first == second


def test_training_goes_on_from_the_weights_that_are_there() -> None:
    """A second call does not draw new ones."""
    X, y = draw_clusters()
    model = Softmax()
    model.W = np.zeros((3, 3))
    history = model.train(X, y, num_iters=1)
    assert history[0] == pytest.approx(np.log(3))


def test_training_prints_only_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    """One line for every hundredth step."""
    X, y = draw_clusters()
    Softmax().train(X, y, num_iters=150)
    assert capsys.readouterr().out == ""
    Softmax().train(X, y, num_iters=150, verbose=True)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["iteration 0 / 150", "iteration 100 / 150"]


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda model, X, _: model.predict(X), "W is None: expected weights, which train draws"),
        (lambda model, X, y: model.train(X, y[:3]), r"y has shape \(3,\): expected \(150,\)"),
        (lambda model, X, y: model.train(X, -y), "expected a label from 0 to"),
        (lambda model, X, y: model.train(X[0], y), r"X has shape \(3,\): expected \(N, D\)"),
        (lambda model, X, y: model.train(X, y, batch_size=0), "batch_size is 0: expected"),
    ],
)
def test_bad_calls_of_a_classifier_are_named(act: Callable[..., Any], message: str) -> None:
    """The error says what was found and what was expected."""
    with pytest.raises(ValueError, match=message):
        act(Softmax(), *draw_clusters())


def test_base_class_has_no_loss() -> None:
    """Subclasses give it."""
    with pytest.raises(NotImplementedError, match="LinearClassifier defines no loss"):
        LinearClassifier().train(*draw_clusters())

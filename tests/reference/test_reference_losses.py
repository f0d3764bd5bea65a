from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import value_and_grad
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.losses import softmax_loss, svm_loss

Loss: TypeAlias = Callable[[np.ndarray, np.ndarray], tuple[float, np.ndarray]]
both_losses = pytest.mark.parametrize("loss_function", [svm_loss, softmax_loss])


def expected_svm(x: Any, y: np.ndarray) -> Any:
    """Return the hinge loss written with a one-hot matrix."""
    truth = np.eye(x.shape[1])[y]
    margins = x - anp.sum(x * truth, axis=1)[:, None] + 1 - truth
    return anp.sum(anp.maximum(margins, 0)) / len(y)


def expected_softmax(x: Any, y: np.ndarray) -> Any:
    """Return the cross-entropy written with a one-hot matrix."""
    probabilities = anp.exp(x) / anp.sum(anp.exp(x), axis=1)[:, None]
    return -anp.sum(anp.log(probabilities) * np.eye(x.shape[1])[y]) / len(y)


@pytest.mark.parametrize(
    ("loss_function", "expected"), [(svm_loss, expected_svm), (softmax_loss, expected_softmax)]
)
@settings(max_examples=150, deadline=None, derandomize=True)
@given(examples=st.integers(1, 8), classes=st.integers(1, 8), seed=st.integers(0, 2**32 - 1))
def test_loss_and_gradient_agree_with_autograd(
    loss_function: Loss, expected: Callable[..., Any], examples: int, classes: int, seed: int
) -> None:
    """Both agree to 1e-10, down to one example and one class."""
    generator = np.random.default_rng(seed)
    x = generator.standard_normal((examples, classes))
    y = generator.integers(classes, size=examples)
    loss, dx = loss_function(x, y)
    expected_loss, expected_dx = value_and_grad(expected)(x, y)
    assert loss == pytest.approx(expected_loss, rel=1e-10, abs=1e-10)
    np.testing.assert_allclose(dx, expected_dx, rtol=0, atol=1e-10)


@both_losses
def test_slope_along_random_directions_at_random_points(
    loss_function: Loss, seeds: Iterator[int], agree_along_a_direction: Callable[..., bool]
) -> None:
    """No seed makes the gradient disagree with the loss."""
    for seed in seeds:
        assert any(
            agree_at(loss_function, [seed, draw], agree_along_a_direction) for draw in range(5)
        ), f"five kinks in a row at seed {seed}"


def agree_at(
    loss_function: Loss, seed: list[int], agree_along_a_direction: Callable[..., bool]
) -> bool:
    """Compare at one point; False at a kink."""
    generator = np.random.default_rng(seed)
    x, y = generator.standard_normal((6, 4)), generator.integers(4, size=6)
    return agree_along_a_direction(
        lambda moved: loss_function(moved["x"], y)[0],
        {"x": x},
        {"x": loss_function(x, y)[1]},
        generator,
    )


@both_losses
def test_gradient_equals_central_differences(
    loss_function: Loss, differentiate: Callable[..., np.ndarray]
) -> None:
    """Each entry is the slope of the loss."""
    generator = np.random.default_rng(1)
    x, y = generator.standard_normal((6, 4)), generator.integers(4, size=6)
    slopes = differentiate(lambda: loss_function(x, y)[0], x, np.ones(()))
    np.testing.assert_allclose(loss_function(x, y)[1], slopes, rtol=1e-6, atol=1e-9)


def test_softmax_loss_survives_scores_of_any_size() -> None:
    """Scores that would overflow an exponential give the exact loss and gradient."""
    x, y = np.array([[1e4, 0.0, -1e4], [-1e300, 1e300, 0.0]]), np.array([1, 1])
    loss, dx = softmax_loss(x, y)
    assert loss == 5e3
    np.testing.assert_array_equal(dx, [[0.5, -0.5, 0.0], [0.0, 0.0, 0.0]])


@both_losses
def test_adding_a_constant_to_the_scores_of_an_example_changes_nothing(
    loss_function: Loss,
) -> None:
    """Only differences of scores count."""
    generator = np.random.default_rng(2)
    x, y = generator.standard_normal((5, 3)), generator.integers(3, size=5)
    shift = generator.standard_normal((5, 1))
    for found, expected in zip(loss_function(x + shift, y), loss_function(x, y), strict=True):
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


@both_losses
def test_float32_scores_give_a_float32_gradient(loss_function: Loss) -> None:
    """The loss itself is a plain float, and the scores are not written to."""
    generator = np.random.default_rng(3)
    x = generator.standard_normal((5, 3)).astype(np.float32)
    x.flags.writeable = False
    loss, dx = loss_function(x, generator.integers(3, size=5))
    assert type(loss) is float
    assert dx.dtype == np.float32


@both_losses
def test_nan_passes_through(loss_function: Loss) -> None:
    """A score that is no number makes a loss that is none."""
    loss, _ = loss_function(np.array([[np.nan, 0.0], [1.0, 2.0]]), np.array([0, 1]))
    assert np.isnan(loss)


@both_losses
@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (np.zeros(3), np.array([0]), r"x has shape \(3,\): expected \(N, C\)"),
        (np.zeros((0, 3)), np.zeros(0, int), "x has shape .*: expected at least one example"),
        (np.zeros((2, 3)), np.array([0, 3]), r"y\[1\] is 3: expected a label from 0 to 2"),
        (np.zeros((2, 3)), np.array([-1, 0]), r"y\[0\] is -1: expected a label from 0 to 2"),
        (np.zeros((2, 3)), np.array([0]), r"y has shape \(1,\): expected \(2,\)"),
        (np.zeros((2, 3)), np.array([0.0, 1.0]), "y has dtype float64: expected an integer"),
        (np.zeros((2, 3)), [0, 1], "y has type list: expected an integer"),
        (np.zeros((2, 3), complex), np.array([0, 1]), "x has dtype complex128: expected a real"),
    ],
)
def test_bad_arguments_are_named(
    loss_function: Loss, x: np.ndarray, y: np.ndarray, message: str
) -> None:
    """The error says what was found and what was expected."""
    with pytest.raises(ValueError, match=message):
        loss_function(x, y)

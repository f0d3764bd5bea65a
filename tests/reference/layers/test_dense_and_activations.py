from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from reference.layers.activations import (
    leaky_relu_forward,
    relu_backward,
    relu_forward,
    sigmoid_forward,
    tanh_forward,
)
from reference.layers.dense import affine_backward, affine_forward


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        (((2, 3), (4, 5), (5,)), r"w has shape \(4, 5\): expected \(3, M\)"),
        (((2, 3), (3,), (5,)), r"w has shape \(3,\): expected \(3, M\)"),
        (((2, 3), (3, 5), (4,)), r"b has shape \(4,\): expected \(5,\)"),
        (((2, 3), (3, 5), (1, 5)), r"b has shape \(1, 5\): expected \(5,\)"),
        (((6,), (3, 5), (5,)), r"x has shape \(6,\): expected \(N, d_1"),
    ],
)
def test_shapes_that_do_not_fit_are_named(
    shapes: tuple[tuple[int, ...], ...], message: str
) -> None:
    """The error says what was found and what was expected."""
    with pytest.raises(ValueError, match=message):
        affine_forward(*(np.ones(shape) for shape in shapes))


def test_empty_minibatch_passes_through_an_affine_layer() -> None:
    """No examples give no outputs and weight gradients of 0."""
    out, cache = affine_forward(np.ones((0, 2, 3)), np.ones((6, 4)), np.ones(4))
    dx, dw, db = affine_backward(out, cache)
    assert (out.shape, dx.shape) == ((0, 4), (0, 2, 3))
    np.testing.assert_array_equal(dw, np.zeros((6, 4)))
    np.testing.assert_array_equal(db, np.zeros(4))


def test_cache_of_an_affine_layer_is_the_course_s() -> None:
    """Input, weights and biases, as they came."""
    arguments = np.ones((2, 3)), np.ones((3, 4)), np.ones(4)
    _, cache = affine_forward(*arguments)
    assert all(kept is given for kept, given in zip(cache, arguments, strict=True))


@pytest.mark.parametrize("forward", [relu_forward, sigmoid_forward, tanh_forward])
def test_lists_are_rejected(forward: Callable[..., object]) -> None:
    """An activation takes an array."""
    with pytest.raises(ValueError, match="x has type list: expected a real-valued ndarray"):
        forward([1.0, 2.0])


def test_relu_has_no_slope_at_its_kink() -> None:
    """The derivative at 0 is taken as 0, and infinities are not multiplied with it."""
    _, cache = relu_forward(np.array([-1.0, 0.0, 1.0]))
    dx = relu_backward(np.array([np.inf, np.inf, np.inf]), cache)
    np.testing.assert_array_equal(dx, [0, 0, np.inf])


@pytest.mark.parametrize("forward", [relu_forward, leaky_relu_forward, tanh_forward])
def test_nan_passes_through(forward: Callable[..., tuple[np.ndarray, object]]) -> None:
    """What is no number stays none."""
    assert np.isnan(forward(np.array([np.nan, 1.0]))[0][0])


def test_sigmoid_survives_arguments_of_any_size() -> None:
    """No exponential overflows, and small values keep their digits."""
    out, _ = sigmoid_forward(np.array([-1e4, -700.0, 0.0, 700.0, 1e4]))
    np.testing.assert_allclose(out, [0, np.exp(-700.0), 0.5, 1, 1], rtol=1e-12)

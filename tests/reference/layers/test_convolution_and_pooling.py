from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from reference.layers.combined_convolution import NAIVE, WindowLayers, conv_relu_pool_forward
from reference.layers.combined_convolution import conv_relu_pool_backward as backward
from reference.layers.convolution import conv_forward_naive
from reference.layers.pooling import max_pool_backward_naive, max_pool_forward_naive

X, W, B = np.ones((2, 3, 5, 5)), np.ones((4, 3, 3, 3)), np.ones(4)
CONV = {"stride": 1, "pad": 1}
POOL = {"pool_height": 2, "pool_width": 2, "stride": 2}


def test_convolution_does_not_flip_its_filters() -> None:
    """The response to a single bright pixel is the filter turned by half."""
    x = np.zeros((1, 1, 3, 3))
    x[0, 0, 1, 1] = 1
    w = np.arange(9.0).reshape(1, 1, 3, 3)
    out, _ = conv_forward_naive(x, w, np.zeros(1), CONV)
    np.testing.assert_array_equal(out[0, 0], w[0, 0, ::-1, ::-1])


def test_integral_float_is_accepted_as_padding() -> None:
    """The course computes a padding as ``(filter_size - 1) / 2``."""
    as_float, _ = conv_forward_naive(X, W, B, {"stride": 1, "pad": 1.0})
    np.testing.assert_array_equal(as_float, conv_forward_naive(X, W, B, CONV)[0])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((X[0], W, B, CONV), r"x has shape \(3, 5, 5\): expected \(N, C, H, W\)"),
        ((X, W[:, :2], B, CONV), r"w has shape \(4, 2, 3, 3\): expected \(F, 3, HH, WW\)"),
        ((X, W, B[:2], CONV), r"b has shape \(2,\): expected \(4,\)"),
        ((X, W, B, {"pad": 1}), r"conv_param\['stride'\] is None: expected a whole number"),
        ((X, W, B, {"stride": 0, "pad": 1}), r"conv_param\['stride'\] is 0: .* at least 1"),
        ((X, W, B, {"stride": 1, "pad": -1}), r"conv_param\['pad'\] is -1: .* at least 0"),
        ((X, W, B, {"stride": 1.5, "pad": 0}), r"conv_param\['stride'\] is 1.5"),
        ((X[..., :2], W, B, {"stride": 1, "pad": 0}), "width is 3: expected at most 2"),
    ],
)
def test_bad_arguments_of_a_convolution_are_named(arguments: tuple[Any, ...], message: str) -> None:
    """The error says what was found and what was expected."""
    with pytest.raises(ValueError, match=message):
        conv_forward_naive(*arguments)


def test_gradient_of_equal_maxima_goes_to_the_first() -> None:
    """Each upstream value arrives once, also where the whole window is equal."""
    _, cache = max_pool_forward_naive(np.ones((1, 1, 2, 2)), POOL)
    dx = max_pool_backward_naive(np.full((1, 1, 1, 1), 3.0), cache)
    np.testing.assert_array_equal(dx[0, 0], [[3, 0], [0, 0]])


def test_gradients_of_overlapping_windows_add_up() -> None:
    """A pixel that is the maximum of two windows receives both upstream values."""
    x = np.array([[0.0, 1.0, 0.0]]).reshape(1, 1, 1, 3)
    param = {"pool_height": 1, "pool_width": 2, "stride": 1}
    _, cache = max_pool_forward_naive(x, param)
    dx = max_pool_backward_naive(np.array([2.0, 5.0]).reshape(1, 1, 1, 2), cache)
    np.testing.assert_array_equal(dx.ravel(), [0, 7, 0])


def test_window_that_holds_nan_gives_nan() -> None:
    """A maximum does not skip what is no number."""
    x = np.ones((1, 1, 2, 2))
    x[0, 0, 1, 0] = np.nan
    assert np.isnan(max_pool_forward_naive(x, POOL)[0]).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pool_height": 0}, r"pool_param\['pool_height'\] is 0: .* at least 1"),
        ({"pool_width": 6}, r"pool_param\['pool_width'\] is 6: expected at most 5"),
        ({"stride": "2"}, r"pool_param\['stride'\] is '2'"),
    ],
)
def test_bad_arguments_of_pooling_are_named(change: dict[str, Any], message: str) -> None:
    """The error says what was found and what was expected."""
    with pytest.raises(ValueError, match=message):
        max_pool_forward_naive(X, POOL | change)


def test_combined_layers_run_forward_and_backward_on_the_layers_they_were_given() -> None:
    """The cache carries the choice, so that backward needs no argument for it."""
    calls: list[str] = []

    def record(name: str) -> Any:
        def call(*arguments: Any) -> Any:
            calls.append(name)
            return getattr(NAIVE, name)(*arguments)

        return call

    names = ("conv_forward", "conv_backward", "max_pool_forward", "max_pool_backward")
    layers = WindowLayers(*(record(name) for name in names))
    out, cache = conv_relu_pool_forward(X, W, B, CONV, POOL, layers=layers)
    backward(out, cache)
    assert calls == ["conv_forward", "max_pool_forward", "max_pool_backward", "conv_backward"]

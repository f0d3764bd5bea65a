from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from reference.fast import (
    conv_backward_fast,
    conv_forward_fast,
    max_pool_backward_fast,
    max_pool_forward_fast,
)
from reference.layers.combined_convolution import WindowLayers
from reference.models.convolutional import ThreeLayerConvNet
from reference.models.deep_convolutional import DeepConvNet

FAST = WindowLayers(
    conv_forward_fast, conv_backward_fast, max_pool_forward_fast, max_pool_backward_fast
)


def test_parameters_are_named_and_shaped_as_in_the_course() -> None:
    """Padding keeps the image's size and pooling halves it."""
    model = ThreeLayerConvNet()
    assert {name: array.shape for name, array in model.params.items()} == {
        "W1": (32, 3, 7, 7),
        "b1": (32,),
        "W2": (32 * 16 * 16, 100),
        "b2": (100,),
        "W3": (100, 10),
        "b3": (10,),
    }


@pytest.mark.parametrize(("image", "filter_size"), [((3, 7, 5), 3), ((1, 6, 6), 4), ((2, 5, 8), 1)])
def test_images_and_filters_of_any_size_fit(image: tuple[int, int, int], filter_size: int) -> None:
    """Odd images and even filters, which change the size, included."""
    model = ThreeLayerConvNet(image, 2, filter_size, 4, 3)
    assert model.loss(np.ones((2, *image))).shape == (2, 3)


@pytest.mark.parametrize("network", [ThreeLayerConvNet, DeepConvNet])
def test_naive_and_fast_layers_make_one_network(network: type[Any]) -> None:
    """Loss and gradients agree to rounding."""
    X = np.random.default_rng(0).standard_normal((3, 2, 9, 8))
    y = np.array([0, 1, 2])
    filters = 3 if network is ThreeLayerConvNet else (3, 4)
    naive, fast = (
        network((2, 9, 8), filters, dtype=np.float64, generator=np.random.default_rng(1), **options)
        for options in ({}, {"layers": FAST})
    )
    expected_loss, expected_grads = naive.loss(X, y)
    loss, grads = fast.loss(X, y)
    assert loss == pytest.approx(expected_loss, rel=1e-12)
    for name, gradient in grads.items():
        scale = np.abs(expected_grads[name]).max()
        atol = 1e-12 * max(1.0, scale)
        np.testing.assert_allclose(gradient, expected_grads[name], rtol=0, atol=atol)


def test_deep_network_names_and_shapes_its_parameters_in_forward_order() -> None:
    """Two convolutions, one hidden layer and the output."""
    model = DeepConvNet((3, 8, 8), (4, 5), 3, (6,), 10)
    assert {name: array.shape for name, array in model.params.items()} == {
        "W1": (4, 3, 3, 3),
        "b1": (4,),
        "gamma1": (4,),
        "beta1": (4,),
        "W2": (5, 4, 3, 3),
        "b2": (5,),
        "gamma2": (5,),
        "beta2": (5,),
        "W3": (5 * 2 * 2, 6),
        "b3": (6,),
        "gamma3": (6,),
        "beta3": (6,),
        "W4": (6, 10),
        "b4": (10,),
    }


def test_deep_network_draws_weights_that_keep_the_scale_of_activations() -> None:
    """Their variance is 2 over the number of inputs of a unit."""
    model = DeepConvNet((3, 8, 8), (40, 50), 3, (60,), 10, generator=np.random.default_rng(0))
    for name, inputs in (("W1", 27), ("W2", 360), ("W3", 200), ("W4", 60)):
        assert model.params[name].std() == pytest.approx(np.sqrt(2 / inputs), rel=0.1)
    fixed = DeepConvNet((3, 8, 8), (40,), weight_scale=0.3, generator=np.random.default_rng(0))
    assert fixed.params["W1"].std() == pytest.approx(0.3, rel=0.1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (((3, 8, 8), (4,), 4), "filter_size is 4: expected an odd number"),
        (((3, 8, 7), (4, 4, 4)), r"input_dim is \(3, 8, 7\): expected pixels for 3 halvings"),
    ],
)
def test_deep_network_names_sizes_that_do_not_fit(arguments: tuple[Any, ...], message: str) -> None:
    """The error says what was found and what was expected."""
    with pytest.raises(ValueError, match=message):
        DeepConvNet(*arguments)


@pytest.mark.parametrize(
    ("image", "filter_size", "message"),
    [
        ((3, 1, 8), 3, r"input_dim is \(3, 1, 8\): expected at least 2 by 2 pixels"),
        ((3, 2, 2), 4, r"input_dim is \(3, 2, 2\): expected at least 2 by 2 pixels"),
        ((3, 8, 8), 0, "filter_size is 0: expected a whole number of at least 1"),
    ],
)
def test_sizes_that_do_not_fit_are_named(
    image: tuple[int, int, int], filter_size: int, message: str
) -> None:
    """The error says what was found and what was expected."""
    with pytest.raises(ValueError, match=message):
        ThreeLayerConvNet(image, filter_size=filter_size)

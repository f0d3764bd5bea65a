from __future__ import annotations

from typing import Any

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import value_and_grad

from reference.models.fully_connected import FullyConnectedNet
from reference.models.two_layer import TwoLayerNet


@pytest.fixture
def batch() -> tuple[np.ndarray, np.ndarray]:
    """Return a minibatch of images."""
    generator = np.random.default_rng(0)
    return generator.standard_normal((6, 2, 5)), generator.integers(3, size=6)


def test_one_hidden_layer_is_the_two_layer_net(batch: tuple[np.ndarray, np.ndarray]) -> None:
    """Loss and gradients are the same numbers."""
    deep = FullyConnectedNet([8], 10, 3, reg=0.3, weight_scale=0.5, dtype=np.float64)
    two = TwoLayerNet(10, 8, 3, reg=0.3)
    two.params = deep.params
    loss, grads = deep.loss(*batch)
    expected_loss, expected_grads = two.loss(*batch)
    assert loss == expected_loss
    for name, gradient in grads.items():
        np.testing.assert_array_equal(gradient, expected_grads[name])


def test_deep_network_with_batch_normalization_agrees_with_autograd(
    batch: tuple[np.ndarray, np.ndarray],
) -> None:
    """Loss and every gradient, to 1e-10."""
    X, y = batch
    model = FullyConnectedNet(
        [8, 7, 6], 10, 3, normalization="batchnorm", reg=0.3, weight_scale=0.5, dtype=np.float64
    )

    def forward(params: dict[str, Any]) -> Any:
        h = X.reshape(6, 10)
        for layer in (1, 2, 3):
            a = anp.dot(h, params[f"W{layer}"]) + params[f"b{layer}"]
            centred = a - anp.mean(a, axis=0)
            scaled = centred / anp.sqrt(anp.mean(centred**2, axis=0) + 1e-5)
            h = anp.maximum(params[f"gamma{layer}"] * scaled + params[f"beta{layer}"], 0)
        scores = anp.dot(h, params["W4"]) + params["b4"]
        log_sums = anp.log(anp.sum(anp.exp(scores), axis=1))
        penalty = sum(anp.sum(params[f"W{layer}"] ** 2) for layer in (1, 2, 3, 4))
        return anp.mean(log_sums - scores[np.arange(6), y]) + 0.15 * penalty

    expected_loss, expected_grads = value_and_grad(forward)(model.params)
    loss, grads = model.loss(X, y)
    assert loss == pytest.approx(expected_loss, abs=1e-10)
    for name, gradient in grads.items():
        np.testing.assert_allclose(gradient, expected_grads[name], rtol=0, atol=1e-10)


def test_parameters_are_named_and_shaped_as_in_the_course() -> None:
    """The last layer has no normalisation."""
    model = FullyConnectedNet([8, 7], 10, 3, normalization="layernorm")
    assert {name: array.shape for name, array in model.params.items()} == {
        "W1": (10, 8),
        "b1": (8,),
        "gamma1": (8,),
        "beta1": (8,),
        "W2": (8, 7),
        "b2": (7,),
        "gamma2": (7,),
        "beta2": (7,),
        "W3": (7, 3),
        "b3": (3,),
    }


def test_weights_have_the_asked_deviation_and_everything_else_is_neutral() -> None:
    """Biases and shifts are 0, scales are 1."""
    model = FullyConnectedNet([100], 300, 10, normalization="batchnorm", weight_scale=5e-2)
    assert model.params["W1"].std() == pytest.approx(5e-2, rel=0.05)
    for name, neutral in (("b1", 0), ("b2", 0), ("gamma1", 1), ("beta1", 0)):
        np.testing.assert_array_equal(model.params[name], neutral)


def test_first_weights_come_from_the_global_generator_in_layer_order() -> None:
    """As in the course, ``np.random.seed`` fixes them."""
    state = np.random.get_state()  # noqa: NPY002 - the global generator is the subject
    np.random.seed(5)  # noqa: NPY002
    model = FullyConnectedNet([4], 3, 2, weight_scale=0.1, dtype=np.float64)
    np.random.set_state(state)  # noqa: NPY002
    draws = np.random.RandomState(5)
    np.testing.assert_array_equal(model.params["W1"], 0.1 * draws.randn(3, 4))
    np.testing.assert_array_equal(model.params["W2"], 0.1 * draws.randn(4, 2))


def test_seeded_dropout_repeats_and_unseeded_does_not(
    batch: tuple[np.ndarray, np.ndarray],
) -> None:
    """Gradient checks need masks that repeat."""
    for seed, repeats in ((3, True), (None, False)):
        model = FullyConnectedNet([50], 10, 3, dropout_keep_ratio=0.5, weight_scale=1.0, seed=seed)
        assert (model.loss(*batch)[0] == model.loss(*batch)[0]) is repeats


def test_running_averages_move_in_training_only(batch: tuple[np.ndarray, np.ndarray]) -> None:
    """Scores are computed without touching them."""
    model = FullyConnectedNet([8], 10, 3, normalization="batchnorm", weight_scale=1.0)
    model.loss(*batch)
    kept = model.bn_params[0]["running_mean"].copy()
    assert np.abs(kept).max() > 0
    model.loss(batch[0])
    np.testing.assert_array_equal(model.bn_params[0]["running_mean"], kept)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"normalization": "batch"}, "normalization is 'batch': expected 'batchnorm' or"),
        ({"dropout_keep_ratio": 1.2}, "dropout_keep_ratio is 1.2: expected a number from 0 to 1"),
    ],
)
def test_bad_settings_are_named(options: dict[str, Any], message: str) -> None:
    """The error says what was found and what was expected."""
    with pytest.raises(ValueError, match=message):
        FullyConnectedNet([5], **options)

"""What every model of the reference has in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

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
from reference.models.fully_connected import FullyConnectedNet
from reference.models.toy import OutputFirstTwoLayerNet
from reference.models.toy import TwoLayerNet as ToyTwoLayerNet
from reference.models.two_layer import TwoLayerNet

Build: TypeAlias = Callable[..., Any]
SEED = 4


def fully_connected(**options: Any) -> Build:
    """Return a builder of a network with two hidden layers."""
    return lambda reg, seed=SEED: FullyConnectedNet(
        [7, 6],
        input_dim=12,
        num_classes=4,
        reg=reg,
        weight_scale=0.5,
        dtype=np.float64,
        generator=np.random.default_rng(seed),
        **options,
    )


def build_toy(network: type[ToyTwoLayerNet], factor: float) -> Build:
    """Return a builder of a toy network whose regularisation its `loss` is given."""

    def build(reg: float, seed: int = SEED) -> Any:
        model = network(
            12, 7, 4, 0.5, regularization_factor=factor, generator=np.random.default_rng(seed)
        )
        plain_loss = model.loss
        model.loss = lambda X, y=None: plain_loss(X, y, reg)  # type: ignore[method-assign,assignment,misc]
        return model

    return build


BUILDERS: dict[str, Build] = {
    "two_layer": lambda reg, seed=SEED: TwoLayerNet(
        12, 7, 4, 0.5, reg, generator=np.random.default_rng(seed)
    ),
    "toy": build_toy(ToyTwoLayerNet, 0.5),
    "toy_factor_one": build_toy(ToyTwoLayerNet, 1.0),
    "toy_output_first": build_toy(OutputFirstTwoLayerNet, 0.5),
    "fully_connected": fully_connected(),
    "batchnorm": fully_connected(normalization="batchnorm"),
    "layernorm": fully_connected(normalization="layernorm"),
    "dropout": fully_connected(dropout_keep_ratio=0.6, seed=9),
    "batchnorm_dropout": fully_connected(normalization="batchnorm", dropout_keep_ratio=0.6, seed=9),
    "convolutional": lambda reg, seed=SEED: ThreeLayerConvNet(
        input_dim=(3, 5, 4),
        num_filters=3,
        filter_size=3,
        hidden_dim=6,
        num_classes=4,
        weight_scale=0.3,
        reg=reg,
        dtype=np.float64,
        generator=np.random.default_rng(seed),
    ),
}
FAST = WindowLayers(
    conv_forward_fast, conv_backward_fast, max_pool_forward_fast, max_pool_backward_fast
)
BUILDERS["deep_convolutional"] = lambda reg, seed=SEED: DeepConvNet(
    input_dim=(3, 5, 4),
    num_filters=(3, 2),
    hidden_dims=(6,),
    num_classes=4,
    reg=reg,
    dtype=np.float64,
    generator=np.random.default_rng(seed),
)
BUILDERS["deep_convolutional_fast"] = lambda reg, seed=SEED: DeepConvNet(
    input_dim=(3, 5, 4),
    num_filters=(3, 2),
    hidden_dims=(6,),
    num_classes=4,
    reg=reg,
    dtype=np.float64,
    layers=FAST,
    generator=np.random.default_rng(seed),
)
every_model = pytest.mark.parametrize("name", BUILDERS)


def draw_batch(name: str, seed: int = 11) -> tuple[np.ndarray, np.ndarray]:
    """Return a minibatch that fits a model."""
    generator = np.random.default_rng(seed)
    shape = (5, 3, 5, 4) if "convolutional" in name else (5, 12)
    return generator.standard_normal(shape), generator.integers(4, size=5)


@every_model
@pytest.mark.parametrize("reg", [0.0, 0.7])
def test_gradients_equal_central_differences(
    name: str, reg: float, differentiate: Callable[..., np.ndarray]
) -> None:
    """Each entry of each parameter's gradient is the slope of the loss."""
    model, (X, y) = BUILDERS[name](reg), draw_batch(name)
    _, grads = model.loss(X, y)
    assert set(grads) == set(model.params)
    for parameter, gradient in grads.items():
        array = model.params[parameter]
        slopes = differentiate(lambda: model.loss(X, y)[0], array, np.ones(()))
        np.testing.assert_allclose(gradient, slopes, rtol=1e-5, atol=1e-8, err_msg=parameter)


@every_model
def test_slope_along_random_directions_at_random_points(
    name: str, seeds: Iterator[int], agree_along_a_direction: Callable[..., bool]
) -> None:
    """No seed of weights and examples makes a gradient disagree with the loss."""
    for seed in seeds:
        points = (10 * seed + draw for draw in range(5))
        assert any(agree_at(name, point, agree_along_a_direction) for point in points), (
            f"five kinks in a row at seed {seed}"
        )


def agree_at(name: str, seed: int, agree_along_a_direction: Callable[..., bool]) -> bool:
    """Compare at one point; False at a kink."""
    model, (X, y) = BUILDERS[name](0.3, seed), draw_batch(name, seed)

    def compute_loss(params: dict[str, np.ndarray]) -> float:
        model.params = params
        return float(model.loss(X, y)[0])

    generator = np.random.default_rng([seed, 1])
    params = model.params
    for parameter, value in params.items():
        # Biases of 0 put the units behind a layer without a living unit exactly on their kink.
        params[parameter] = value + 0.1 * generator.standard_normal(value.shape)
    gradients = model.loss(X, y)[1]
    return agree_along_a_direction(compute_loss, params, gradients, generator)


@every_model
def test_scores_do_not_depend_on_the_rest_of_the_minibatch(name: str) -> None:
    """Without labels every model is in test mode, one example at a time."""
    model, (X, y) = BUILDERS[name](0.0), draw_batch(name)
    model.loss(X, y)
    together = model.loss(X)
    alone = np.concatenate([model.loss(X[i : i + 1]) for i in range(len(X))])
    np.testing.assert_allclose(alone, together, rtol=1e-10, atol=1e-12)


@every_model
def test_neither_examples_nor_parameters_are_written_to(name: str) -> None:
    """A loss is computed from read-only arrays."""
    model, (X, y) = BUILDERS[name](0.5), draw_batch(name)
    for array in (X, y, *model.params.values()):
        array.flags.writeable = False
    model.loss(X, y)


@every_model
def test_bad_minibatches_are_named(name: str) -> None:
    """Labels out of range, too few of them, and examples of another size or kind."""
    model, (X, y) = BUILDERS[name](0.0), draw_batch(name)
    with pytest.raises(ValueError, match=r"y\[0\] is 9: expected a label from 0 to 3"):
        model.loss(X, np.full(5, 9))
    with pytest.raises(ValueError, match=r"y has shape \(3,\): expected \(5,\)"):
        model.loss(X, y[:3])
    with pytest.raises(ValueError, match="has shape"):
        model.loss(X[:, 1:], y)
    with pytest.raises(ValueError, match="type list: expected a real-valued ndarray"):
        model.loss(X.tolist(), y)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("network", [FullyConnectedNet, ThreeLayerConvNet, DeepConvNet])
def test_dtype_rules_parameters_scores_and_gradients(
    network: type[Any], dtype: type[np.floating]
) -> None:
    """Examples of another dtype are converted."""
    if network is FullyConnectedNet:
        options = {"normalization": "batchnorm", "dropout_keep_ratio": 0.5, "reg": 0.1}
        model = network([6], input_dim=75, dtype=dtype, **options)
    else:
        filters = 2 if network is ThreeLayerConvNet else (2, 2)
        hidden = 6 if network is ThreeLayerConvNet else (6,)
        model = network((3, 5, 5), filters, 3, hidden, reg=0.1, dtype=dtype)
    X = np.random.default_rng(0).standard_normal((4, 3, 5, 5))
    assert model.loss(X).dtype == dtype
    loss, grads = model.loss(X, np.arange(4))
    assert type(loss) is float
    assert {array.dtype for array in (*grads.values(), *model.params.values())} == {np.dtype(dtype)}

"""What every model of the reference has in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import pytest

from reference.models.convolutional import ThreeLayerConvNet
from reference.models.deep_convolutional import DeepConvNet
from reference.models.fully_connected import FullyConnectedNet
from reference.models.toy import OutputFirstTwoLayerNet
from reference.models.toy import TwoLayerNet as ToyTwoLayerNet
from reference.models.two_layer import TwoLayerNet

Build: TypeAlias = Callable[[float], Any]
SEED = 4


def fully_connected(**options: Any) -> Build:
    """Return a builder of a network with two hidden layers."""
    return lambda reg: FullyConnectedNet(
        [7, 6],
        input_dim=12,
        num_classes=4,
        reg=reg,
        weight_scale=0.5,
        dtype=np.float64,
        generator=np.random.default_rng(SEED),
        **options,
    )


def build_toy(network: type[ToyTwoLayerNet], factor: float) -> Build:
    """Return a builder of a toy network whose regularisation its `loss` is given."""

    def build(reg: float) -> Any:
        model = network(
            12, 7, 4, 0.5, regularization_factor=factor, generator=np.random.default_rng(SEED)
        )
        plain_loss = model.loss
        model.loss = lambda X, y=None: plain_loss(X, y, reg)  # type: ignore[method-assign,assignment,misc]
        return model

    return build


BUILDERS: dict[str, Build] = {
    "two_layer": lambda reg: TwoLayerNet(12, 7, 4, 0.5, reg, generator=np.random.default_rng(SEED)),
    "toy": build_toy(ToyTwoLayerNet, 0.5),
    "toy_factor_one": build_toy(ToyTwoLayerNet, 1.0),
    "toy_output_first": build_toy(OutputFirstTwoLayerNet, 0.5),
    "fully_connected": fully_connected(),
    "batchnorm": fully_connected(normalization="batchnorm"),
    "layernorm": fully_connected(normalization="layernorm"),
    "dropout": fully_connected(dropout_keep_ratio=0.6, seed=9),
    "batchnorm_dropout": fully_connected(normalization="batchnorm", dropout_keep_ratio=0.6, seed=9),
    "convolutional": lambda reg: ThreeLayerConvNet(
        input_dim=(3, 5, 4),
        num_filters=3,
        filter_size=3,
        hidden_dim=6,
        num_classes=4,
        weight_scale=0.3,
        reg=reg,
        dtype=np.float64,
        generator=np.random.default_rng(SEED),
    ),
}
BUILDERS["deep_convolutional"] = lambda reg: DeepConvNet(
    input_dim=(3, 5, 4),
    num_filters=(3, 2),
    hidden_dims=(6,),
    num_classes=4,
    reg=reg,
    dtype=np.float64,
    generator=np.random.default_rng(SEED),
)
every_model = pytest.mark.parametrize("name", BUILDERS)


def draw_batch(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return a minibatch that fits a model."""
    generator = np.random.default_rng(11)
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

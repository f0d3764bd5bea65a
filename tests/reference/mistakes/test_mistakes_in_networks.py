"""Mistakes in dense layers, losses, update rules, classifiers and networks are mistakes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import pytest

from reference.targets import resolve

Subject: TypeAlias = Callable[..., Any]
Calls: TypeAlias = Iterator[Callable[[], Any]]


def draw(*shape: int, seed: int = 0, scale: float = 1.0) -> np.ndarray:
    """Return numbers from a normal distribution."""
    return scale * np.random.default_rng(seed).standard_normal(shape)


def call_on(*examples: Callable[[], tuple[Any, ...]]) -> Callable[[Subject], Calls]:
    """Return what calls a function on fresh arguments, and looks at these afterwards, too."""

    def observe(subject: Subject) -> Calls:
        for example in examples:
            arguments = example()
            yield lambda given=arguments: (subject(*given), given)

    return observe


def affine(rows: int, *dims: int, units: int) -> tuple[np.ndarray, ...]:
    """Return arguments of an affine layer."""
    length = int(np.prod(dims))
    return draw(rows, *dims), draw(length, units, seed=1), draw(units, seed=2)


def through(name: str, forward: tuple[Any, ...], upstream: tuple[int, ...]) -> tuple[Any, ...]:
    """Return arguments of a backward function, from the reference's forward one."""
    return draw(*upstream, seed=3), resolve(f"layers:{name}_forward")(*forward)[1]


def step(seed: int, **config: Any) -> tuple[Any, ...]:
    """Return arguments of an update rule: one entry of the gradient is zero."""
    dw = draw(4, 3, seed=seed + 1)
    dw[0, 0] = 0.0
    return draw(4, 3, seed=seed), dw, config


def state(seed: int) -> np.ndarray:
    """Return a positive state of an update rule."""
    return np.abs(draw(4, 3, seed=seed)) + 0.1


def settings(first: str) -> Sequence[Callable[[], tuple[Any, ...]]]:
    """Return steps from a state, and from none, with every setting other than its default."""
    chosen = {"learning_rate": 0.3, "momentum": 0.7, "decay_rate": 0.8, "epsilon": 0.2}
    chosen |= {"beta1": 0.6, "beta2": 0.8}
    moments = {"m": state(6), "v": state(7), "t": 2} if first == "m" else {first: state(5)}
    # The step from no state has no larger epsilon, which would hide a division by zero.
    return (lambda: step(0, **chosen, **moments)), (lambda: step(3, learning_rate=0.1))


def scores(scale: float, *, offset: float = 0.0) -> tuple[Any, ...]:
    """Return scores of five examples and four classes, and labels."""
    return draw(5, 4, scale=scale) + offset, np.array([0, 3, 1, 2, 0])


LOSSES = (
    lambda: scores(2.0),
    lambda: scores(0.1, offset=400.0),
    lambda: scores(0.1, offset=1000.0),
)


def linear(scale: float, reg: float) -> tuple[Any, ...]:
    """Return weights, examples, labels and a strength of regularisation."""
    X = np.abs(draw(5, 3, seed=1)) + 1
    return draw(3, 4, scale=scale) + scale, X, np.array([0, 3, 1, 2, 0]), reg


LINEAR = (
    lambda: linear(1.0, 0.0),
    lambda: linear(1.0, 0.3),
    lambda: linear(120.0, 0.0),
    lambda: linear(400.0, 0.0),
)


def observe_classifier(subject: Subject) -> Calls:
    """Train and predict with a linear classifier."""
    X, y = draw(12, 3), np.arange(12) % 4

    def run(**arguments: Any) -> Any:
        model = subject()
        model.W = draw(3, 4, seed=5)
        generator = np.random.default_rng(2)
        history = model.train(X, y, 0.3, 0.2, 5, generator=generator, **arguments)
        return history, model.W, model.predict(X)

    yield lambda: run(batch_size=3)
    yield lambda: run(batch_size=12)


def observe_model(model: Any, X: np.ndarray, y: np.ndarray) -> Calls:
    """Look at a model as it starts, then at scores, losses and gradients at drawn parameters."""
    yield lambda: {name: (v.shape, v.mean(), v.std()) for name, v in model.params.items()}
    for number, (name, value) in enumerate(sorted(model.params.items())):
        model.params[name] = draw(*value.shape, seed=number, scale=0.7).astype(value.dtype)
    for reg in (0.0, 0.6):
        model.reg = reg
        yield lambda: model.loss(X, y)
        yield lambda: model.loss(X[:2])


def observe_two_layer(subject: Subject) -> Calls:
    """Look at networks with as many hidden units as classes, and with more."""
    X, y = draw(6, 5), np.array([0, 2, 1, 3, 0, 1])
    for hidden in (4, 7):
        model = subject(5, hidden, 4, 0.04, generator=np.random.default_rng(1))
        yield from observe_model(model, X, y)


def observe_deep(subject: Subject) -> Calls:
    """Look at networks of several depths, with normalisation and with dropout."""
    X, y = draw(6, 5), np.array([0, 2, 1, 3, 0, 1])
    kinds: list[dict[str, Any]] = [
        {"hidden_dims": [7, 7]},
        {"hidden_dims": [4, 4, 4]},
        {"hidden_dims": [6, 8], "normalization": "batchnorm"},
        {"hidden_dims": [6, 8], "dropout_keep_ratio": 0.6, "seed": 3},
    ]
    common = {"input_dim": 5, "num_classes": 4, "weight_scale": 0.04, "dtype": np.float64}
    for kind in kinds:
        model = subject(**kind, **common, generator=np.random.default_rng(1))
        yield from observe_model(model, X, y)


def observe_toy(subject: Subject) -> Calls:
    """Look at scores, losses and gradients of the toy network, and train it."""
    X, y = draw(8, 3), np.array([0, 2, 1, 3, 0, 1, 2, 3])
    for hidden in (4, 5):
        model = subject(3, hidden, 4, generator=np.random.default_rng(1))
        for number, (name, value) in enumerate(sorted(model.params.items())):
            model.params[name] = draw(*value.shape, seed=number)
        yield lambda model=model: (model.loss(X, y), model.loss(X, y, 0.6), model.loss(X))
        yield lambda model=model: model.predict(X)
        yield lambda model=model: (
            model.train(X, y, X, y, 0.2, 0.5, reg=0.1, num_iters=5, batch_size=2),
            model.params,
        )


OBSERVE: Mapping[str, Callable[[Subject], Calls]] = {
    "layers:affine_forward": call_on(
        lambda: affine(3, 2, 4, units=5), lambda: affine(4, 3, units=3)
    ),
    "layers:affine_backward": call_on(
        lambda: through("affine", affine(3, 2, 4, units=5), (3, 5)),
        lambda: through("affine", affine(4, 3, units=3), (4, 3)),
    ),
    "layers:relu_forward": call_on(lambda: (draw(3, 4, scale=2.0),)),
    "layers:relu_backward": call_on(lambda: through("relu", (draw(3, 4),), (3, 4))),
    "layers:leaky_relu_forward": call_on(lambda: (draw(3, 4), 0.3)),
    "layers:leaky_relu_backward": call_on(lambda: through("leaky_relu", (draw(3, 4), 0.3), (3, 4))),
    "layers:sigmoid_forward": call_on(lambda: (draw(3, 4),), lambda: (np.array([-1e3, 1e3]),)),
    "layers:sigmoid_backward": call_on(lambda: through("sigmoid", (draw(3, 4),), (3, 4))),
    "layers:tanh_forward": call_on(lambda: (draw(3, 4),)),
    "layers:tanh_backward": call_on(lambda: through("tanh", (draw(3, 4),), (3, 4))),
    "layers:svm_loss": call_on(*LOSSES),
    "layers:softmax_loss": call_on(*LOSSES),
    "softmax:softmax_loss_naive": call_on(*LINEAR),
    "softmax:softmax_loss_vectorized": call_on(*LINEAR),
    "linear_svm:svm_loss_naive": call_on(*LINEAR),
    "linear_svm:svm_loss_vectorized": call_on(*LINEAR),
    "linear_classifier:LinearSVM": observe_classifier,
    "linear_classifier:Softmax": observe_classifier,
    "optim:sgd": call_on(*settings("velocity")),
    "optim:sgd_momentum": call_on(*settings("velocity")),
    "optim:nesterov": call_on(*settings("velocity")),
    "optim:sgd_nesterov_momentum": call_on(*settings("velocity")),
    "optim:adagrad": call_on(*settings("cache")),
    "optim:rmsprop": call_on(*settings("cache")),
    "optim:adam": call_on(*settings("m")),
    "fc_net:TwoLayerNet": observe_two_layer,
    "fc_net:FullyConnectedNet": observe_deep,
    "neural_net:TwoLayerNet": observe_toy,
    "neural_net:OutputFirstTwoLayerNet": observe_toy,
}


@pytest.mark.parametrize("target", OBSERVE)
def test_mistakes_are_wrong_and_no_two_the_same(
    target: str, find_alike: Callable[..., list[tuple[str, str]]]
) -> None:
    """Each can be made, and shows on valid arguments; the reference agrees with itself."""
    assert find_alike(target, lambda target, subject: OBSERVE[target](subject)) == []

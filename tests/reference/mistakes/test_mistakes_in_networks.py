"""Mistakes in dense layers, losses, update rules, classifiers and networks are mistakes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import combinations
from typing import Any, TypeAlias

import numpy as np
import pytest

from reference.mistakes import make_wrong, mistakes_of
from reference.targets import resolve

Subject: TypeAlias = Callable[..., Any]
Observed: TypeAlias = list[Any]
"""Arrays, and names of exceptions."""


def draw(*shape: int, seed: int = 0, scale: float = 1.0) -> np.ndarray:
    """Return numbers from a normal distribution."""
    return scale * np.random.default_rng(seed).standard_normal(shape)


def flatten(value: Any) -> Observed:
    """Return the arrays in a nested result, in order, and the names in its dicts."""
    if isinstance(value, Mapping):
        return [item for key in sorted(value) for item in (key, *flatten(value[key]))]
    if isinstance(value, (tuple, list)):
        return [item for part in value for item in flatten(part)]
    return [value if isinstance(value, str) else np.asarray(value)]


def attempt(call: Callable[[], Any]) -> Observed:
    """Return what a call gives, or what it raises."""
    try:
        with np.errstate(all="ignore"):
            return flatten(call())
    except Exception as error:  # noqa: BLE001 - a wrong version may raise anything
        return [type(error).__name__]


def call_on(*examples: Callable[[], tuple[Any, ...]]) -> Callable[[Subject], Observed]:
    """Return what calls a function on fresh arguments, and looks at these afterwards, too."""

    def observe(subject: Subject) -> Observed:
        seen: Observed = []
        for example in examples:
            arguments = example()
            seen += attempt(lambda arguments=arguments: (subject(*arguments), arguments))
        return seen

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


def observe_classifier(subject: Subject) -> Observed:
    """Train and predict with a linear classifier."""
    X, y = draw(12, 3), np.arange(12) % 4

    def run(**arguments: Any) -> Any:
        model = subject()
        model.W = draw(3, 4, seed=5)
        generator = np.random.default_rng(2)
        history = model.train(X, y, 0.3, 0.2, 5, generator=generator, **arguments)
        return history, model.W, model.predict(X)

    return attempt(lambda: run(batch_size=3)) + attempt(lambda: run(batch_size=12))


def observe_model(model: Any, X: np.ndarray, y: np.ndarray) -> Observed:
    """Look at a model as it starts, then at scores, losses and gradients at drawn parameters."""
    seen = flatten({name: (v.shape, v.mean(), v.std()) for name, v in model.params.items()})
    for number, (name, value) in enumerate(sorted(model.params.items())):
        model.params[name] = draw(*value.shape, seed=number, scale=0.7).astype(value.dtype)
    for reg in (0.0, 0.6):
        model.reg = reg
        seen += attempt(lambda: model.loss(X, y)) + attempt(lambda: model.loss(X[:2]))
    return seen


def observe_two_layer(subject: Subject) -> Observed:
    """Look at networks with as many hidden units as classes, and with more."""
    X, y = draw(6, 5), np.array([0, 2, 1, 3, 0, 1])
    return [
        item
        for hidden in (4, 7)
        for item in observe_model(
            subject(5, hidden, 4, 0.04, generator=np.random.default_rng(1)), X, y
        )
    ]


def observe_deep(subject: Subject) -> Observed:
    """Look at networks of several depths, with normalisation and with dropout."""
    X, y = draw(6, 5), np.array([0, 2, 1, 3, 0, 1])
    kinds: list[dict[str, Any]] = [
        {"hidden_dims": [7, 7]},
        {"hidden_dims": [4, 4, 4]},
        {"hidden_dims": [6, 8], "normalization": "batchnorm"},
        {"hidden_dims": [6, 8], "dropout_keep_ratio": 0.6, "seed": 3},
    ]
    common = {"input_dim": 5, "num_classes": 4, "weight_scale": 0.04, "dtype": np.float64}
    return [
        item
        for kind in kinds
        for item in attempt(
            lambda kind=kind: observe_model(
                subject(**kind, **common, generator=np.random.default_rng(1)), X, y
            )
        )
    ]


def observe_toy(subject: Subject) -> Observed:
    """Look at scores, losses and gradients of the toy network, and train it."""
    X, y = draw(8, 3), np.array([0, 2, 1, 3, 0, 1, 2, 3])
    seen: Observed = []
    for hidden in (4, 5):
        model = subject(3, hidden, 4, generator=np.random.default_rng(1))
        for number, (name, value) in enumerate(sorted(model.params.items())):
            model.params[name] = draw(*value.shape, seed=number)
        for call in (
            lambda model=model: (model.loss(X, y), model.loss(X, y, 0.6), model.loss(X)),
            lambda model=model: model.predict(X),
            lambda model=model: (
                model.train(X, y, X, y, 0.2, 0.5, reg=0.1, num_iters=5, batch_size=2),
                model.params,
            ),
        ):
            seen += attempt(call)
    return seen


OBSERVE: Mapping[str, Callable[[Subject], Observed]] = {
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


def observe_seeded(target: str, subject: Subject) -> Observed:
    """Return what is seen of a subject when NumPy's global generator is at its start."""
    before = np.random.get_state()  # noqa: NPY002 - the course's models draw from it
    np.random.seed(0)  # noqa: NPY002
    try:
        return OBSERVE[target](subject)
    finally:
        np.random.set_state(before)  # noqa: NPY002


@cache
def see_all(target: str) -> Mapping[str, Observed]:
    """Return what is seen of the reference, under no name, and of each mistake."""
    seen = {"": observe_seeded(target, resolve(target))}
    for mistake in mistakes_of(target):
        seen[mistake.name] = observe_seeded(target, make_wrong([mistake]))
    return seen


def agree(first: Observed, second: Observed) -> bool:
    """Return whether two subjects cannot be told apart by what is seen of them."""
    if len(first) != len(second):
        return False
    for one, other in zip(first, second, strict=True):
        if isinstance(one, str) or isinstance(other, str):
            if not (isinstance(one, str) and isinstance(other, str) and one == other):
                return False
        elif one.shape != other.shape or not np.allclose(
            one, other, rtol=1e-9, atol=1e-12, equal_nan=True
        ):
            return False
    return True


@pytest.mark.parametrize("target", OBSERVE)
def test_every_mistake_is_wrong(target: str) -> None:
    """Each mistake can be made, and shows on valid arguments; the reference agrees with itself."""
    seen = see_all(target)
    assert len(seen) > 1
    assert agree(observe_seeded(target, resolve(target)), seen[""])
    assert [name for name in seen if name and agree(seen[name], seen[""])] == []


@pytest.mark.parametrize("target", OBSERVE)
def test_no_two_mistakes_are_the_same(target: str) -> None:
    """Any two mistakes of a target differ somewhere on valid arguments."""
    pairs = combinations(see_all(target).items(), 2)
    assert [(one[0], two[0]) for one, two in pairs if agree(one[1], two[1])] == []

"""The nine checks of a fully connected networks notebook, as students run them: in one process.

They are what `grade` is measured against, so they do what the course's cells do, at the cells'
own sizes, with numeric gradients that evaluate the student's code twice for every entry. Names
are imported from the student's package, which must be importable.
"""

from typing import Any

import numpy as np
from cs231n.classifiers.fc_net import FullyConnectedNet, TwoLayerNet
from cs231n.gradient_check import eval_numerical_gradient, eval_numerical_gradient_array
from cs231n.layer_utils import affine_relu_backward, affine_relu_forward
from cs231n.layers import (
    affine_backward,
    affine_forward,
    relu_backward,
    relu_forward,
    softmax_loss,
    svm_loss,
)
from cs231n.optim import adam, rmsprop, sgd_momentum

random = np.random.default_rng(231)
np.random.seed(231)  # noqa: NPY002 - what models draw their first weights from


def require_close(ours: Any, theirs: Any, allowed: float) -> None:
    """Fail unless the largest relative error of two arrays is at most what is allowed."""
    scale = np.maximum(1e-8, np.abs(ours) + np.abs(theirs))
    error = np.max(np.abs(ours - theirs) / scale)
    assert error <= allowed, f"relative error {error:.1e}, allowed {allowed:.1e}"


def ramp(low: float, high: float, *shape: int) -> Any:
    """Return evenly spaced numbers in an array of a shape."""
    return np.linspace(low, high, num=np.prod(shape)).reshape(shape)


def require_parameter_gradients(model: Any, X: Any, y: Any) -> None:
    """Fail unless every gradient of a model's loss is its numeric derivative."""
    _, gradients = model.loss(X, y)
    for name in sorted(gradients):
        numeric = eval_numerical_gradient(
            lambda _: model.loss(X, y)[0], model.params[name], verbose=False
        )
        require_close(numeric, gradients[name], 1e-3)


def check_affine_forward() -> None:
    """Values of the affine layer."""
    x, w, b = ramp(-0.1, 0.5, 2, 4, 5, 6), ramp(-0.2, 0.3, 120, 3), ramp(-0.3, 0.1, 3)
    out, _ = affine_forward(x, w, b)
    expected = [[1.49834967, 1.70660132, 1.91485297], [3.25553199, 3.5141327, 3.77273342]]
    require_close(out, np.array(expected), 1e-8)


def check_affine_backward() -> None:
    """Gradients of the affine layer, all three of them numerically."""
    x, w, b = (random.standard_normal(shape) for shape in ((10, 2, 3), (6, 5), (5,)))
    upstream = random.standard_normal((10, 5))
    numeric = (
        eval_numerical_gradient_array(lambda x: affine_forward(x, w, b)[0], x, upstream),
        eval_numerical_gradient_array(lambda w: affine_forward(x, w, b)[0], w, upstream),
        eval_numerical_gradient_array(lambda b: affine_forward(x, w, b)[0], b, upstream),
    )
    _, cache = affine_forward(x, w, b)
    for ours, theirs in zip(numeric, affine_backward(upstream, cache), strict=True):
        require_close(ours, theirs, 1e-6)


def check_relu_forward() -> None:
    """Values of the ReLU layer."""
    out, _ = relu_forward(ramp(-0.5, 0.5, 3, 4))
    require_close(out, np.maximum(0, ramp(-0.5, 0.5, 3, 4)), 1e-7)


def check_relu_backward() -> None:
    """Gradient of the ReLU layer."""
    x, upstream = random.standard_normal((2, 10, 10))
    numeric = eval_numerical_gradient_array(lambda x: relu_forward(x)[0], x, upstream)
    _, cache = relu_forward(x)
    require_close(numeric, relu_backward(upstream, cache), 1e-6)


def check_affine_relu() -> None:
    """Gradients of an affine and a ReLU layer in a row."""
    x, w, b = (random.standard_normal(shape) for shape in ((2, 3, 4), (12, 10), (10,)))
    upstream = random.standard_normal((2, 10))
    _, cache = affine_relu_forward(x, w, b)
    numeric = (
        eval_numerical_gradient_array(lambda x: affine_relu_forward(x, w, b)[0], x, upstream),
        eval_numerical_gradient_array(lambda w: affine_relu_forward(x, w, b)[0], w, upstream),
        eval_numerical_gradient_array(lambda b: affine_relu_forward(x, w, b)[0], b, upstream),
    )
    for ours, theirs in zip(numeric, affine_relu_backward(upstream, cache), strict=True):
        require_close(ours, theirs, 1e-6)


def check_losses() -> None:
    """Values and gradients of the SVM and softmax losses."""
    x, y = 0.001 * random.standard_normal((50, 10)), random.integers(10, size=50)
    for loss_of, about in ((svm_loss, 9.0), (softmax_loss, np.log(10))):
        numeric = eval_numerical_gradient(lambda x, of=loss_of: of(x, y)[0], x, verbose=False)
        loss, gradient = loss_of(x, y)
        require_close(np.array(loss), np.array(about), 1e-2)
        require_close(numeric, gradient, 1e-5)


def check_two_layer_net() -> None:
    """First weights, scores, losses and gradients of the two-layer network."""
    model = TwoLayerNet(input_dim=5, hidden_dim=50, num_classes=7, weight_scale=1e-2)
    assert abs(model.params["W1"].std() - 1e-2) < 3e-3
    assert not model.params["b1"].any()
    model.params["W1"], model.params["b1"] = ramp(-0.7, 0.3, 5, 50), ramp(-0.1, 0.9, 50)
    model.params["W2"], model.params["b2"] = ramp(-0.3, 0.4, 50, 7), ramp(-0.9, 0.1, 7)
    X, y = ramp(-5.5, 4.5, 5, 3).T, np.array([0, 5, 1])
    require_close(model.loss(X)[0, :2], np.array([11.53165108, 12.2917344]), 1e-8)
    for reg, expected in ((0.0, 3.4702243556), (1.0, 26.5948426952)):
        model.reg = reg
        require_close(model.loss(X, y)[0], expected, 1e-9)
    for reg in (0.0, 0.7):
        model.reg = reg
        require_parameter_gradients(model, X, y)


def check_fully_connected_net() -> None:
    """Gradients of a network with two hidden layers."""
    X, y = random.standard_normal((2, 15)), random.integers(10, size=2)
    for reg in (0, 3.14):
        model = FullyConnectedNet(
            [20, 30], input_dim=15, num_classes=10, reg=reg, weight_scale=5e-2, dtype=np.float64
        )
        require_parameter_gradients(model, X, y)


def check_update_rules() -> None:
    """One step of momentum, RMSProp and Adam."""
    w, dw, state = ramp(-0.4, 0.6, 4, 5), ramp(-0.6, 0.4, 4, 5), ramp(0.6, 0.9, 4, 5)
    moments = {"m": state, "v": ramp(0.7, 0.5, 4, 5), "t": 5}
    rules = (
        (sgd_momentum, 1e-3, {"velocity": state}, (0.1406, 0.20738947)),
        (rmsprop, 1e-2, {"cache": state}, (-0.39223849, -0.34037513)),
        (adam, 1e-2, moments, (-0.40094747, -0.34836187)),
    )
    for rule, learning_rate, config, expected in rules:
        next_w, _ = rule(w.copy(), dw, {"learning_rate": learning_rate, **config})
        require_close(next_w[0, :2], np.array(expected), 1e-6)

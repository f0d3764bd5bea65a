"""What the course's notebooks check besides fixed values, by the notebooks' own procedures.

docs/course-checks.md lists every check of the notebooks and the test that proves it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.provided.gradient_check import (
    eval_numerical_gradient,
    eval_numerical_gradient_array,
    grad_check_sparse,
    rel_error,
)
from grader.provided.solver import Solver
from reference import optim
from reference.data import append_ones, load_data
from reference.fast import (
    conv_backward_fast,
    conv_forward_fast,
    max_pool_backward_fast,
    max_pool_forward_fast,
)
from reference.layers.combined_convolution import WindowLayers
from reference.layers.convolution import conv_forward_naive
from reference.linear_classifiers import Softmax, softmax_loss_naive, softmax_loss_vectorized
from reference.losses import softmax_loss, svm_loss
from reference.models.convolutional import ThreeLayerConvNet
from reference.models.fully_connected import FullyConnectedNet
from reference.models.toy import OutputFirstTwoLayerNet
from reference.models.two_layer import TwoLayerNet
from reference.targets import resolve

ROOT = Path(__file__).parents[2]
FAST = WindowLayers(
    conv_forward_fast, conv_backward_fast, max_pool_forward_fast, max_pool_backward_fast
)
CONV, POOL = {"stride": 1, "pad": 1}, {"pool_height": 2, "pool_width": 2, "stride": 2}


@pytest.fixture
def seed_globally() -> Iterator[Callable[[int], None]]:
    """Seed NumPy's global generator, as the notebooks do, and put it back afterwards."""
    state = np.random.get_state()  # noqa: NPY002
    yield np.random.seed
    np.random.set_state(state)  # noqa: NPY002


# Layer, shapes of its arrays, what follows them, and the largest relative error: where the
# notebooks say "around 1e-8", ten times that; where they say nothing, 1e-6.
LAYERS = [
    ("layers:affine", [(10, 2, 3), (6, 5), (5,)], (), 1e-9),
    ("layers:relu", [(10, 10)], (), 1e-11),
    ("layer_utils:affine_relu", [(2, 3, 4), (12, 10), (10,)], (), 1e-6),
    ("layers:conv_naive", [(4, 3, 5, 5), (2, 3, 3, 3), (2,)], (CONV,), 1e-7),
    ("layers:max_pool_naive", [(3, 2, 8, 8)], (POOL,), 1e-11),
    ("layer_utils:conv_relu_pool", [(2, 3, 16, 16), (3, 3, 3, 3), (3,)], (CONV, POOL), 1e-6),
    ("layer_utils:conv_relu", [(2, 3, 8, 8), (3, 3, 3, 3), (3,)], (CONV,), 1e-6),
    ("layers:spatial_batchnorm", [(2, 3, 4, 5), (3,), (3,)], ({"mode": "train"},), 1e-6),
]


@pytest.mark.parametrize(("name", "shapes", "options", "bound"), LAYERS, ids=lambda v: str(v)[:30])
def test_backward_passes_meet_the_stated_errors(
    name: str, shapes: list[tuple[int, ...]], options: tuple[Any, ...], bound: float
) -> None:
    """Entry by entry, with the notebooks' shapes and their seed."""
    forward_name, backward_name = (
        f"{name.removesuffix('_naive')}_{way}" + ("_naive" if name.endswith("_naive") else "")
        for way in ("forward", "backward")
    )
    forward = resolve(forward_name)
    if name.startswith("layer_utils:conv"):
        forward = partial(forward, layers=FAST)
    draws = np.random.RandomState(231)
    arrays = [draws.standard_normal(shape) for shape in shapes]
    out, cache = forward(*arrays, *options)
    dout = draws.standard_normal(out.shape)
    gradients = resolve(backward_name)(dout, cache)
    gradients = gradients if isinstance(gradients, tuple) else (gradients,)
    for array, gradient in zip(arrays, gradients, strict=True):
        numeric = eval_numerical_gradient_array(
            lambda _: forward(*arrays, *options)[0], array, dout
        )
        assert rel_error(numeric, gradient) < bound


@pytest.mark.parametrize(
    ("loss_function", "expected", "bound"), [(svm_loss, 9.0, 1e-8), (softmax_loss, 2.3, 1e-7)]
)
def test_losses_of_small_scores_meet_the_stated_errors(
    loss_function: Callable[..., tuple[float, np.ndarray]], expected: float, bound: float
) -> None:
    """Around 9 with 1e-9, and 2.3 with 1e-8."""
    draws = np.random.RandomState(231)
    x, y = 0.001 * draws.standard_normal((50, 10)), draws.randint(10, size=50)
    loss, dx = loss_function(x, y)
    numeric = eval_numerical_gradient(lambda x: loss_function(x, y)[0], x, verbose=False)
    assert loss == pytest.approx(expected, abs=0.01)
    assert rel_error(numeric, dx) < bound


def measure_errors(model: Any, loss: Callable[[], Any], h: float = 1e-5) -> dict[str, float]:
    """Return the relative error of each parameter's gradient against entry-wise slopes."""
    _, grads = loss()
    return {
        name: rel_error(
            eval_numerical_gradient(lambda _: loss()[0], model.params[name], False, h), gradient
        )
        for name, gradient in grads.items()
    }


def test_two_layer_net_starts_with_the_asked_weights(seed_globally: Callable[[int], None]) -> None:
    """Deviations within a tenth of what is asked, biases 0."""
    seed_globally(231)
    params = TwoLayerNet(5, 50, 7, weight_scale=1e-2).params
    assert abs(params["W1"].std() - 1e-2) < 1e-3
    assert abs(params["W2"].std() - 1e-2) < 1e-3
    assert not params["b1"].any()
    assert not params["b2"].any()


@pytest.mark.parametrize("reg", [0.0, 0.7])
def test_two_layer_net_meets_the_printed_errors(reg: float) -> None:
    """At the notebook's fixed weights, where the largest printed one is 2.5e-7."""
    model = TwoLayerNet(5, 50, 7, reg=reg)
    ends = {"W1": (-0.7, 0.3), "b1": (-0.1, 0.9), "W2": (-0.3, 0.4), "b2": (-0.9, 0.1)}
    for name, (first, last) in ends.items():
        shape = model.params[name].shape
        model.params[name] = np.linspace(first, last, int(np.prod(shape))).reshape(shape)
    X, y = np.linspace(-5.5, 4.5, 15).reshape(5, 3).T, np.array([0, 5, 1])
    assert max(measure_errors(model, lambda: model.loss(X, y)).values()) < 1e-6


@pytest.mark.parametrize("reg", [0, 3.14])
def test_deep_net_starts_at_chance_and_its_gradients_are_slopes(
    reg: float, seed_globally: Callable[[int], None]
) -> None:
    """Two hidden layers; without regularisation the loss is that of guessing."""
    seed_globally(231)
    X, y = np.random.randn(2, 15), np.random.randint(10, size=2)  # noqa: NPY002
    model = FullyConnectedNet([20, 30], 15, 10, reg=reg, weight_scale=5e-2, dtype=np.float64)
    loss, _ = model.loss(X, y)
    penalty = 0.5 * reg * sum(float((model.params[f"W{i}"] ** 2).sum()) for i in (1, 2, 3))
    assert loss - penalty == pytest.approx(np.log(10), abs=0.05)
    assert max(measure_errors(model, lambda: model.loss(X, y)).values()) < 1e-4


def test_toy_network_meets_the_printed_errors(seed_globally: Callable[[int], None]) -> None:
    """The largest that the notebook prints is 3.2e-9."""
    seed_globally(0)
    model = OutputFirstTwoLayerNet(4, 10, 3, std=1e-1)
    X, y = 10 * np.random.RandomState(1).standard_normal((5, 4)), np.array([0, 1, 2, 2, 1])
    assert max(measure_errors(model, lambda: model.loss(X, y, reg=0.05)).values()) < 1e-8


@pytest.mark.parametrize("seed", [231, 0, 1])
def test_three_layer_conv_net_meets_the_stated_errors(
    seed: int, seed_globally: Callable[[int], None]
) -> None:
    """Filters and first weights within 1e-2, the rest within 1e-5.

    With the notebook's weights, a hundred times smaller, slopes are mostly rounding.
    """
    seed_globally(seed)
    X, y = np.random.randn(2, 3, 16, 16), np.random.randint(10, size=2)  # noqa: NPY002
    model = ThreeLayerConvNet((3, 16, 16), 3, 3, 7, 10, 0.1, dtype=np.float64, layers=FAST)
    errors = measure_errors(model, lambda: model.loss(X, y), h=1e-6)
    assert max(errors.pop("W1"), errors.pop("W2")) < 1e-2
    assert max(errors.values()) < 1e-5


def test_fresh_conv_net_loses_more_with_regularisation(
    seed_globally: Callable[[int], None],
) -> None:
    """The logarithm of ten without it, and a quarter of the sum of squares more with 0.5."""
    seed_globally(231)
    X, y = np.random.randn(50, 3, 32, 32), np.random.randint(10, size=50)  # noqa: NPY002
    model = ThreeLayerConvNet(layers=FAST)
    plain, _ = model.loss(X, y)
    assert plain == pytest.approx(np.log(10), abs=1e-3)
    model.reg = 0.5
    squares = sum(float((model.params[name] ** 2).sum()) for name in ("W1", "W2", "W3"))
    assert model.loss(X, y)[0] == pytest.approx(plain + 0.25 * squares, rel=1e-5)


def test_convolution_makes_grey_images_and_edges() -> None:
    """One filter weighs the colours, the other subtracts the row below from the row above."""
    x = np.random.RandomState(231).uniform(0, 255, (2, 3, 9, 8))
    w = np.zeros((2, 3, 3, 3))
    w[0, :, 1, 1] = [0.3, 0.6, 0.1]
    w[1, 2] = [[1, 2, 1], [0, 0, 0], [-1, -2, -1]]
    out, _ = conv_forward_naive(x, w, np.array([0, 128]), CONV)
    np.testing.assert_allclose(out[:, 0], np.tensordot(x, [0.3, 0.6, 0.1], (1, 0)), rtol=1e-12)
    rows = x[:, 2, :, :-2] + 2 * x[:, 2, :, 1:-1] + x[:, 2, :, 2:]
    np.testing.assert_allclose(out[:, 1, 1:-1, 1:-1], rows[:, :-2] - rows[:, 2:] + 128, rtol=1e-9)


@pytest.fixture(scope="module")
def patterns() -> dict[str, np.ndarray]:
    """Generate images in place of CIFAR-10's."""
    return load_data("synthetic", num_training=1000, num_validation=100, num_test=100)


@pytest.fixture(scope="module")
def softmax_problem(patterns: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return weights close to 0, and 500 rows with a 1 at the end as the notebook prepares."""
    W = 0.0001 * np.random.RandomState(231).standard_normal((3073, 10))
    return W, append_ones(patterns["X_train"][:500]), patterns["y_train"][:500]


def test_softmax_of_small_weights_loses_about_the_logarithm_of_ten(
    softmax_problem: tuple[np.ndarray, ...],
) -> None:
    """The notebook prints 2.37 beside 2.30."""
    loss, _ = softmax_loss_naive(*softmax_problem, 0.0)
    assert loss == pytest.approx(-np.log(0.1), abs=0.15)


@pytest.mark.parametrize("reg", [0.0, 5e1])
def test_softmax_meets_the_printed_errors_at_sampled_entries(
    reg: float,
    softmax_problem: tuple[np.ndarray, ...],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Ten entries each; the largest error that the notebook prints is 9.6e-7."""
    W, X, y = softmax_problem
    _, gradient = softmax_loss_naive(W, X, y, reg)
    grad_check_sparse(lambda w: softmax_loss_vectorized(w, X, y, reg)[0], W.copy(), gradient, 10)
    errors = re.findall(r"relative error: (\S+)", capsys.readouterr().out)
    assert len(errors) == 10
    assert max(map(float, errors)) < 5e-6


def test_naive_and_vectorised_softmax_print_no_difference(
    softmax_problem: tuple[np.ndarray, ...],
) -> None:
    """Both differences are 0.000000 at six digits, and far less."""
    loss, gradient = softmax_loss_naive(*softmax_problem, 0.000005)
    fast_loss, fast_gradient = softmax_loss_vectorized(*softmax_problem, 0.000005)
    assert abs(loss - fast_loss) < 1e-12
    assert np.linalg.norm(gradient - fast_gradient) < 1e-9


def test_softmax_training_loses_its_regularisation_as_printed(
    patterns: dict[str, np.ndarray],
) -> None:
    """Until little of it is left, the loss falls as printed whatever the images."""
    history = Softmax().train(
        append_ones(patterns["X_train"]),
        patterns["y_train"],
        learning_rate=1e-7,
        reg=2.5e4,
        num_iters=301,
        generator=np.random.default_rng(0),
    )
    assert history[::100] == pytest.approx(
        [774.598624, 283.944292, 105.330389, 39.822003], rel=0.05
    )


def train_small(
    model: Any, patterns: dict[str, np.ndarray], count: int, rate: float, **options: Any
) -> Solver:
    """Train on the first few images, as the notebooks do to see a model overfit."""
    few = patterns | {part: patterns[part][:count] for part in ("X_train", "y_train")}
    solver = Solver(
        model,
        few,
        optim=optim,
        optim_config={"learning_rate": rate},
        verbose=False,
        rng=np.random.default_rng(1),
        **options,
    )
    solver.train()
    return solver


@pytest.mark.parametrize("hidden_dims", [[100, 100], [100, 100, 100, 100]])
def test_deep_nets_overfit_fifty_images(
    hidden_dims: list[int], patterns: dict[str, np.ndarray]
) -> None:
    """Training accuracy reaches 100 % within twenty epochs, with three layers and with five."""
    generator = np.random.default_rng(0)
    scale, rate = (1e-2, 1e-2) if len(hidden_dims) == 2 else (5e-2, 3e-3)
    model = FullyConnectedNet(
        hidden_dims, weight_scale=scale, dtype=np.float64, generator=generator
    )
    solver = train_small(model, patterns, 50, rate, num_epochs=20, batch_size=25)
    assert max(solver.train_acc_history) == 1.0
    assert solver.train_acc_history[-1] > solver.val_acc_history[-1]


def test_conv_net_overfits_a_hundred_images(patterns: dict[str, np.ndarray]) -> None:
    """The notebook's settings end at 90 % of the training images within ten epochs."""
    model = ThreeLayerConvNet(weight_scale=1e-2, layers=FAST, generator=np.random.default_rng(0))
    solver = train_small(
        model, patterns, 100, 1e-3, update_rule="adam", num_epochs=10, batch_size=50
    )
    assert len(solver.loss_history) == 20
    assert max(solver.train_acc_history) >= 0.9


def test_better_update_rules_get_further_than_plain_descent(
    patterns: dict[str, np.ndarray],
) -> None:
    """Six layers, five epochs, the notebook's learning rates."""
    rates = {"sgd": 1e-3, "sgd_momentum": 1e-3, "rmsprop": 1e-4, "adam": 1e-3}
    losses = {}
    for rule, rate in rates.items():
        generator = np.random.default_rng(0)
        model = FullyConnectedNet([100] * 5, weight_scale=5e-2, generator=generator)
        solver = train_small(model, patterns, 1000, rate, update_rule=rule, num_epochs=5)
        losses[rule] = float(np.mean(solver.loss_history[-10:]))
    assert max(losses, key=losses.__getitem__) == "sgd"


def test_the_list_of_checks_names_tests_that_exist() -> None:
    """Every test in docs/course-checks.md is found in the file it is said to be in."""
    text = (ROOT / "docs" / "course-checks.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/\S+?\.py)::(test_\w+)`", text)
    assert len(named) > 30
    for path, name in named:
        assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8"), (path, name)

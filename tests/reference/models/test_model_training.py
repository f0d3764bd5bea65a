"""The Solver trains every network of the reference with numbers that repeat."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.provided.solver import Solver
from reference import optim
from reference.models.convolutional import ThreeLayerConvNet
from reference.models.deep_convolutional import DeepConvNet
from reference.models.fully_connected import FullyConnectedNet
from reference.models.two_layer import TwoLayerNet

IMAGE = (1, 4, 4)


def build_deep(**options: Any) -> Callable[[np.random.Generator], Any]:
    """Return a builder of a fully connected network with two hidden layers."""
    return lambda generator: FullyConnectedNet(
        [8, 8], 16, 3, weight_scale=0.1, generator=generator, **options
    )


BUILDERS: dict[str, Callable[[np.random.Generator], Any]] = {
    "two_layer": lambda generator: TwoLayerNet(16, 8, 3, 0.1, generator=generator),
    "fully_connected": build_deep(),
    "batchnorm": build_deep(normalization="batchnorm"),
    "layernorm": build_deep(normalization="layernorm"),
    "dropout": build_deep(normalization="batchnorm", dropout_keep_ratio=0.7),
    "convolutional": lambda generator: ThreeLayerConvNet(
        IMAGE, 3, 3, 6, 3, 0.1, generator=generator
    ),
    "deep_convolutional": lambda generator: DeepConvNet(
        IMAGE, (3, 4), 3, (6,), 3, generator=generator
    ),
}
every_model = pytest.mark.parametrize("name", BUILDERS)


@pytest.fixture(autouse=True)
def _restore_global_generator() -> Iterator[None]:
    """Put NumPy's global generator, from which dropout draws, back where it was."""
    state = np.random.get_state()  # noqa: NPY002
    yield
    np.random.set_state(state)  # noqa: NPY002


@pytest.fixture
def data() -> dict[str, np.ndarray]:
    """Draw images of three noisy patterns."""
    generator = np.random.default_rng(0)
    y = generator.integers(3, size=80)
    X = generator.standard_normal((3, *IMAGE))[y] + generator.standard_normal((80, *IMAGE))
    return {"X_train": X[:60], "y_train": y[:60], "X_val": X[60:], "y_val": y[60:]}


def build(name: str, data: dict[str, np.ndarray], seed: int = 7, **options: Any) -> Solver:
    """Build a model and its Solver, both drawing from one seeded generator, and seed dropout."""
    np.random.seed(seed)  # noqa: NPY002
    rng = np.random.default_rng(seed)
    settings: dict[str, Any] = {
        "update_rule": "adam",
        "optim_config": {"learning_rate": 1e-2},
        "lr_decay": 0.9,
        "batch_size": 20,
        "num_epochs": 4,
        "verbose": False,
    }
    return Solver(BUILDERS[name](rng), data, optim=optim, rng=rng, **(settings | options))


def collect(solver: Solver) -> tuple[list[float], ...]:
    """Return every number that a training records."""
    return solver.loss_history, solver.train_acc_history, solver.val_acc_history


def assert_equal_parameters(first: Solver, second: Solver) -> None:
    """Compare to the last bit."""
    assert set(first.model.params) == set(second.model.params)
    for name, value in first.model.params.items():
        np.testing.assert_array_equal(value, second.model.params[name])


@every_model
def test_training_repeats_itself_from_a_seed(name: str, data: dict[str, np.ndarray]) -> None:
    """Histories and parameters are equal to the last bit, and another seed's differ."""
    first = build(name, data)
    first.train()
    second = build(name, data)
    second.train()
    assert collect(first) == collect(second)
    assert_equal_parameters(first, second)
    other = build(name, data, seed=8)
    other.train()
    assert collect(other) != collect(first)


@every_model
@pytest.mark.parametrize("epoch", [1, 3])
def test_training_resumes_from_a_checkpoint_to_the_same_numbers(
    name: str, epoch: int, data: dict[str, np.ndarray], tmp_path: Path
) -> None:
    """Running averages, moments and dropout masks go on where they were."""
    whole = build(name, data, checkpoint_name=str(tmp_path / "run"))
    whole.train()
    later = build(name, data)
    later.resume(tmp_path / f"run_epoch_{epoch}.pkl")
    assert len(later.loss_history) == 3 * epoch
    later.train()
    assert collect(later) == collect(whole)
    assert_equal_parameters(later, whole)
    X = data["X_val"]
    np.testing.assert_array_equal(later.model.loss(X), whole.model.loss(X))


@every_model
def test_training_lowers_the_loss_and_keeps_what_did_best(
    name: str, data: dict[str, np.ndarray]
) -> None:
    """The model ends as it was at its best, running averages included."""
    solver = build(name, data, num_epochs=20)
    solver.train()
    assert np.mean(solver.loss_history[-3:]) < 0.6 * solver.loss_history[0]
    assert solver.check_accuracy(data["X_val"], data["y_val"]) == solver.best_val_acc

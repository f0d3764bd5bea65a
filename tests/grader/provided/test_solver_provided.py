"""The provided Solver on a linear model."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from rich.console import Console
from rich.progress import track

from grader.provided.overlays import provided_source
from grader.provided.solver import Solver

Array = npt.NDArray[Any]


def sgd(w: Array, dw: Array, config: dict[str, Any]) -> tuple[Array, dict[str, Any]]:
    """Step down the gradient."""
    config.setdefault("learning_rate", 1e-2)
    return w - config["learning_rate"] * dw, config


def momentum(w: Array, dw: Array, config: dict[str, Any]) -> tuple[Array, dict[str, Any]]:
    """Step down a running sum of gradients, which the config keeps."""
    config["velocity"] = 0.9 * config.get("velocity", 0.0) - config["learning_rate"] * dw
    return w + config["velocity"], config


RULES = {"sgd": sgd, "momentum": momentum}


class LinearModel:
    """Softmax regression."""

    def __init__(self, features: int = 4, classes: int = 3) -> None:
        self.params = {"W": np.zeros((features, classes)), "b": np.zeros(classes)}

    def loss(self, X: Array, y: Array | None = None) -> Any:
        """Return scores, or the loss and the gradients."""
        scores = X @ self.params["W"] + self.params["b"]
        if y is None:
            return scores
        exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
        p = exponentials / exponentials.sum(axis=1, keepdims=True)
        loss = -np.log(p[np.arange(len(y)), y]).mean()
        p[np.arange(len(y)), y] -= 1
        p /= len(y)
        return loss, {"W": X.T @ p, "b": p.sum(axis=0)}


@pytest.fixture
def data() -> dict[str, Array]:
    """Three classes around three points, told apart by a line."""
    generator = np.random.default_rng(0)
    y = generator.integers(3, size=250)
    X = generator.normal(size=(250, 4)) + 4 * np.eye(4)[y]
    return {"X_train": X[:200], "y_train": y[:200], "X_val": X[200:], "y_val": y[200:]}


def build(data: dict[str, Array], **settings: Any) -> Solver:
    """Build a quiet solver with random numbers of its own."""
    defaults: dict[str, Any] = {
        "optim": RULES,
        "optim_config": {"learning_rate": 0.1},
        "batch_size": 50,
        "num_epochs": 5,
        "verbose": False,
        "rng": np.random.default_rng(1),
    }
    return Solver(LinearModel(), data, **(defaults | settings))


def test_training_learns_and_repeats_itself(data: dict[str, Array]) -> None:
    """The classes are told apart, with the same numbers each time."""
    first, second = build(data), build(data)
    first.train()
    second.train()
    assert first.val_acc_history[-1] > 0.95
    assert first.loss_history == second.loss_history
    np.testing.assert_array_equal(first.model.params["W"], second.model.params["W"])
    # One measurement after the first step and one after each epoch of four steps.
    assert (len(first.loss_history), len(first.val_acc_history), first.epoch) == (20, 6, 5)


def test_without_a_generator_the_global_seed_decides(data: dict[str, Array]) -> None:
    """Notebooks seed NumPy's global state."""
    histories = []
    for _ in range(2):
        np.random.seed(5)  # noqa: NPY002
        solver = build(data, rng=None)
        solver.train()
        histories.append(solver.loss_history)
    assert histories[0] == histories[1]


def test_the_model_ends_with_the_best_parameters(data: dict[str, Array]) -> None:
    """Later steps that do worse on the validation examples are undone."""
    seen: list[tuple[float, Array]] = []

    class Watched(Solver):
        def _measure_progress(self) -> None:
            super()._measure_progress()
            seen.append((self.val_acc_history[-1], self.model.params["W"].copy()))

    def leave(w: Array, dw: Array, config: dict[str, Any]) -> tuple[Array, dict[str, Any]]:
        config["steps"] = config.get("steps", 0) + 1
        return w - (0.1 if config["steps"] <= 8 else -5.0) * dw, config

    solver = Watched(
        LinearModel(),
        data,
        update_rule=leave,
        num_epochs=4,
        batch_size=50,
        verbose=False,
        rng=np.random.default_rng(1),
    )
    solver.train()
    best_accuracy, best_weights = max(seen, key=lambda pair: pair[0])
    assert best_accuracy == solver.best_val_acc > seen[-1][0]
    np.testing.assert_array_equal(solver.model.params["W"], best_weights)


def test_learning_rates_decay_after_each_epoch(data: dict[str, Array]) -> None:
    """Each parameter has a config of its own, and the caller's is left alone."""
    config = {"learning_rate": 0.1}
    solver = build(data, optim_config=config, lr_decay=0.5, num_epochs=3)
    solver.train()
    assert [c["learning_rate"] for c in solver.optim_configs.values()] == [0.0125, 0.0125]
    assert config == {"learning_rate": 0.1}


def test_an_unknown_update_rule_is_refused(data: dict[str, Array]) -> None:
    """The error names the rule."""
    with pytest.raises(ValueError, match='invalid update_rule "sgdd"'):
        build(data, update_rule="sgdd")


def test_unknown_arguments_and_lacking_data_are_refused(data: dict[str, Array]) -> None:
    """The error names the argument, or the array."""
    with pytest.raises(ValueError, match="unrecognized arguments: 'learning_rate'"):
        build(data, learning_rate=1.0)
    del data["y_val"]
    with pytest.raises(ValueError, match="data lacks y_val"):
        build(data)


def test_a_module_serves_as_optim(data: dict[str, Array]) -> None:
    """Rules are looked up as attributes of anything that is no mapping."""
    solver = build(data, optim=SimpleNamespace(**RULES), update_rule="momentum")
    assert solver.update_rule is momentum


def test_accuracy_counts_the_highest_scores(data: dict[str, Array]) -> None:
    """Batches do not matter, and a sample is as large as asked for."""
    solver = build(data)
    X, y = np.eye(4)[:3], np.array([0, 1, 0])
    solver.model.params["W"] = np.eye(4, 3)
    assert solver.check_accuracy(X, y) == pytest.approx(2 / 3)
    assert solver.check_accuracy(X, y, batch_size=2) == pytest.approx(2 / 3)
    assert solver.check_accuracy(X, y, num_samples=1) in {0.0, 1.0}


def test_training_reports_losses_and_epochs(
    data: dict[str, Array], capsys: pytest.CaptureFixture[str]
) -> None:
    """With verbose on, losses are printed every so many steps and accuracies each epoch."""
    build(data, verbose=True, print_every=3, num_epochs=1).train()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(")")[0] for line in lines] == [
        "(Iteration 1 / 4",
        "(Epoch 0 / 1",
        "(Iteration 4 / 4",
        "(Epoch 1 / 1",
    ]


@pytest.mark.parametrize("seeded", [True, False])
def test_a_resumed_training_ends_with_the_same_numbers(
    data: dict[str, Array], tmp_path: Path, seeded: bool
) -> None:
    """A checkpoint after two epochs, continued elsewhere, gives what four epochs give."""
    settings: dict[str, Any] = {"update_rule": "momentum", "num_epochs": 4, "lr_decay": 0.9}
    name = str(tmp_path / "run")
    whole = build(
        data,
        checkpoint_name=name,
        rng=np.random.default_rng(1) if seeded else None,
        **settings,
    )
    whole.train()
    later = build(data, rng=np.random.default_rng(99) if seeded else None, **settings)
    later.resume(f"{name}_epoch_2.pkl")
    assert later.epoch == 2
    later.train()
    assert later.loss_history == whole.loss_history
    assert later.val_acc_history == whole.val_acc_history
    np.testing.assert_array_equal(later.model.params["W"], whole.model.params["W"])


class NoisyModel(LinearModel):
    """Draws from the global state and keeps a running mean, as networks with dropout do."""

    def __init__(self) -> None:
        super().__init__()
        self.running_mean = np.zeros(4)

    def loss(self, X: Array, y: Array | None = None) -> Any:
        """Drop inputs while training, and centre them by the running mean otherwise."""
        if y is None:
            return super().loss(X - self.running_mean)
        self.running_mean = 0.9 * self.running_mean + 0.1 * X.mean(axis=0)
        mask = np.random.rand(*X.shape) < 0.7  # noqa: NPY002 - the course's dropout draws so
        return super().loss((X - self.running_mean) * mask, y)


@pytest.mark.parametrize("seeded", [True, False])
def test_resuming_restores_all_that_the_model_keeps(
    data: dict[str, Array], tmp_path: Path, seeded: bool
) -> None:
    """Running averages and the global state that its layers draw from, too."""

    def build_noisy(**settings: Any) -> Solver:
        rng = np.random.default_rng(1) if seeded else None
        return Solver(
            NoisyModel(), data, optim=RULES, batch_size=50, verbose=False, rng=rng, **settings
        )

    np.random.seed(3)  # noqa: NPY002
    whole = build_noisy(num_epochs=3, checkpoint_name=str(tmp_path / "run"))
    whole.train()
    later = build_noisy(num_epochs=3)
    later.resume(tmp_path / "run_epoch_1.pkl")
    later.train()
    assert later.loss_history == whole.loss_history
    assert later.train_acc_history == whole.train_acc_history
    np.testing.assert_array_equal(later.model.running_mean, whole.model.running_mean)


def test_a_checkpoint_that_does_not_fit_is_refused(data: dict[str, Array], tmp_path: Path) -> None:
    """Other files, other models and the other source of minibatches are told apart."""
    build(data, num_epochs=1, checkpoint_name=str(tmp_path / "run")).train()
    path = tmp_path / "run_epoch_1.pkl"
    with pytest.raises(ValueError, match="was written with rng, expected a solver built likewise"):
        build(data, rng=None).resume(path)
    other = Solver(LinearModel(5), data, optim=RULES, rng=np.random.default_rng(0))
    with pytest.raises(
        ValueError, match=r"holds parameters \{'W': \(4, 3\), .*expected .*\(5, 3\)"
    ):
        other.resume(path)
    path.write_bytes(pickle.dumps({"epoch": 1}))
    with pytest.raises(ValueError, match="expected a checkpoint of this solver"):
        build(data).resume(path)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"batch_size": 0}, "batch_size is 0: expected a whole number of at least 1"),
        ({"batch_size": 10.5}, "batch_size is 10.5: expected a whole number"),
        ({"num_epochs": -1}, "num_epochs is -1: expected a whole number of at least 0"),
        ({"num_train_samples": 0}, "num_train_samples is 0: expected a whole number"),
        ({"num_val_samples": "all"}, "num_val_samples is 'all': expected a whole number"),
        ({"print_every": 0}, "print_every is 0: expected more than 0"),
        ({"progress": True}, "progress is True: expected a callable"),
    ],
)
def test_numbers_out_of_range_are_named(
    data: dict[str, Array], settings: dict[str, Any], message: str
) -> None:
    """The error says what was found and what was expected."""
    with pytest.raises(ValueError, match=message):
        build(data, **settings)


def test_examples_without_labels_are_named(data: dict[str, Array]) -> None:
    """The error gives both shapes; a set without examples is refused as well."""
    with pytest.raises(ValueError, match=r"data\['y_val'\] has shape \(49,\): .* \(50, 4\)"):
        build(data | {"y_val": data["y_val"][:49]})
    with pytest.raises(ValueError, match=r"data\['X_train'\] has shape \(0, 4\): expected an"):
        build(data | {"X_train": np.zeros((0, 4)), "y_train": np.zeros(0, int)})


def test_a_progress_callable_sees_every_step(data: dict[str, Array]) -> None:
    """It wraps the range of steps, and the numbers stay the same."""
    seen: list[int] = []

    def follow(steps: range) -> Iterator[int]:
        for step in steps:
            yield step
            seen.append(step)

    followed, plain = build(data, progress=follow), build(data)
    followed.train()
    plain.train()
    assert seen == list(range(20))
    assert followed.loss_history == plain.loss_history


def test_a_progress_bar_leaves_the_courses_prints_alone(
    data: dict[str, Array], capsys: pytest.CaptureFixture[str]
) -> None:
    """A real bar on standard error; standard output is the same with and without it."""
    build(data, verbose=True, num_epochs=2).train()
    plain = capsys.readouterr()
    bar = partial(track, console=Console(file=sys.stderr), description="training")
    build(data, verbose=True, num_epochs=2, progress=bar).train()
    followed = capsys.readouterr()
    assert (plain.err, followed.out) == ("", plain.out)
    assert "100%" in followed.err


def test_lines_are_written_through_a_bar_that_offers_it(
    data: dict[str, Array], capsys: pytest.CaptureFixture[str]
) -> None:
    """Such a bar steps aside for them."""
    lines: list[str] = []

    class Bar(list[int]):
        def write(self, line: str) -> None:
            lines.append(line)

    build(data, verbose=True, num_epochs=1, progress=Bar).train()
    assert [line.split()[0] for line in lines] == ["(Iteration", "(Epoch", "(Epoch"]
    assert capsys.readouterr().out == ""


LAYOUTS = {
    "cs231n": ("cs231n.solver", "cs231n.classifiers.fc_net", "cs231n/optim.py"),
    "nndl": ("utils.solver", "nndl.fc_net", "nndl/optim.py"),
    "nndl-early": ("cs231n.solver", "nndl.fc_net", "nndl/optim.py"),
    "layers-utils": ("base.solver", "classifiers.fc_net", "base/optim.py"),
    "flat": ("solver", "fc_net", "optim.py"),
}

PROBE = """
import importlib, sys
sys.path.insert(0, ".")
solver, model = (importlib.import_module(name) for name in sys.argv[1:])
data = dict.fromkeys(["X_train", "y_train", "X_val", "y_val"])
print(solver.Solver(model.Net(), data, update_rule="adam").update_rule.__module__)
"""


def run_layout(folder: Path, layout: str, optim: str) -> subprocess.CompletedProcess[str]:
    """Lay out a submission and ask where its solver finds update rules."""
    solver, model, optim_path = LAYOUTS[layout]
    for path, text in (
        (solver.replace(".", "/") + ".py", provided_source("solver")),
        (model.replace(".", "/") + ".py", "class Net:\n    params = {}\n"),
        (optim_path, optim),
    ):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return subprocess.run(
        [sys.executable, "-I", "-c", PROBE, solver, model],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_the_students_optim_is_found_wherever_courses_keep_it(tmp_path: Path, layout: str) -> None:
    """Around the model, beside the solver, or at the top."""
    done = run_layout(tmp_path, layout, "def adam(w, dw, config):\n    return w, config\n")
    assert done.stdout.strip() == LAYOUTS[layout][2].removesuffix(".py").replace("/", ".")


def test_an_optim_that_cannot_be_imported_says_why(tmp_path: Path) -> None:
    """What it lacks itself is not taken for its own absence."""
    done = run_layout(tmp_path, "cs231n", "import no_such_module\n")
    assert "No module named 'no_such_module'" in done.stderr


def test_no_optim_at_all_is_reported_with_the_places(tmp_path: Path) -> None:
    """The error lists where it looked and how to hand a module in."""
    done = run_layout(tmp_path, "flat", "")
    assert 'invalid update_rule "adam"' in done.stderr
    (tmp_path / "optim.py").unlink()
    solver, model, _ = LAYOUTS["flat"]
    done = subprocess.run(
        [sys.executable, "-I", "-B", "-c", PROBE, solver, model],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "looked for optim; pass it as Solver(..., optim=module)" in done.stderr


def test_plain_gradient_descent_needs_no_optim(tmp_path: Path) -> None:
    """Courses hand ``sgd`` out complete, so that a model alone can be trained by it."""
    run_layout(tmp_path, "flat", "")
    (tmp_path / "optim.py").unlink()
    probe = PROBE.replace("adam", "sgd").replace(".__module__", "(1.0, 3.0, {})")
    done = subprocess.run(
        [sys.executable, "-I", "-B", "-c", probe, *LAYOUTS["flat"][:2]],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "(0.97, {'learning_rate': 0.01})"


def test_training_in_slices_ends_as_in_one_piece(data: dict[str, Array]) -> None:
    """One epoch at a time gives the same numbers, and the best parameters at the end only."""
    whole, sliced = build(data), build(data)
    whole.train()
    for epoch in range(1, 6):
        sliced.train(epochs=1)
        assert sliced.epoch == epoch
    sliced.train(epochs=1)
    assert (sliced.epoch, sliced.loss_history) == (5, whole.loss_history)
    np.testing.assert_array_equal(whole.model.params["W"], sliced.model.params["W"])

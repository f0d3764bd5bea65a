"""The reference's models learn, and the command that trains them works end to end."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from grader.provided.data_utils import synthetic_CIFAR10
from reference.data import load_data
from reference.recipes import RECIPES, run_recipe
from reference.train import main

# Well below the least test accuracy that docs/training.md lists for five seeds.
DIGITS_FLOORS = {
    "softmax": 0.93,
    "linear_svm": 0.93,
    "two_layer": 0.92,
    "modular_two_layer": 0.93,
    "fully_connected": 0.94,
    "fully_connected_dropout": 0.93,
    "three_layer_convnet": 0.93,
    "deep_convnet": 0.92,
}


@pytest.fixture(scope="module")
def digits() -> dict[str, np.ndarray]:
    """Load scikit-learn's digits as the command does."""
    return load_data("digits", dtype=np.float32)


@pytest.mark.parametrize("seed", [0, 5])
@pytest.mark.parametrize("name", RECIPES)
def test_every_model_learns_the_digits(name: str, seed: int, digits: dict[str, np.ndarray]) -> None:
    """Test images are told apart as often as the documentation says."""
    training = run_recipe(name, "digits", digits, seed=seed)
    assert training.test_accuracy > DIGITS_FLOORS[name]
    assert training.validation_accuracy > DIGITS_FLOORS[name]


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_repeats_itself_from_its_seed(
    name: str, digits: dict[str, np.ndarray]
) -> None:
    """To the last image, and without leaving a trace in NumPy's global generator."""
    np.random.seed(11)  # noqa: NPY002 - the global generator is the subject
    untouched = np.random.RandomState(11).random()
    few = digits | {part: digits[part][:400] for part in ("X_train", "y_train")}
    first, second, other = (
        run_recipe(name, "digits", few, seed=seed, duration=1) for seed in (3, 3, 4)
    )
    measured = [
        (training.train_accuracy, training.validation_accuracy, training.test_accuracy)
        for training in (first, second, other)
    ]
    assert measured[0] == measured[1] != measured[2]
    assert np.random.random() == untouched  # noqa: NPY002


def test_recipes_have_a_schedule_for_every_source() -> None:
    """So that each runs wherever the others do."""
    for recipe in RECIPES.values():
        assert set(recipe.schedules) == {"cifar10", "digits", "synthetic"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("perceptron", "digits"), "name is 'perceptron': expected 'softmax' or"),
        (("softmax", "mnist"), "source is 'mnist': expected 'cifar10' or"),
        (("softmax", "digits", 0), "duration is 0: expected a whole number of at least 1"),
    ],
)
def test_bad_arguments_are_named(arguments: tuple[str, str, int | None], message: str) -> None:
    """Before anything is trained."""
    name, source, *duration = arguments
    with pytest.raises(ValueError, match=message):
        run_recipe(name, source, {}, duration=duration[0] if duration else None)


@pytest.fixture(scope="module")
def batch_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write generated images in CIFAR-10's format, 100 a file, pickled as Python 2 would."""
    folder = tmp_path_factory.mktemp("data") / "cifar-10-batches-py"
    folder.mkdir()
    X, y, X_test, y_test = synthetic_CIFAR10(500, 100)
    for start, name in enumerate([f"data_batch_{number}" for number in range(1, 6)]):
        rows = slice(100 * start, 100 * (start + 1))
        write_batch(folder / name, X[rows], y[rows])
    write_batch(folder / "test_batch", X_test, y_test)
    return folder


def write_batch(path: Path, images: np.ndarray, labels: np.ndarray) -> None:
    """Write one file: rows of the red, the green and the blue plane, labels as a list."""
    rows = images.transpose(0, 3, 1, 2).reshape(len(images), -1).astype(np.uint8)
    content = pickle.dumps({"data": rows, "labels": labels.tolist()}, protocol=2)
    path.write_bytes(content.replace(b"numpy._core", b"numpy.core"))


SMALL = ["--num-training", "200", "--num-validation", "50", "--num-test", "50"]


@pytest.mark.parametrize("name", RECIPES)
def test_the_command_trains_every_recipe_on_batch_files(
    name: str, batch_files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One iteration or epoch of each, with the course's own figure beside it."""
    arguments = ["cifar10", "--data", str(batch_files), "--recipe", name, "--duration", "1"]
    assert main([*arguments, *SMALL]) == 0
    printed = capsys.readouterr()
    lines = printed.out.splitlines()
    assert lines[0] == "cifar10: 200 training, 50 validation, 50 test images"
    assert lines[2].split()[:2] == [name, "0"]
    assert lines[3].endswith(RECIPES[name].published or "nothing")
    assert printed.err == ""


def test_the_command_learns_from_batch_files(
    batch_files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the schedule of the course the linear classifier gets far above chance."""
    main(["cifar10", "--data", str(batch_files), "--recipe", "softmax", *SMALL])
    accuracies = capsys.readouterr().out.splitlines()[2].split()[2:5]
    assert all(float(accuracy.rstrip("%")) > 50 for accuracy in accuracies)


def test_the_command_runs_as_a_program_and_sums_up_several_seeds() -> None:
    """A row for each seed and one for their median."""
    command = [sys.executable, "-m", "reference.train", "digits", "--recipe", "linear_svm"]
    done = subprocess.run(
        [*command, "--seeds", "3", "--seed", "7"], capture_output=True, text=True, check=True
    )
    rows = [line.split() for line in done.stdout.splitlines()[2:]]
    assert [row[:2] for row in rows[:3]] == [["linear_svm", str(seed)] for seed in (7, 8, 9)]
    middle = sorted(rows[:3], key=lambda row: float(row[4].rstrip("%")))[1][4]
    assert (rows[3][0], rows[3][3]) == ("median", middle)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["cifar10"], "--data: expected the folder cifar-10-batches-py"),
        (["digits", "--data", "here"], "--data: expected the folder"),
        (["cifar10", "--data", "/nonexistent"], "CIFAR-10 not found: no /nonexistent"),
        (["digits", "--num-test", "3000"], "expected at most 1547 and 250"),
        (["digits", "--seeds", "0"], "--seeds: '0', expected a whole number of at least 1"),
        (["digits", "--recipe", "resnet"], "invalid choice: 'resnet'"),
        (["imagenet"], "invalid choice: 'imagenet'"),
    ],
)
def test_wrong_commands_exit_with_one_clear_line(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Code 2, the last line of standard error saying what is wrong, nothing printed."""
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    printed = capsys.readouterr()
    assert caught.value.code == 2
    assert message in printed.err.splitlines()[-1]
    assert printed.out == ""

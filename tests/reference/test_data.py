from __future__ import annotations

import pickle
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.provided.data_utils import get_CIFAR10_data, get_synthetic_CIFAR10_data
from reference.data import DEFAULT_SIZES, append_ones, load_data

NAMES = ("X_train", "y_train", "X_val", "y_val", "X_test", "y_test")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write a folder as CIFAR-10 has it, with five random images a file."""
    generator = np.random.default_rng(0)
    for name in [f"data_batch_{number}" for number in range(1, 6)] + ["test_batch"]:
        images = generator.integers(256, size=(5, 3072), dtype=np.uint8)
        labels = generator.integers(10, size=5).tolist()
        (tmp_path / name).write_bytes(pickle.dumps({"data": images, "labels": labels}))
    return tmp_path


def load_small(source: str, folder: Path, **options: Any) -> dict[str, np.ndarray]:
    """Load 15 training, 6 validation and 4 test images of a source."""
    if source == "cifar10":
        options["folder"] = folder
    return load_data(source, num_training=15, num_validation=6, num_test=4, **options)


@pytest.mark.parametrize(
    ("source", "image"),
    [("cifar10", (3, 32, 32)), ("digits", (1, 8, 8)), ("synthetic", (3, 32, 32))],
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_source_has_one_form(
    source: str, image: tuple[int, ...], dtype: type[np.floating], folder: Path
) -> None:
    """The course's dictionary, with images or rows of the asked dtype, centred on training."""
    images = load_small(source, folder, dtype=dtype)
    assert tuple(images) == NAMES
    for part, count in (("train", 15), ("val", 6), ("test", 4)):
        X, y = images[f"X_{part}"], images[f"y_{part}"]
        assert (X.shape, X.dtype) == ((count, *image), dtype)
        assert (y.shape, y.dtype) == ((count,), np.int64)
        assert set(y) <= set(range(10))
    np.testing.assert_allclose(images["X_train"].mean(axis=0), 0, atol=1e-4)
    rows = load_small(source, folder, dtype=dtype, flatten=True)
    for part in ("train", "val", "test"):
        flat = images[f"X_{part}"].reshape(-1, int(np.prod(image)))
        np.testing.assert_array_equal(rows[f"X_{part}"], flat)


@pytest.mark.parametrize("source", ["cifar10", "digits", "synthetic"])
def test_without_the_mean_images_are_as_bright_as_they_were(source: str, folder: Path) -> None:
    """From 0 to 255, and all lose the same mean image otherwise."""
    raw = load_small(source, folder, subtract_mean=False)
    centred = load_small(source, folder)
    assert 0 <= raw["X_train"].min() < 100 < raw["X_train"].max() <= 255
    mean = raw["X_train"].mean(axis=0)
    for part in ("train", "val", "test"):
        np.testing.assert_allclose(centred[f"X_{part}"], raw[f"X_{part}"] - mean, atol=1e-10)


def test_photographs_and_patterns_are_those_of_the_courses_functions(folder: Path) -> None:
    """The loader adds a form to what courses provide, and changes no number."""
    pairs = [
        (load_small("cifar10", folder), get_CIFAR10_data(15, 6, 4, ROOT=folder)),
        (load_small("synthetic", folder, seed=3), get_synthetic_CIFAR10_data(15, 6, 4, seed=3)),
    ]
    for loaded, provided in pairs:
        for name in NAMES:
            np.testing.assert_array_equal(loaded[name], provided[name])


def test_digits_are_shuffled_by_the_seed_and_used_once() -> None:
    """By default the three parts are all 1797 digits, without one of them twice."""
    data = load_data("digits", subtract_mean=False)
    assert (
        tuple(len(data[f"y_{part}"]) for part in ("train", "val", "test"))
        == (DEFAULT_SIZES["digits"])
    )
    everything = np.concatenate([data[f"X_{part}"] for part in ("train", "val", "test")])
    other = load_data("digits", subtract_mean=False, seed=1)
    shuffled = np.concatenate([other[f"X_{part}"] for part in ("train", "val", "test")])
    assert not np.array_equal(everything, shuffled)
    rows, shuffled_rows = (sorted(map(tuple, X.reshape(1797, 64))) for X in (everything, shuffled))
    assert rows == shuffled_rows
    again = load_data("digits", subtract_mean=False)
    np.testing.assert_array_equal(data["X_test"], again["X_test"])


def test_digits_without_scikit_learn_name_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error is one line that says what to install."""
    for name in [name for name in sys.modules if name.split(".")[0] == "sklearn"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Absent(), *sys.meta_path])
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'grade\[data\]'") as caught:
        load_data("digits")
    assert "\n" not in str(caught.value)
    assert load_data("synthetic", num_training=2, num_validation=1, num_test=1)


class Absent:
    """Finds no scikit-learn, as on a machine without it."""

    def find_spec(self, name: str, *_: object) -> None:
        """Refuse scikit-learn and leave all else to the other finders."""
        if name.split(".", maxsplit=1)[0] == "sklearn":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"source": "mnist"}, "source is 'mnist': expected 'cifar10' or 'digits' or 'synthetic'"),
        ({"source": "cifar10"}, "folder is None: expected the folder cifar-10-batches-py"),
        ({"folder": "here"}, "folder is 'here': expected None with source 'digits'"),
        ({"dtype": np.int64}, "dtype is int64: expected a floating one"),
        ({"num_test": 0}, "num_test is 0: expected a whole number of at least 1"),
        ({"num_training": 1548}, r"num_training \+ num_validation is 1798 .* at most 1797 and 0"),
    ],
)
def test_bad_arguments_are_named(arguments: dict[str, Any], message: str) -> None:
    """The error says what was found and what was expected."""
    with pytest.raises(ValueError, match=message):
        load_data(**arguments)


def test_ones_are_appended_to_rows() -> None:
    """The last weights of a linear classifier are its biases; the dtype is kept."""
    X = np.arange(12, dtype=np.float32).reshape(2, 1, 2, 3)
    extended = append_ones(X)
    assert extended.dtype == np.float32
    np.testing.assert_array_equal(extended, [[0, 1, 2, 3, 4, 5, 1], [6, 7, 8, 9, 10, 11, 1]])

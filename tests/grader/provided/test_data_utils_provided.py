"""Loading CIFAR-10 batch files, written here with a few small random images."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.provided import data_utils

BATCHES = [f"data_batch_{number}" for number in range(1, 6)] + ["test_batch"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write a folder as CIFAR-10 has it, with four images a file, pickled as Python 2 would."""
    root = tmp_path / "cifar-10-batches-py"
    root.mkdir()
    generator = np.random.default_rng(0)
    for name in BATCHES:
        batch = {
            "data": generator.integers(256, size=(4, 3072), dtype=np.uint8),
            "labels": generator.integers(10, size=4).tolist(),
        }
        content = pickle.dumps(batch, protocol=2)
        (root / name).write_bytes(content.replace(b"numpy._core", b"numpy.core"))
    return root


def test_a_batch_has_channels_last(folder: Path) -> None:
    """Brightness is stored red, green, blue plane by plane, row by row."""
    images, labels = data_utils.load_CIFAR_batch(folder / "data_batch_2")
    with (folder / "data_batch_2").open("rb") as file:
        raw = data_utils.load_pickle(file)
    assert (images.shape, images.dtype) == ((4, 32, 32, 3), np.float64)
    assert images[3, 5, 7, 2] == raw["data"][3, 2 * 1024 + 5 * 32 + 7]
    assert labels.tolist() == raw["labels"]


def test_batches_are_joined_in_order(folder: Path) -> None:
    """Training images are those of the five batches, one after the other."""
    X, y, X_test, y_test = data_utils.load_CIFAR10(folder)
    assert (X.shape, X_test.shape) == ((20, 32, 32, 3), (4, 32, 32, 3))
    images, labels = data_utils.load_CIFAR_batch(folder / "data_batch_5")
    np.testing.assert_array_equal(X[16:], images)
    np.testing.assert_array_equal(y[16:], labels)
    assert len(y_test) == 4


def test_the_split_is_centred_on_the_training_images(folder: Path) -> None:
    """Validation images follow the training images, and all lose the training mean."""
    X, y, X_test, _ = data_utils.load_CIFAR10(folder)
    data = data_utils.get_CIFAR10_data(12, 5, 3, ROOT=folder)
    mean = X[:12].mean(axis=0)
    assert {name: len(part) for name, part in data.items()} == {
        "X_train": 12, "y_train": 12, "X_val": 5, "y_val": 5, "X_test": 3, "y_test": 3,
    }  # fmt: skip
    np.testing.assert_allclose(data["X_val"], (X[12:17] - mean).transpose(0, 3, 1, 2))
    np.testing.assert_allclose(data["X_test"], (X_test[:3] - mean).transpose(0, 3, 1, 2))
    np.testing.assert_array_equal(data["y_val"], y[12:17])
    raw = data_utils.get_CIFAR10_data(12, 5, 3, subtract_mean=False, ROOT=folder)
    np.testing.assert_array_equal(raw["X_train"], X[:12].transpose(0, 3, 1, 2))


def test_the_folder_may_come_first_or_be_found(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some courses pass it as the first argument, others keep it in the current folder."""
    with pytest.raises(ValueError, match="num_training \\+ num_validation is 50000"):
        data_utils.get_CIFAR10_data(str(folder), subtract_mean=True)
    monkeypatch.chdir(folder.parent)
    found = data_utils.get_CIFAR10_data(12, 5, 3)
    np.testing.assert_array_equal(
        found["X_train"], data_utils.get_CIFAR10_data(12, 5, 3, ROOT=folder)["X_train"]
    )


def test_an_absent_folder_is_one_clear_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error says what is absent and what to do, on one line."""
    monkeypatch.chdir(tmp_path)
    for load in (
        data_utils.get_CIFAR10_data,
        lambda: data_utils.load_CIFAR10(tmp_path / "nowhere"),
        lambda: data_utils.load_CIFAR10(tmp_path),
    ):
        with pytest.raises(FileNotFoundError) as caught:
            load()
        message = str(caught.value)
        assert "CIFAR-10 not found" in message
        assert "get_synthetic_CIFAR10_data()" in message
        assert "\n" not in message


class Payload:
    """Runs code when it is unpickled."""

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return print, ("owned",)


def test_a_batch_file_cannot_run_code(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A pickle of anything but plain values and arrays is refused."""
    (folder / "test_batch").write_bytes(pickle.dumps({"data": Payload(), "labels": []}))
    with pytest.raises(pickle.UnpicklingError, match=r"builtins\.print"):
        data_utils.load_CIFAR10(folder)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "content",
    [
        b"",
        pickle.dumps([1, 2]),
        pickle.dumps({"data": np.zeros((4, 3072), np.uint8)}),
        pickle.dumps({"data": np.zeros((4, 3000), np.uint8), "labels": [0] * 4}),
        pickle.dumps({"data": np.zeros((4, 3072), np.uint8), "labels": [0] * 3}),
    ],
)
def test_a_damaged_batch_file_is_named(folder: Path, content: bytes) -> None:
    """Empty, of another kind, without labels, of other images, with too few labels."""
    (folder / "data_batch_3").write_bytes(content)
    with pytest.raises(ValueError, match="data_batch_3 is no batch file of CIFAR-10"):
        data_utils.load_CIFAR10(folder)


def test_generated_images_repeat_themselves() -> None:
    """Equal seeds give equal images, other seeds others, all as bright as real ones."""
    X, y, X_test, y_test = data_utils.synthetic_CIFAR10(30, 10, seed=3)
    again = data_utils.synthetic_CIFAR10(30, 10, seed=3)
    for got, wanted in zip((X, y, X_test, y_test), again, strict=True):
        np.testing.assert_array_equal(got, wanted)
    assert not np.array_equal(X, data_utils.synthetic_CIFAR10(30, 10, seed=4)[0])
    assert (X.shape, X.dtype, y.dtype) == ((30, 32, 32, 3), np.float64, np.int64)
    assert 0 <= X.min() < X.max() <= 255
    assert set(np.concatenate([y, y_test])) <= set(range(10))


def test_generated_classes_can_be_learned() -> None:
    """The nearest mean image tells most classes, so training on them shows progress."""
    data = data_utils.get_synthetic_CIFAR10_data(300, 100, 10)
    means = np.stack([data["X_train"][data["y_train"] == c].mean(axis=0) for c in range(10)])
    distances = ((data["X_val"][:, np.newaxis] - means) ** 2).sum(axis=(2, 3, 4))
    assert (distances.argmin(axis=1) == data["y_val"]).mean() > 0.6
    assert data["X_train"].shape == (300, 3, 32, 32)
    np.testing.assert_allclose(data["X_train"].mean(axis=0), 0, atol=1e-9)


@pytest.mark.parametrize("name", ["load_tiny_imagenet", "load_models", "load_imagenet_val"])
def test_what_is_not_provided_says_so(name: str) -> None:
    """The names are there for star imports; calling them says that they do nothing."""
    with pytest.raises(NotImplementedError, match=f"{name} is not provided"):
        getattr(data_utils, name)("anything")

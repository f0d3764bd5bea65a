"""Load the CIFAR-10 images as the course's notebooks want them.

The images come from the batch files of the Python version of CIFAR-10, in a folder that
the user has. Nothing is downloaded, and generated images are only given to those who ask
for them by name.

References
----------
A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009.
"""

import os
import pickle
import platform
from pathlib import Path
from typing import IO, Any, NoReturn

import numpy as np
import numpy.typing as npt

# Student files lean on what the course's file star-exports.
__all__ = [
    "get_CIFAR10_data",
    "get_synthetic_CIFAR10_data",
    "load_CIFAR10",
    "load_CIFAR_batch",
    "load_imagenet_val",
    "load_models",
    "load_pickle",
    "load_tiny_imagenet",
    "np",
    "os",
    "pickle",
    "platform",
    "synthetic_CIFAR10",
]

_Floats = npt.NDArray[np.float64]
_Labels = npt.NDArray[np.int64]
_Sets = tuple[_Floats, _Labels, _Floats, _Labels]

_FOLDER = "cifar-10-batches-py"
_CLASSES = 10
_SIDE = 32

# The only names a batch file needs. Everything else in a pickle would be code to run.
_PICKLE_NAMES = {
    ("_codecs", "encode"),
    ("numpy", "dtype"),
    ("numpy", "ndarray"),
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy.core.numeric", "_frombuffer"),
    ("numpy._core.numeric", "_frombuffer"),
}


class _ArrayUnpickler(pickle.Unpickler):
    """Reads plain values and arrays, and refuses any other object."""

    def find_class(self, module_name: str, global_name: str) -> object:
        if (module_name, global_name) not in _PICKLE_NAMES:
            raise pickle.UnpicklingError(
                f"the file holds {module_name}.{global_name}, expected plain values and arrays"
            )
        return super().find_class(module_name, global_name)


def load_pickle(f: IO[bytes]) -> dict[str, Any]:
    """Read a dict of plain values and arrays, also if Python 2 wrote it.

    Parameters
    ----------
    f : binary file

    Returns
    -------
    dict

    Raises
    ------
    pickle.UnpicklingError
        If the file is no pickle or holds other objects.
    """
    content: dict[str, Any] = _ArrayUnpickler(f, encoding="latin1").load()
    return content


def load_CIFAR_batch(filename: str | os.PathLike[str]) -> tuple[_Floats, _Labels]:
    """Load one batch file.

    Parameters
    ----------
    filename : str or path

    Returns
    -------
    X : ndarray of shape (N, 32, 32, 3), float64
        Brightness 0 to 255.
    Y : ndarray of shape (N,), int64
        Labels 0 to 9.
    """
    images, labels = _read_batch(Path(filename))
    return _as_floats(images), labels


def load_CIFAR10(ROOT: str | os.PathLike[str]) -> _Sets:
    """Load all of CIFAR-10.

    Parameters
    ----------
    ROOT : str or path
        The folder ``cifar-10-batches-py``, with ``data_batch_1`` to ``5`` and ``test_batch``.

    Returns
    -------
    Xtr : ndarray of shape (50000, 32, 32, 3), float64
        Training images, brightness 0 to 255.
    Ytr : ndarray of shape (50000,), int64
        Training labels, 0 to 9.
    Xte, Yte
        The 10000 test images and labels, likewise.

    Raises
    ------
    FileNotFoundError
        If the folder or one of its files is absent.
    ValueError
        If a file holds something else than images and their labels.
    """
    folder = Path(ROOT)
    batches = [_read_batch(folder / f"data_batch_{number}") for number in range(1, 6)]
    train_images = np.concatenate([images for images, _ in batches])
    train_labels = np.concatenate([labels for _, labels in batches])
    test_images, test_labels = _read_batch(folder / "test_batch")
    return _as_floats(train_images), train_labels, _as_floats(test_images), test_labels


def get_CIFAR10_data(
    num_training: int | str | os.PathLike[str] = 49000,
    num_validation: int = 1000,
    num_test: int = 1000,
    subtract_mean: bool = True,
    *,
    ROOT: str | os.PathLike[str] | None = None,
) -> dict[str, Any]:
    """Load CIFAR-10, split it, and centre it as the course does.

    Parameters
    ----------
    num_training : int
        Training images, from the front of the training set. Some courses pass the folder
        here, first; it then stands for `ROOT`.
    num_validation : int
        Validation images: those that follow in the training set.
    num_test : int
        Test images, from the front of the test set.
    subtract_mean : bool
        Subtract the mean training image from all images.
    ROOT : str or path, optional
        The folder ``cifar-10-batches-py``. Without it, it is looked for in ``datasets``
        beside this file, and where the courses keep it below the current folder.

    Returns
    -------
    dict
        ``X_train``, ``X_val``, ``X_test``: float64 of shape (N, 3, 32, 32); ``y_train``,
        ``y_val``, ``y_test``: int64 of shape (N,).

    Raises
    ------
    FileNotFoundError
        If the folder or one of its files is absent.
    ValueError
        If there are fewer images than asked for.
    """
    if isinstance(num_training, str | os.PathLike):
        ROOT, num_training = num_training, 49000
    sets = load_CIFAR10(_find_folder() if ROOT is None else ROOT)
    return _split(sets, num_training, num_validation, num_test, subtract_mean)


def synthetic_CIFAR10(num_training: int = 5000, num_test: int = 1000, seed: int = 0) -> _Sets:
    """Generate images with the shapes and labels of CIFAR-10, for work without the real ones.

    Each class has a coloured pattern of its own. An image mixes 40 % to 100 % of its class's
    pattern with another's, shifted a little, under noise, so that a few images cannot be
    told and training does not reach 100 %. Equal arguments give equal images.

    Parameters
    ----------
    num_training, num_test : int
        How many images.
    seed : int
        Of the random numbers.

    Returns
    -------
    Xtr, Ytr, Xte, Yte
        As :func:`load_CIFAR10` returns them; brightness is whole, 0 to 255.
    """
    generator = np.random.default_rng(seed)
    coarse = generator.uniform(48, 208, size=(_CLASSES, 4, 4, 3))
    patterns = np.kron(coarse, np.ones((1, _SIDE // 4, _SIDE // 4, 1)))

    def draw(count: int) -> tuple[_Floats, _Labels]:
        labels = generator.integers(_CLASSES, size=count)
        images = generator.normal(scale=40, size=(count, _SIDE, _SIDE, 3))
        shifts = generator.integers(-2, 3, size=(count, 2)).tolist()
        others = patterns[generator.integers(_CLASSES, size=count)]
        shares = generator.uniform(0.4, 1, size=(count, 1, 1, 1))
        mixed = shares * patterns[labels] + (1 - shares) * others
        for image, pattern, shift in zip(images, mixed, shifts, strict=True):
            np.add(image, np.roll(pattern, shift, axis=(0, 1)), out=image)
        return np.clip(np.rint(images), 0, 255), labels

    return *draw(num_training), *draw(num_test)


def get_synthetic_CIFAR10_data(
    num_training: int = 4000,
    num_validation: int = 1000,
    num_test: int = 1000,
    subtract_mean: bool = True,
    *,
    seed: int = 0,
) -> dict[str, Any]:
    """Generate images, split and centred as :func:`get_CIFAR10_data` does with real ones.

    Parameters
    ----------
    num_training, num_validation, num_test : int
        How many images.
    subtract_mean : bool
        Subtract the mean training image from all images.
    seed : int
        Of the random numbers.

    Returns
    -------
    dict
        As :func:`get_CIFAR10_data`.
    """
    sets = synthetic_CIFAR10(num_training + num_validation, num_test, seed)
    return _split(sets, num_training, num_validation, num_test, subtract_mean)


def load_tiny_imagenet(path: str, dtype: type = np.float32, subtract_mean: bool = True) -> NoReturn:
    """Raise NotImplementedError: TinyImageNet is not provided."""
    raise NotImplementedError("load_tiny_imagenet is not provided: it needs an image decoder")


def load_models(models_dir: str) -> NoReturn:
    """Raise NotImplementedError: pickled models are not loaded."""
    raise NotImplementedError("load_models is not provided: pickled models can run any code")


def load_imagenet_val(num: int | None = None) -> NoReturn:
    """Raise NotImplementedError: ImageNet is not provided."""
    raise NotImplementedError("load_imagenet_val is not provided: it needs ImageNet images")


def _read_batch(path: Path) -> tuple[npt.NDArray[np.uint8], _Labels]:
    """Return images of shape (N, 3, 32, 32) and their labels."""
    if not path.is_file():
        absent = f"{path.name} in {path.parent}" if path.parent.is_dir() else path.parent
        raise FileNotFoundError(_explain_absence(f"CIFAR-10 not found: no {absent}"))
    try:
        with path.open("rb") as file:
            batch = load_pickle(file)
        images = batch["data"].reshape(-1, 3, _SIDE, _SIDE)
        labels = np.array(batch["labels"], dtype=np.int64).reshape(len(images))
    except (ValueError, TypeError, KeyError, AttributeError, EOFError) as error:
        raise ValueError(
            f"{path} is no batch file of CIFAR-10, expected a dict with data and labels: {error!r}"
        ) from error
    return images, labels


def _as_floats(images: npt.NDArray[np.uint8]) -> _Floats:
    return images.transpose(0, 2, 3, 1).astype(np.float64)


def _find_folder() -> Path:
    below = [Path("cs231n/datasets"), Path("utils/datasets"), Path("datasets"), Path(), Path("..")]
    # A module that was not read from a file has no __file__.
    if "__file__" in globals():
        below.insert(0, Path(__file__).parent / "datasets")
    folders = [parent / _FOLDER for parent in below]
    for folder in folders:
        if folder.is_dir():
            return folder
    places = ", ".join(map(str, folders))
    raise FileNotFoundError(_explain_absence(f"CIFAR-10 not found: looked for {places}"))


def _explain_absence(found: str) -> str:
    return (
        f"{found}; unpack cifar-10-python.tar.gz from https://www.cs.toronto.edu/~kriz/cifar.html "
        "there, or ask for generated images with get_synthetic_CIFAR10_data()"
    )


def _split(
    sets: _Sets, num_training: int, num_validation: int, num_test: int, subtract_mean: bool
) -> dict[str, Any]:
    """Cut the sets to size, subtract the mean image, and put channels first."""
    X, y, X_test, y_test = sets
    end = num_training + num_validation
    if len(X) < end or len(X_test) < num_test:
        raise ValueError(
            f"num_training + num_validation is {end} and num_test is {num_test}, "
            f"expected at most {len(X)} and {len(X_test)}, the images there are"
        )
    parts = {
        "train": (X[:num_training], y[:num_training]),
        "val": (X[num_training:end], y[num_training:end]),
        "test": (X_test[:num_test], y_test[:num_test]),
    }
    mean: Any = parts["train"][0].mean(axis=0) if subtract_mean else 0.0
    data: dict[str, Any] = {}
    for name, (images, labels) in parts.items():
        data[f"X_{name}"] = np.ascontiguousarray((images - mean).transpose(0, 3, 1, 2))
        data[f"y_{name}"] = labels
    return data

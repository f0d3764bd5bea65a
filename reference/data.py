"""Loads labelled images from CIFAR-10, from scikit-learn's digits or from a generator of patterns.

The three sources share one form, so that training does not care which it gets. Nothing is
downloaded: CIFAR-10 comes from a folder that the user has, the digits from the installed
scikit-learn (the optional extra ``data``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from grader.provided.data_utils import load_CIFAR10, synthetic_CIFAR10
from reference.validation import require_choice, require_integer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

    from numpy.typing import DTypeLike

    from reference.arrays import Array

SOURCES = ("cifar10", "digits", "synthetic")
"""Names of the sources."""

DEFAULT_SIZES: Mapping[str, tuple[int, int, int]] = {
    "cifar10": (49000, 1000, 1000),
    "digits": (1297, 250, 250),
    "synthetic": (2000, 500, 500),
}
"""Training, validation and test images of each source where no other number is asked for."""

_DIGITS_WHITE = 16.0
_WHITE = 255.0

Sets: TypeAlias = "tuple[Array, Array, Array, Array]"


def load_data(
    source: str = "digits",
    *,
    folder: str | PathLike[str] | None = None,
    num_training: int | None = None,
    num_validation: int | None = None,
    num_test: int | None = None,
    subtract_mean: bool = True,
    flatten: bool = False,
    dtype: DTypeLike = np.float64,
    seed: int = 0,
) -> dict[str, Array]:
    """Load images and labels, split and centred as the course's notebooks do.

    Parameters
    ----------
    source : {'cifar10', 'digits', 'synthetic'}
        CIFAR-10's photographs, 3 by 32 by 32; scikit-learn's handwritten digits, 1 by 8 by
        8; or generated patterns of CIFAR-10's shape. All have ten classes.
    folder : str or path, optional
        The folder ``cifar-10-batches-py``; needed for, and only for, ``'cifar10'``.
    num_training, num_validation, num_test : int, optional
        How many images; `DEFAULT_SIZES` by default. Validation images are those that follow
        the training images. CIFAR-10's test images are the first of its test set, as in the
        course; the digits' follow the validation images.
    subtract_mean : bool
        Subtract the mean training image from all images.
    flatten : bool
        Give rows instead of images.
    dtype : dtype
        Of the images, a floating one. The mean is taken in float64.
    seed : int
        Of the digits' order, which is shuffled because one writer's digits stand together,
        and of the generated patterns. CIFAR-10 keeps its order.

    Returns
    -------
    dict of str to ndarray
        ``X_train``, ``X_val``, ``X_test``: images of shape (N, C, H, W), or rows of shape
        (N, C * H * W), with brightness 0 to 255 before the mean is subtracted. ``y_train``,
        ``y_val``, ``y_test``: int64 labels 0 to 9 of shape (N,).

    Raises
    ------
    ValueError
        If the source is unknown, `folder` is missing or not wanted, `dtype` is no floating
        one, or there are fewer images than asked for.
    FileNotFoundError
        If the folder or one of its files is absent.
    ModuleNotFoundError
        If the digits are asked for and scikit-learn is not installed.

    References
    ----------
    A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009. E. Alpaydin
    and C. Kaynak, "Optical recognition of handwritten digits", UCI Machine Learning
    Repository, 1998.
    """
    require_choice("source", source, SOURCES)
    if (source == "cifar10") != (folder is not None):
        wanted = "the folder cifar-10-batches-py" if source == "cifar10" else "None"
        raise ValueError(f"folder is {folder!r}: expected {wanted} with source {source!r}")
    if np.dtype(dtype).kind != "f":
        raise ValueError(f"dtype is {np.dtype(dtype)}: expected a floating one")
    names = ("num_training", "num_validation", "num_test")
    asked = (num_training, num_validation, num_test)
    training, validation, test = (
        default if size is None else require_integer(name, size, 1)
        for name, size, default in zip(names, asked, DEFAULT_SIZES[source], strict=True)
    )
    if folder is not None:
        sets = load_CIFAR10(folder)
    elif source == "digits":
        sets = _load_digits(training + validation, seed)
    else:
        sets = synthetic_CIFAR10(training + validation, test, seed)
    data = _split(sets, training, validation, test)
    if subtract_mean:
        mean = data["X_train"].mean(axis=0)
        for part in ("train", "val", "test"):
            # In place: the loaders' arrays are ours, and CIFAR-10 in float64 takes 1.2 GB.
            data[f"X_{part}"] -= mean
    for part in ("train", "val", "test"):
        images = np.ascontiguousarray(data[f"X_{part}"].transpose(0, 3, 1, 2), dtype)
        data[f"X_{part}"] = images.reshape(len(images), -1) if flatten else images
    return data


def append_ones(X: Array) -> Array:
    """Append a column of ones, whose weights a linear classifier has for biases.

    Parameters
    ----------
    X : ndarray of shape (N, d_1, ..., d_k)
        Images or rows.

    Returns
    -------
    ndarray of shape (N, d_1 * ... * d_k + 1)
        Rows with a 1 at the end.

    References
    ----------
    CS231n notes, "Linear classification", bias trick.
    """
    rows = X.reshape(X.shape[0], -1)
    return np.hstack([rows, np.ones((rows.shape[0], 1), rows.dtype)])


def _load_digits(train_and_validation: int, seed: int) -> Sets:
    """Return shuffled digits with channels last; those after the first so many are the test's."""
    try:
        from sklearn.datasets import load_digits  # noqa: PLC0415 - optional, and slow to import
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] != "sklearn":
            raise
        raise ModuleNotFoundError(
            "the digits come with scikit-learn, which is not installed: "
            "pip install 'grade[data]', or ask for source 'synthetic'",
            name=error.name,
        ) from None
    pixels, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(seed).permutation(len(labels))
    images = pixels[order].reshape(-1, 8, 8, 1) * (_WHITE / _DIGITS_WHITE)
    labels = labels[order].astype(np.int64)
    end = train_and_validation
    return images[:end], labels[:end], images[end:], labels[end:]


def _split(sets: Sets, training: int, validation: int, test: int) -> dict[str, Array]:
    """Cut the sets to size, without copying them."""
    X, y, X_test, y_test = sets
    end = training + validation
    if len(X) < end or len(X_test) < test:
        raise ValueError(
            f"num_training + num_validation is {end} and num_test is {test}: "
            f"expected at most {len(X)} and {len(X_test)}, the images there are"
        )
    return {
        "X_train": X[:training],
        "y_train": y[:training],
        "X_val": X[training:end],
        "y_val": y[training:end],
        "X_test": X_test[:test],
        "y_test": y_test[:test],
    }

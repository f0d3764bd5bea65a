"""Rejects bad arguments with the argument's name, its value and what was expected.

These functions run inside numeric gradient loops, so each looks at shapes, kinds and
scalars only; none but `require_labels` reads the elements of an array.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from reference.arrays import Array

_REAL_KINDS = "fiu"


def require_real(**arrays: object) -> None:
    """Raise ValueError for the first argument that is not a real-valued ndarray."""
    for name, value in arrays.items():
        if not isinstance(value, np.ndarray) or value.dtype.kind not in _REAL_KINDS:
            raise ValueError(f"{name} has {_describe_kind(value)}: expected a real-valued ndarray")


def require_shape(name: str, value: ArrayLike, expected: tuple[int | str, ...]) -> None:
    """Raise ValueError unless `value` has the expected shape; a str stands for any length."""
    shape = np.shape(value)
    if shape == expected:
        return
    if len(shape) == len(expected):
        for length, wanted in zip(shape, expected, strict=True):
            if length != wanted and not isinstance(wanted, str):
                break
        else:
            return
    wanted_text = ", ".join(str(length) for length in expected)
    comma = "," if len(expected) == 1 else ""
    raise ValueError(f"{name} has shape {shape}: expected ({wanted_text}{comma})")


def require_batch(name: str, x: Array) -> None:
    """Raise ValueError unless `x` has a row for each example and at least one more axis."""
    if x.ndim < 2:
        raise ValueError(f"{name} has shape {x.shape}: expected (N, d_1, ..., d_k)")


def require_examples(name: str, x: Array) -> None:
    """Raise ValueError if `x` holds no example, where a mean over examples is taken."""
    if x.shape[0] == 0:
        raise ValueError(f"{name} has shape {x.shape}: expected at least one example")


def require_labels(y: object, count: int, classes: int) -> None:
    """Raise ValueError unless `y` holds `count` integer labels from 0 to `classes` - 1."""
    if not isinstance(y, np.ndarray) or y.dtype.kind not in "iu":
        raise ValueError(f"y has {_describe_kind(y)}: expected an integer ndarray")
    require_shape("y", y, (count,))
    if count and (y.min() < 0 or y.max() >= classes):
        index = int(np.flatnonzero((y < 0) | (y >= classes))[0])
        raise ValueError(f"y[{index}] is {y[index]}: expected a label from 0 to {classes - 1}")


def require_choice(name: str, value: object, choices: tuple[str, ...]) -> str:
    """Return `value` if it is one of `choices`, and raise ValueError otherwise."""
    if isinstance(value, str) and value in choices:
        return value
    allowed = " or ".join(repr(choice) for choice in choices)
    raise ValueError(f"{name} is {value!r}: expected {allowed}")


def require_probability(name: str, value: object) -> float:
    """Return `value` as a float if it lies in [0, 1], and raise ValueError otherwise."""
    if isinstance(value, (int, float, np.integer, np.floating)) and 0 <= value <= 1:
        return float(value)
    raise ValueError(f"{name} is {value!r}: expected a number from 0 to 1")


def require_integer(name: str, value: object, minimum: int) -> int:
    """Return `value` as an int if it is integral and at least `minimum`.

    An integral float passes: the course computes a padding as ``(filter_size - 1) / 2``.
    """
    if isinstance(value, (int, float, np.integer, np.floating)):
        number = float(value)
        if number >= minimum and number.is_integer():
            return int(number)
    raise ValueError(f"{name} is {value!r}: expected a whole number of at least {minimum}")


def _describe_kind(value: object) -> str:
    if isinstance(value, np.ndarray):
        return f"dtype {value.dtype}"
    return f"type {type(value).__name__}"

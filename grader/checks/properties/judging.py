"""Holds what came back against a law: shapes, numbers, and two sides that must agree."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.checks.experiments import as_float
from grader.checks.properties.base import Broken, Problem
from grader.compare import LOWEST_TOLERANCE, as_numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

SMALLEST_SCALE = 1e-6
"""Errors are measured on the scale of the largest value compared, or on this if all are tiny."""


def take_array(value: Any, shape: tuple[int, ...], name: str) -> NDArray[Any]:
    """Return a result as an array of numbers; axes of length one may be there or not.

    Raises
    ------
    Broken
        If it is something else, has another shape, or holds NaN or infinity.
    """
    found, problem = as_numbers(value, shape)
    if found is None:
        raise Broken(Problem(f"{name} {problem}."))
    if not np.isfinite(found).all():
        from grader.error_maps import map_not_finite

        message = f"{name} is not finite in at least one entry."
        raise Broken(Problem(message, error_map=map_not_finite(found)))
    return found


def take_number(value: Any, name: str) -> float:
    """Return a result as a number.

    Raises
    ------
    Broken
        If it is none, or not finite.
    """
    number = as_float(value)
    if not np.isfinite(number):
        kind = getattr(value, "type_name", type(value).__name__)
        said = f"is {number}" if isinstance(value, float | int) else f"is of type {kind}, no number"
        raise Broken(Problem(f"{name} {said}."))
    return number


def require_equal(
    message: str,
    got: Any,
    wanted: Any,
    tolerance: float,
    *,
    scale_of: Iterable[Any] = (),
) -> None:
    """Refuse two sides of a law that differ.

    Parameters
    ----------
    message : str
        What is wrong if they do, one sentence.
    got, wanted : array_like
        Both sides, of one shape.
    tolerance : float
        Largest difference for float64, on the scale of the largest value compared.
    scale_of : iterable of array_like
        What the sides were computed from: differences of large numbers keep few digits.

    Raises
    ------
    Broken
        If they differ by more.
    """
    sides = [np.asarray(got), np.asarray(wanted)]
    # That close they agree on any scale.
    if _are_close(sides[0], sides[1], tolerance * SMALLEST_SCALE):
        return
    terms = [*sides, *map(np.asarray, scale_of)]
    # float32 arithmetic is not a mistake; Python's own numbers say nothing about theirs.
    tolerance = max(tolerance, *(LOWEST_TOLERANCE.get(one.dtype.str[1:], 0.0) for one in terms))
    x, y = (side.astype(np.float64) for side in sides)
    scale = max(SMALLEST_SCALE, *(float(np.abs(one).max(initial=0)) for one in terms))
    off = np.abs(x - y) / scale
    off = np.where(np.isfinite(off), off, np.inf)
    if not off.size or off.max() <= tolerance:
        return
    from grader.error_maps import map_errors  # most submissions obey all laws

    index = np.unravel_index(int(np.argmax(off > tolerance)), off.shape)
    raise Broken(
        Problem(
            message,
            error=float(off.max()),
            tolerance=tolerance,
            index=tuple(int(i) for i in index) if off.ndim else None,
            got=float(x[index]),
            expected=float(y[index]),
            error_map=map_errors(off, tolerance),
        )
    )


def _are_close(x: NDArray[Any], y: NDArray[Any], difference: float) -> bool:
    if x.dtype.kind != "f" or y.dtype.kind != "f" or x.shape != y.shape:
        return False
    return bool(np.abs(x - y).max(initial=0) <= difference)


def require(condition: bool, message: str) -> None:
    """Refuse what is not as a law says.

    Raises
    ------
    Broken
        Unless the condition holds.
    """
    if not condition:
        raise Broken(Problem(message))

"""Comparing a candidate's value with the right one: error, tolerance, first bad index.

NaN never passes. Shapes and kinds are compared before any arithmetic, so that a value that
merely broadcasts is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.records import record

if TYPE_CHECKING:
    from numpy.typing import NDArray

DENOMINATOR_FLOOR = 1e-8
"""The course's own: relative error is ``|x - y| / max(1e-8, |x| + |y|)``."""

SCALE_FLOOR = 1e-3
"""Entries this much smaller than the largest are compared on the scale of the largest: sums
that nearly cancel keep only so many correct digits, whoever computes them."""

LOWEST_TOLERANCE: Mapping[str, float] = {"f2": 1e-3, "f4": 1e-3, "f8": 0.0}
"""Smallest tolerance by the dtype that came back; float32 arithmetic is not a mistake.

Half precision gets no more, though its arithmetic needs it: a wrong answer would only have to be
rounded to pass. A right one that is rounded once still does.
"""


class Measure(StrEnum):
    """How the distance between two values is measured."""

    RELATIVE = "relative error"
    """Largest relative error over all entries."""
    ABSOLUTE = "absolute error"
    """Largest absolute difference."""
    ABSOLUTE_SUM = "sum of absolute errors"
    """Sum of absolute differences."""
    NORM = "norm of the error"
    """Euclidean norm of the differences, of a matrix the Frobenius norm."""


@record
class Comparison:
    """What comparing two values found."""

    ok: bool
    error: float | None = None
    """Distance by the measure; infinite for NaN; None if the values cannot be compared."""
    tolerance: float | None = None
    problem: str = ""
    """Why the values cannot be compared, such as a wrong shape: ``has shape ...``."""
    index: tuple[int, ...] | None = None
    """First wrong entry; None for scalars."""
    got: float | None = None
    expected: float | None = None
    wrong: int = 0
    count: int = 0
    factor: float | None = None
    """If every entry is this constant times what it should be."""


def compare(
    got: Any, expected: Any, tolerance: float, measure: Measure = Measure.RELATIVE
) -> Comparison:
    """Compare a value that came back with the right one.

    Parameters
    ----------
    got : any
        A plain value from the candidate.
    expected : array_like
        The right value, float or int.
    tolerance : float
        Largest distance allowed for float64 results.
    measure : Measure
        How distance is measured.
    """
    right = np.asarray(expected, dtype=np.float64)
    values, problem = as_numbers(got, right.shape)
    if values is None:
        return Comparison(False, tolerance=tolerance, problem=problem)
    code = values.dtype.str[1:]
    tolerance = max(tolerance, LOWEST_TOLERANCE.get(code, 0.0))
    x = values.astype(np.float64)
    errors = errors_by_entry(x, right, measure)
    with np.errstate(over="ignore"):  # an infinite error is an error
        total = _TOTALS.get(measure, _largest)(errors)
    if total <= tolerance:
        return Comparison(True, total, tolerance, count=errors.size)
    limit = limit_by_entry(tolerance, errors.size, measure)
    return _describe(x, right, errors > limit, total, tolerance)


def errors_by_entry(
    x: NDArray[np.float64], right: NDArray[np.float64], measure: Measure = Measure.RELATIVE
) -> NDArray[np.float64]:
    """Return how far each entry is from the right one: infinitely far if it is no number."""
    with np.errstate(all="ignore"):
        difference = np.abs(x - right)
        errors = _relative(x, right, difference) if measure is Measure.RELATIVE else difference
    same = (x == right) | (np.isnan(x) & np.isnan(right))
    found: NDArray[np.float64] = np.where(same, 0.0, np.where(np.isfinite(errors), errors, np.inf))
    return found


def limit_by_entry(tolerance: float, count: int, measure: Measure = Measure.RELATIVE) -> float:
    """Return how large an entry's error may be: sums and norms share their tolerance out."""
    return tolerance / max(1, count) if measure in _TOTALS else tolerance


def _largest(errors: NDArray[np.float64]) -> float:
    return float(errors.max(initial=0))


_TOTALS: Mapping[Measure, Callable[[NDArray[np.float64]], float]] = {
    Measure.ABSOLUTE_SUM: lambda errors: float(errors.sum()),
    Measure.NORM: lambda errors: float(np.linalg.norm(errors)),
}


def as_numbers(got: Any, shape: tuple[int, ...]) -> tuple[NDArray[Any] | None, str]:
    """Return the value as an array of ``shape``, or None and what is wrong with it."""
    if got is None:
        return None, "is None"
    if isinstance(got, (list, tuple)):
        try:
            listed = np.array(got)
        except (TypeError, ValueError):
            return None, f"is a {type(got).__name__}, not an array"
        if listed.dtype.kind not in "fiub":
            return None, f"is a {type(got).__name__}, not an array"
        got = listed
    if not isinstance(got, (np.ndarray, np.generic, int, float)):
        name = getattr(got, "type_name", type(got).__name__)
        if name == "ndarray":
            return None, "is an array of something else than numbers (rows of unequal length?)"
        return None, f"is of type {name}, not an array of numbers"
    values = np.asarray(got)
    if values.dtype.kind not in "fiub":
        return None, f"has dtype {values.dtype}, not a real number type"
    if values.shape == shape:
        return values, ""
    if same_but_for_ones(values.shape, shape):
        return values.reshape(shape), ""
    return None, f"has shape {_show(values.shape)}, expected {_show(shape)}"


def same_but_for_ones(shape: tuple[int, ...], expected: tuple[int, ...]) -> bool:
    """Return whether a shape is as expected but for axes of length one.

    A bias kept as a row or column, and a loss in an array of one entry, hold the right numbers
    in the right order; many correct submissions return them.
    """
    longer = [length for length in shape if length != 1]
    return longer == [length for length in expected if length != 1]


def _show(shape: tuple[int, ...]) -> str:
    return "() (a number)" if not shape else str(shape)


def _relative(
    x: NDArray[np.float64], y: NDArray[np.float64], difference: NDArray[np.float64]
) -> NDArray[np.float64]:
    scale = float(np.abs(y[np.isfinite(y)]).max(initial=0.0))
    floor = max(DENOMINATOR_FLOOR, SCALE_FLOOR * scale)
    ratio: NDArray[np.float64] = difference / np.maximum(floor, np.abs(x) + np.abs(y))
    return ratio


def _describe(
    x: NDArray[np.float64],
    right: NDArray[np.float64],
    wrong: NDArray[np.bool_],
    error: float,
    tolerance: float,
) -> Comparison:
    if not wrong.any():  # a sum can be over its tolerance with every entry under its share
        wrong = np.abs(x - right) == np.abs(x - right).max()
    index = np.unravel_index(int(np.argmax(wrong)), wrong.shape)
    return Comparison(
        False,
        error,
        tolerance,
        index=tuple(int(i) for i in index) if wrong.ndim else None,
        got=float(x[index]),
        expected=float(right[index]),
        wrong=int(wrong.sum()),
        count=wrong.size,
        factor=_constant_factor(x, right),
    )


def _constant_factor(x: NDArray[np.float64], right: NDArray[np.float64]) -> float | None:
    """Return c if x is c times right in every entry, for a c other than one."""
    large = np.abs(right) > SCALE_FLOOR * np.abs(right).max(initial=0.0)
    if large.sum() < 3 or not np.isfinite(x).all():
        return None
    ratios = x[large] / right[large]
    factor = float(np.median(ratios))
    close = np.abs(x - factor * right) <= 1e-6 * np.abs(right).max()
    return factor if close.all() and abs(factor - 1.0) > 1e-6 else None

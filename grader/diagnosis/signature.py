"""Signatures: a few numbers that tell whether two values agree, and give neither away.

A signature of an array holds its shape, its norm, and its products with a few random arrays. The
products of two arrays that agree, agree; those of two that differ, differ by about as much as the
arrays do. The arrays themselves cannot be had back from them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.checks.experiments import Absent
from grader.inputs import generator_for
from grader.records import record

if TYPE_CHECKING:
    from numpy.typing import NDArray

DIRECTIONS = 3
"""Random arrays that a value is multiplied by."""

TOLERANCE = 1e-6
"""Largest distance, as a share of the norm, of two float64 values that agree."""

TOLERANCE_BY_DTYPE = {"f2": 1e-2, "f4": 1e-4}
"""The same for results in fewer digits."""

CLEAR = 2e-4
"""Smallest distance of two values that nobody takes for each other, whatever their dtype."""

_SMALLEST = 1e-12
_HUGE = 1e100
_DIGITS = 9


@record
class Signature:
    """What is kept of one value."""

    shape: tuple[int, ...] | None
    """Lengths of its axes but for those of one; None if there is no value, or no numbers."""
    odd: int = 0
    """How many entries are NaN or infinite, or so large that their squares would be."""
    norm: float = 0.0
    """Euclidean norm of the other entries."""
    products: tuple[float, ...] = ()
    """Products with the random arrays."""

    @classmethod
    def of(cls, value: Any) -> Signature:
        """Return the signature of what came back."""
        array = as_numbers(value)
        if array is None:
            return cls(None)
        flat = array.astype(np.float64).reshape(-1)
        finite = np.abs(flat) < _HUGE  # of NaN, too, this is not true
        flat = np.where(finite, flat, 0.0)
        with np.errstate(all="ignore"):
            norm = float(np.linalg.norm(flat))
            products = _directions(flat.size) @ flat
        shape = tuple(length for length in array.shape if length != 1)
        return cls(
            shape, int(finite.size - finite.sum()), norm, tuple(float(one) for one in products)
        )

    @classmethod
    def from_plain(cls, data: Any) -> Signature:
        """Return the signature that :meth:`to_plain` gave.

        Raises
        ------
        ValueError
            If it is none.
        """
        if data is None:
            return cls(None)
        try:
            shape, odd, norm, *products = data
            found = cls(
                tuple(int(length) for length in shape),
                int(odd),
                float(norm),
                tuple(map(float, products)),
            )
        except (TypeError, ValueError) as error:
            raise ValueError(f"{data!r:.80} is no signature") from error
        if len(found.products) != DIRECTIONS:
            raise ValueError(f"{data!r:.80} is no signature")
        return found

    def to_plain(self) -> list[Any] | None:
        """Return it as JSON holds it, rounded to as many digits as agreement needs."""
        if self.shape is None:
            return None
        numbers = (self.norm, *self.products)
        return [list(self.shape), self.odd, *(float(f"{one:.{_DIGITS}g}") for one in numbers)]

    @property
    def is_value(self) -> bool:
        """Whether numbers came back."""
        return self.shape is not None

    def distance(self, other: Signature) -> float:
        """Return how far apart two values are, as a share of their norm; infinite if unlike.

        Two that are no values are at no distance.
        """
        if self.shape != other.shape or self.odd != other.odd:
            return math.inf
        gap = max(
            (abs(a - b) for a, b in zip(self.products, other.products, strict=True)), default=0.0
        )
        if gap <= _SMALLEST:
            return 0.0
        scale = max(self.norm, other.norm)
        share = gap / scale if scale > 0 else math.inf
        return share if math.isfinite(share) else math.inf


def as_numbers(value: Any) -> NDArray[Any] | None:
    """Return a value as an array of real numbers, None if it is none."""
    if value is None or isinstance(value, (Absent, str, dict)):
        return None
    if isinstance(value, (list, tuple)):
        try:
            value = np.array(value)
        except (TypeError, ValueError):
            return None
    if not isinstance(value, (np.ndarray, np.generic, int, float)):
        return None
    array = np.asarray(value)
    return array if array.dtype.kind in "fiub" else None


def tolerance_of(values: Sequence[Any]) -> float:
    """Return the tolerance that the least exact of some results asks for."""
    found = [TOLERANCE]
    for value in values:
        array = as_numbers(value)
        if array is not None:
            found.append(TOLERANCE_BY_DTYPE.get(array.dtype.str[1:], 0.0))
    return max(found)


@lru_cache(maxsize=256)
def _directions(size: int) -> NDArray[np.float64]:
    """Return the random arrays for values of some size: the same on every machine."""
    return generator_for(DIRECTIONS, f"signature/{size}").standard_normal((DIRECTIONS, size))

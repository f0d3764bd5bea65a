"""Derivatives along random directions, of which every numeric gradient of the grader is made.

A gradient predicts how a function changes along a direction. Two values of the function tell how
it does change, whatever the number of entries. Every entry has a share in a direction, and no
share is small, so that a single wrong entry shows; large arrays are looked at block by block.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.records import record

if TYPE_CHECKING:
    from numpy.typing import NDArray

    _Array = NDArray[np.float64]

BLOCK = 1024
"""Entries that share a direction: one of them that is 1 % off moves it by about 1e-4."""

MOST_BLOCKS = 4
"""Larger arrays get larger blocks."""

FLOOR = 1e-8
"""The course's own: smaller derivatives are as good as zero."""

MOST_NOISE = 1e-3
"""Noise beyond this share excuses nothing: mistakes are larger."""

_FRACTION = 16.0
"""Parts of a step of single precision: a smaller term of a sum moves in smaller steps."""

_MOST_STEPS = 1e9
"""Numbers that move so many steps have passed zero, and tell nothing."""

_WHOLE = 1e-5
"""Largest distance of a whole number of steps from one."""

_WEIGHTS = (0.5, 1.5)
"""Sizes of the shares that entries have in a direction, before these are made of length one."""


@record
class Precision:
    """How functions are differentiated whose numbers have a certain dtype."""

    epsilon: float
    """Relative distance of two neighbouring numbers."""
    rounding: float
    """How many of these a value may be off."""
    step: float
    """Length of the step of a first look."""
    agreement: float
    """Largest relative distance that is none: what curvature and rounding leave."""
    steps: tuple[float, ...]
    """Lengths of the shorter step of second looks, in turn."""
    entry_step: float
    """Length of the step where every entry is differentiated."""

    def measure_rounding(self, magnitude: float, slope: float, step: float) -> float:
        """Return how much of a difference quotient of values of a size can be rounding."""
        return self.rounding * self.epsilon * (magnitude / step + abs(slope))


PRECISIONS: Mapping[str, Precision] = {
    "f8": Precision(
        epsilon=2.3e-16,
        rounding=8,
        step=1e-5,
        agreement=1e-8,
        steps=(1e-4, 1e-5, 1e-6, 1e-6, 1e-7, 1e-8),
        entry_step=1e-5,
    ),
    "f4": Precision(
        epsilon=1.2e-7,
        rounding=32,
        step=1e-2,
        agreement=2e-4,
        steps=(3e-2, 1e-2, 3e-3, 1e-3, 3e-4),
        entry_step=1e-2,
    ),
    "f2": Precision(
        epsilon=9.8e-4,
        rounding=32,
        step=1e-1,
        agreement=2e-3,
        steps=(3e-1, 1e-1, 3e-2, 1e-2, 1e-1),
        entry_step=1e-1,
    ),
}
"""By dtype. Central differences are best with steps near the cube root of epsilon; those of
second looks span the orders of magnitude around it."""

DOUBLE, SINGLE = PRECISIONS["f8"], PRECISIONS["f4"]


def precision_of(*values: Any) -> Precision:
    """Return the precision of the coarsest array or number; what has no dtype is double."""
    dtypes = (getattr(value, "dtype", None) for value in values)
    codes = {dtype.str[1:] for dtype in dtypes if isinstance(dtype, np.dtype)}
    found = [PRECISIONS[code] for code in codes & PRECISIONS.keys()]
    return max(found, key=lambda one: one.epsilon, default=DOUBLE)


class Surface(ABC):
    """A function of many entries around one place, with one number as its value.

    The value may come as an array that an upstream gradient contracts. Differences are taken
    before the sum then, which leaves them more digits.

    Parameters
    ----------
    size : int
        How many entries there are.
    precision : Precision
        Of what goes in and comes out, as far as it is known; it may turn out to be coarser.
    """

    def __init__(self, size: int, precision: Precision) -> None:
        self.size = size
        self.precision = precision

    @abstractmethod
    def values(self, shifts: Sequence[_Array]) -> list[_Array]:
        """Return the value at each shift of the flattened entries, in one round trip if it can."""

    def contract(self, difference: _Array) -> float:
        """Return a difference of values as a number."""
        return float(difference)

    def magnitude(self, value: _Array) -> float:
        """Return the size of the terms that make up a value."""
        return abs(float(value))


@dataclass(frozen=True, slots=True, eq=False)
class Direction:
    """A direction of length one, over some of the entries."""

    entries: slice
    weights: _Array

    def along(self, gradient: _Array) -> float:
        """Return the slope that a flattened gradient predicts."""
        return float(self.weights @ gradient[self.entries])

    def spread(self, size: int, length: float) -> NDArray[np.float64]:
        """Return a step of a length along it, over all entries."""
        step = np.zeros(size)
        step[self.entries] = length * self.weights
        return step


@record
class Slope:
    """A derivative along a direction."""

    direction: Direction
    value: float
    noise: float
    """How far it may be off."""
    is_calm: bool = True
    """Whether the function is smooth there, as far as can be seen."""

    def gap(self, gradient: _Array) -> float:
        """Return how far the slope that a flattened gradient predicts is off."""
        return abs(self.direction.along(gradient) - self.value)

    def scale(self, gradient: _Array) -> float:
        """Return the size that a gap is held against; infinite where numbers are too large."""
        part = gradient[self.direction.entries]
        typical = float(np.linalg.norm(part)) / math.sqrt(max(1, part.size))
        return max(FLOOR, typical, abs(self.direction.along(gradient)) + abs(self.value))

    def distance(self, gradient: _Array) -> float:
        """Return how far a flattened gradient is off, relatively, beyond the noise."""
        scale = self.scale(gradient)
        beyond = max(self.gap(gradient) - min(self.noise, MOST_NOISE * scale), 0.0)
        return relate(beyond, scale)


def relate(gap: float, scale: float) -> float:
    """Return a gap as a share of a scale: infinite if either is no finite number.

    Numbers so large that their squares overflow have an infinite scale, on which no gap would show.
    """
    return gap / scale if math.isfinite(gap) and math.isfinite(scale) else math.inf


def draw_direction(
    generator: np.random.Generator, entries: slice, sizes: _Array | None = None
) -> Direction:
    """Return a random direction in which each entry has a share of about the same size.

    With ``sizes`` of the entries' derivatives, each has about the same share in the slope.

    Normally distributed shares would leave some entries out of sight. With shares of one size
    only, two errors would cancel every other time.
    """
    count = entries.stop - entries.start
    weights = generator.choice((-1.0, 1.0), size=count) * generator.uniform(*_WEIGHTS, count)
    weights = weights if sizes is None else weights / sizes
    return Direction(entries, weights / max(float(np.linalg.norm(weights)), 1e-300))


def divide(size: int) -> list[slice]:
    """Return the blocks of an array's entries that get directions of their own."""
    count = max(1, min(MOST_BLOCKS, math.ceil(size / BLOCK)))
    bounds = [size * i // count for i in range(count + 1)]
    return [slice(*pair) for pair in pairwise(bounds)]


def look(surface: Surface, directions: Iterable[Direction]) -> list[Slope]:
    """Return derivatives along directions, by two values of the function each.

    Noise is what rounding leaves. A gradient that agrees beyond it, to the precision's
    ``agreement``, is right: neither rounding nor a kink makes a wrong one agree. One that does
    not has to be looked at again.
    """
    directions, precision = list(directions), surface.precision
    step = precision.step
    shifts = [one.spread(surface.size, sign * step) for one in directions for sign in (1.0, -1.0)]
    values = surface.values(shifts)
    if surface.precision is DOUBLE and _have_few_digits(values[0::2], values[1::2]):
        surface.precision = SINGLE
    if surface.precision is not precision:  # coarser than it seemed
        return look(surface, directions)
    slopes = []
    for one, upper, lower in zip(directions, values[0::2], values[1::2], strict=True):
        value = surface.contract(upper - lower) / (2 * step)
        noise = precision.measure_rounding(surface.magnitude(upper), value, step)
        slopes.append(Slope(one, value, noise))
    return slopes


def _have_few_digits(uppers: Sequence[_Array], lowers: Sequence[_Array]) -> bool:
    """Return whether values move in steps of single precision, whatever their dtype."""
    upper = np.concatenate([np.ravel(value) for value in uppers])
    lower = np.concatenate([np.ravel(value) for value in lowers])
    moved = upper != lower
    upper, lower = upper[moved], lower[moved]
    with np.errstate(all="ignore"):
        smaller = np.minimum(np.abs(upper), np.abs(lower)).astype(np.float32)
        counts = np.abs(upper - lower) / (np.spacing(smaller) / _FRACTION)
        counts = counts[counts < _MOST_STEPS]
        return bool(counts.size) and bool((np.abs(counts - np.rint(counts)) < _WHOLE).all())

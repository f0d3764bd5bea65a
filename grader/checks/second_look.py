"""Second looks at a gradient that a first one found wrong: a kink, few digits, or a mistake.

The function is evaluated at one and two steps on either side. Where it is smooth, the two central
differences agree, and the one-sided differences part in proportion to the step. A kink within
reach breaks one or the other rule; then the direction is drawn again, with a shorter step. A
function that is smooth nowhere computes with fewer digits inside than its dtype has, and is looked
at with longer steps.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from grader.checks.slopes import (
    DOUBLE,
    FLOOR,
    SINGLE,
    Direction,
    Precision,
    Slope,
    Surface,
    draw_direction,
    look,
    relate,
)
from grader.compare import LOWEST_TOLERANCE
from grader.records import record

if TYPE_CHECKING:
    from numpy.typing import NDArray

    _Array = NDArray[np.float64]

_Item = TypeVar("_Item")

_CALM = 1e-8
"""How far, relatively, the rules for smooth functions may be broken by one that is smooth."""

_SHORTEST = 1e-6
"""Calm steps shorter than this convict nobody: what is computed in single precision does not
move at all on them, and what is added to it in double precision does."""

_LENGTHS = (1.0, -1.0, 2.0, -2.0)
"""Steps that are taken on either side, in units of the shorter one."""

_EXCUSE = 8
"""Times the noise seen that few digits are excused: some directions show little of theirs."""

_LEAST_EXCUSED = 3 * LOWEST_TOLERANCE["f4"]
"""Share that is always excused where digits are few: the gradient has no more of them, and kinks
within the long steps show little of what they do."""

_MOST_EXCUSED = 0.2
"""Share beyond which nothing is excused; a factor of two is a distance of a third."""

_CALMEST = 3
"""Directions, out of those looked along with long steps, that decide together: the noise of a
single one may look small by chance."""

_CONVICTIONS = 2
"""Calm directions, with different steps, along which a wrong gradient must be wrong."""

_ENTRY_FLOOR = 1e-3
"""Entries this much smaller than the largest are compared on its scale."""


@record
class Entry:
    """A wrong entry of a gradient."""

    index: int
    """In the flattened gradient."""
    derivative: float
    distance: float
    """Relative, beyond the noise."""


def measure_distance(
    surface: Surface, gradient: NDArray[np.float64], entries: slice, generator: np.random.Generator
) -> float:
    """Return how far a gradient is off for good, relatively: zero if it is a derivative.

    Parameters
    ----------
    surface : Surface
        The function.
    gradient : ndarray of shape (surface.size,)
        Flattened.
    entries : slice
        Which of its entries are in doubt.
    generator : Generator
        Draws directions.
    """
    wrong: list[float] = []
    steps = surface.precision.steps if surface.precision is DOUBLE else ()
    for together in _batched(steps, _CONVICTIONS):
        lines = [(draw_direction(generator, entries), step) for step in together]
        slopes = study(surface, lines, surface.precision)
        calm = [slope for slope in slopes if slope.is_calm]
        distances = [slope.distance(gradient) for slope in calm]
        if any(distance <= surface.precision.agreement for distance in distances):
            return 0.0
        wrong += distances if min(together) >= _SHORTEST else []
        if len(wrong) >= _CONVICTIONS:
            return max(wrong)
    coarse = SINGLE if surface.precision is DOUBLE else surface.precision
    lines = [(draw_direction(generator, entries), step) for step in coarse.steps]
    calmest = sorted(study(surface, lines, coarse), key=lambda slope: slope.noise)[:_CALMEST]
    gap = sum(slope.gap(gradient) for slope in calmest)
    scale = sum(slope.scale(gradient) for slope in calmest)
    noise = _EXCUSE * sum(slope.noise for slope in calmest)
    excused = min(max(noise, _LEAST_EXCUSED * scale), _MOST_EXCUSED * scale)
    return relate(max(gap - excused, 0.0), scale)


def find_entry(
    surface: Surface, gradient: NDArray[np.float64], entries: slice, generator: np.random.Generator
) -> Entry | None:
    """Return the entry that is relatively the most wrong, found by halving; None if none is."""
    sizes = np.abs(gradient)
    sizes = np.maximum(sizes, max(FLOOR, _ENTRY_FLOOR * float(sizes.max())))
    while entries.stop - entries.start > 1:
        middle = (entries.start + entries.stop) // 2
        halves = (slice(entries.start, middle), slice(middle, entries.stop))
        directions = [draw_direction(generator, half, sizes[half]) for half in halves]
        gaps = [
            # As if each entry had moved by a share of about its size, not as far altogether.
            slope.gap(gradient) / float(np.abs(slope.direction.weights * sizes[half]).mean())
            for slope, half in zip(look(surface, directions), halves, strict=True)
        ]
        entries = halves[int(np.nanargmax(gaps)) if np.isfinite(gaps).any() else 0]
    one = Direction(entries, np.ones(1))
    steps = [step for step in surface.precision.steps if step >= _SHORTEST]
    slopes = study(surface, [(one, step) for step in steps], surface.precision)
    slope = min(slopes, key=lambda slope: slope.noise)
    own = gradient[entries.start]
    beyond = abs(own - slope.value) - slope.noise
    distance = float(beyond / max(sizes[entries.start], abs(own) + abs(slope.value)))
    is_told = math.isfinite(distance) and distance > 0
    return Entry(entries.start, slope.value, distance) if is_told else None


def differentiate_entries(
    surface: Surface, entries: Sequence[int] | NDArray[np.int_]
) -> NDArray[np.float64]:
    """Return the derivative by each of the given entries: what only explains a mistake."""
    step = surface.precision.entry_step
    derivatives = np.zeros(len(entries))
    for place, entry in enumerate(entries):
        one = Direction(slice(int(entry), int(entry) + 1), np.ones(1))
        upper, lower = surface.values([one.spread(surface.size, s * step) for s in (1.0, -1.0)])
        derivatives[place] = surface.contract(upper - lower) / (2 * step)
    return derivatives


def study(
    surface: Surface, lines: Sequence[tuple[Direction, float]], precision: Precision
) -> list[Slope]:
    """Return derivatives of fourth order, with what breaks the rules for smooth functions.

    Parameters
    ----------
    surface : Surface
        The function.
    lines : sequence of (Direction, float)
        Where to go, with the length of the shorter step.
    precision : Precision
        Of the function's values.
    """
    shifts = [
        direction.spread(surface.size, length * step)
        for direction, step in lines
        for length in _LENGTHS
    ]
    middle, *values = surface.values([np.zeros(surface.size), *shifts])
    slopes = []
    for (direction, step), around in zip(lines, _batched(values, len(_LENGTHS)), strict=True):
        value, broken = _derive(surface, middle, around, step)
        rounding = precision.measure_rounding(surface.magnitude(middle), value, step)
        # What does not move on a short step may have too few digits for it.
        moves = step == precision.steps[0] or bool((around[0] != around[1]).any())
        is_calm = moves and broken <= _CALM * abs(value) + 4 * rounding
        slopes.append(Slope(direction, value, broken + rounding, is_calm=is_calm))
    return slopes


def _derive(
    surface: Surface, middle: _Array, around: Sequence[_Array], step: float
) -> tuple[float, float]:
    """Return the derivative, and by how much the rules for smooth functions are broken."""
    first, second, third, fourth = around
    fine = surface.contract(first - second) / (2 * step)
    coarse = surface.contract(third - fourth) / (4 * step)
    near = surface.contract(first - 2 * middle + second) / step
    far = surface.contract(third - 2 * middle + fourth) / (2 * step)
    return (4 * fine - coarse) / 3, abs(fine - coarse) + abs(2 * near - far)


def _batched(items: Sequence[_Item], count: int) -> list[Sequence[_Item]]:
    """Return the items in groups of as many, the last one with what is left."""
    return [items[i : i + count] for i in range(0, len(items), count)]

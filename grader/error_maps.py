"""Where in an array the errors lie: a coarse picture of digits, made once a comparison has failed.

A cell shows the worst of the entries that it stands for, so that a single wrong entry is never
lost. Arrays of three and more axes are laid out as pictures beside and below each other: of
images (N, C, H, W) the examples lie below each other and the channels side by side.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.compare import Measure, as_numbers, errors_by_entry, limit_by_entry
from grader.model import ErrorMap
from grader.records import record

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROWS = 24
COLUMNS = 32
"""Most cells that a picture is high and wide."""
LEAST_SIZE = 4
"""Entries of the smallest array of which a picture says more than its first wrong entry."""
WORST = 9
"""Digit of what is no number, and of what is off by most."""
_FINEST = 1e-12
"""What is allowed counts as no less: comparisons for equality allow nothing at all."""


def map_difference(
    got: Any, right: Any, tolerance: float, measure: Measure = Measure.RELATIVE
) -> ErrorMap | None:
    """Return where a value that :func:`grader.compare.compare` refuses differs from the right one.

    Parameters
    ----------
    got : any
        A plain value from the candidate.
    right : array_like
        The right value.
    tolerance : float
        Largest distance that was allowed.
    measure : Measure
        How distance was measured.

    Returns
    -------
    ErrorMap or None
        None if the values cannot be compared, or are too small for a picture.
    """
    wanted = np.asarray(right, dtype=np.float64)
    if wanted.size < LEAST_SIZE:
        return None
    values, _ = as_numbers(got, wanted.shape)
    if values is None:
        return None
    errors = errors_by_entry(values.astype(np.float64), wanted, measure)
    return map_errors(errors, limit_by_entry(tolerance, errors.size, measure))


def map_errors(errors: NDArray[np.float64], allowed: float) -> ErrorMap | None:
    """Return a picture of errors.

    Parameters
    ----------
    errors : ndarray of float
        Not negative; NaN and infinity stand for what is no number.
    allowed : float
        Largest error of an entry that counts as right.

    Returns
    -------
    ErrorMap or None
        None of arrays too small for a picture.
    """
    if errors.size < LEAST_SIZE:
        return None
    layout = _Layout.of(errors.shape)
    cells = layout.arrange(_grade(errors, allowed))
    rows = tuple("".join(map(str, row)) for row in cells.tolist())
    return ErrorMap(errors.shape, rows, _name(layout.down), _name(layout.across))


def map_not_finite(values: NDArray[Any]) -> ErrorMap | None:
    """Return a picture of where an array holds NaN or infinity."""
    return map_errors(np.where(np.isfinite(values), 0.0, np.inf), 1.0)


def _grade(errors: NDArray[np.float64], allowed: float) -> NDArray[np.int64]:
    """Return a digit per entry: one more for each power of ten above what is allowed.

    Where the worst is more than eight powers above, the steps are as much wider.
    """
    finite = np.isfinite(errors)
    worst = float(errors.max(where=finite, initial=0.0))
    wrong = ~(errors <= allowed)
    if not wrong.any():  # a sum is over its tolerance with every entry under its share
        wrong = errors == worst
    lowest = math.log10(max(allowed, _FINEST))
    step = max(1.0, (math.log10(worst) - lowest) / (WORST - 1)) if worst > 0 else 1.0
    with np.errstate(all="ignore"):
        powers = (np.log10(np.where(finite, errors, 1.0)) - lowest) / step
    # A hair below a whole step is that step.
    digits = np.clip(np.floor(powers + 1e-9) + 1, 1, WORST)
    return np.where(wrong, np.where(finite, digits, WORST), 0).astype(np.int64)


@record
class _Layout:
    """How the axes of an array make a picture."""

    shape: tuple[int, int, int, int]
    """Tiles down, tiles across, rows and columns of a tile."""
    down: tuple[int, ...]
    across: tuple[int, ...]
    """Axes that run down and across."""

    @classmethod
    def of(cls, shape: tuple[int, ...]) -> _Layout:
        """Return the layout of an array: its last axes make the tiles."""
        axes = tuple(range(len(shape)))
        if len(shape) < 3:
            height, width = (1, *shape)[-2:]
            return cls((1, 1, height, width), axes[:-1], axes[-1:])
        if len(shape) == 3:
            return cls((shape[0], 1, shape[1], shape[2]), (0, 1), (2,))
        across, height, width = shape[-3:]
        down = math.prod(shape[:-3])
        return cls((down, across, height, width), (*axes[:-3], axes[-2]), (axes[-3], axes[-1]))

    def arrange(self, digits: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the picture, each cell the worst of what it stands for."""
        tiles_down, tiles_across, height, width = self.shape
        height = _fit(height, max(ROWS // tiles_down, ROWS // 2))
        width = _fit(width, max(COLUMNS // tiles_across, COLUMNS // 2))
        most = (ROWS // height, COLUMNS // width, height, width)
        cells = digits.reshape(self.shape)
        for axis, cells_along in enumerate(most):
            block = _block(cells.shape[axis], cells_along)
            if block > 1:
                starts = np.arange(0, cells.shape[axis], block)
                cells = np.maximum.reduceat(cells, starts, axis=axis)
        down, across, rows, columns = cells.shape
        return cells.transpose(0, 2, 1, 3).reshape(down * rows, across * columns)


def _block(length: int, most: int) -> int:
    """Return how many entries a cell stands for, all cells but the last being equal."""
    return -(-length // most)


def _fit(length: int, most: int) -> int:
    """Return how many cells an axis takes up if it may take `most`."""
    return -(-length // _block(length, most))


def _name(axes: Sequence[int]) -> str:
    """Return axes in words: ``axis 0``, ``axes 0 and 2``, nothing if there are none."""
    if len(axes) < 2:
        return "".join(f"axis {axis}" for axis in axes)
    *first, last = map(str, axes)
    return f"axes {', '.join(first)} and {last}"

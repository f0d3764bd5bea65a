"""Numeric gradients in cells: derivatives along a few random directions instead of every entry.

The directions are looked along when the cell asks for the gradient. What it compares with them and
does not agree is looked at again on the spot, see :mod:`grader.checks.second_look`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from grader.checks.second_look import (
    Entry,
    differentiate_entries,
    find_entry,
    measure_distance,
)
from grader.checks.slopes import (
    MOST_NOISE,
    Slope,
    Surface,
    divide,
    draw_direction,
    look,
    precision_of,
)
from grader.records import record

if TYPE_CHECKING:
    from numpy.typing import NDArray


_CLEAR = 1e-2
"""Relative distance beyond which no single entry has to be found: all of it is wrong."""

_SAME = 1e-6
"""Relative distance of two slopes of the same function along the same direction."""


class Unusable(Exception):  # noqa: N818 - says what it is about
    """What a function of the student returned is nothing that can be differentiated."""


@record
class Distance:
    """How far a gradient is from being the derivative of a function."""

    value: float
    """Relative, beyond the noise; infinite if the two cannot be compared."""
    entry: Entry | None = None
    """Where it is wrong, as far as that was looked for."""


@dataclass(eq=False, slots=True)
class NumericGradient(NDArrayOperatorsMixin):
    """A numeric gradient, known along some directions; any use but comparing makes all of it."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    slopes: Sequence[Slope]
    """Derivatives along random directions, one for each block of entries."""
    surface: Function = field(repr=False)
    """What is differentiated."""
    generator: np.random.Generator = field(repr=False)
    _whole: NDArray[Any] | None = field(default=None, repr=False)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        if self._whole is None:
            flat = differentiate_entries(self.surface, range(self.surface.size))
            self._whole = flat.reshape(self.shape)
        return np.array(self._whole, dtype=dtype)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        plain = [np.asarray(one) if isinstance(one, NumericGradient) else one for one in inputs]
        return getattr(ufunc, method)(*plain, **kwargs)

    def __getitem__(self, key: Any) -> Any:
        return np.asarray(self)[key]

    def __len__(self) -> int:
        return self.shape[0]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(np.asarray(self), name)

    def measure_distance(self, gradient: Any) -> Distance:
        """Return how far something is off that should be this gradient."""
        is_array = isinstance(gradient, np.ndarray) and gradient.dtype.kind in "fiu"
        if not is_array or gradient.size != self.surface.size:
            return Distance(math.inf)
        flat = gradient.reshape(-1).astype(np.float64)
        if not np.isfinite(flat).all():
            return Distance(math.inf)
        with np.errstate(all="ignore"):
            return self._measure(flat, 2 * precision_of(gradient).epsilon)

    def _measure(self, flat: NDArray[np.float64], rounding: float) -> Distance:
        agreement = max(self.surface.precision.agreement, rounding)
        doubtful = [slope for slope in self.slopes if slope.distance(flat) > agreement]
        if doubtful and not self._is_as_it_was(doubtful[0]):
            worst = max(slope.distance(flat) for slope in doubtful)
            return Distance(max(0.0, worst - MOST_NOISE))
        for slope in doubtful:
            entries = slope.direction.entries
            distance = measure_distance(self.surface, flat, entries, self.generator)
            if distance > _CLEAR:
                return Distance(distance)
            if distance > 0:
                entry = find_entry(self.surface, flat, entries, self.generator)
                return Distance(max(distance, entry.distance if entry else 0.0), entry)
        return Distance(0.0)

    def _is_as_it_was(self, slope: Slope) -> bool:
        """Return whether the function is still the same: a cell may have gone on since."""
        again = look(self.surface, [slope.direction])[0]
        return abs(again.value - slope.value) <= slope.noise + _SAME * abs(slope.value)


class GradientChecker:
    """The course's functions of the module ``gradient_check``, as cells call them.

    Parameters
    ----------
    generator : Generator
        Draws the directions; never the generator that the cell draws from.
    """

    def __init__(self, generator: np.random.Generator) -> None:
        self._generator = generator

    def eval_numerical_gradient(
        self, f: Callable[[Any], Any], x: Any, verbose: bool = True, h: float = 1e-5
    ) -> NumericGradient:
        """Differentiate a function with one number as its value."""
        return self._differentiate(Function(lambda: f(x), x))

    def eval_numerical_gradient_array(
        self, f: Callable[[Any], Any], x: Any, df: Any, h: float = 1e-5
    ) -> NumericGradient:
        """Carry an upstream gradient through the numeric derivative of an array function."""
        return self._differentiate(Function(lambda: f(x), x, np.asarray(df, dtype=np.float64)))

    def eval_numerical_gradient_blobs(
        self, f: Callable[..., Any], inputs: Sequence[Any], output: Any, h: float = 1e-5
    ) -> list[NumericGradient]:
        """Differentiate a function that writes its result into a blob."""

        def run() -> Any:
            f(*inputs, output)
            return np.array(output.vals)

        upstream = np.asarray(output.diffs, dtype=np.float64)
        return [self._differentiate(Function(run, blob.vals, upstream)) for blob in inputs]

    def eval_numerical_gradient_net(
        self, net: Any, inputs: Sequence[Any], output: Any, h: float = 1e-5
    ) -> list[NumericGradient]:
        """Differentiate a net that holds its own blobs."""
        return self.eval_numerical_gradient_blobs(lambda *_: net.forward(), inputs, output)

    def _differentiate(self, surface: Function) -> NumericGradient:
        blocks = divide(surface.size)
        directions = [draw_direction(self._generator, block) for block in blocks]
        with np.errstate(all="ignore"):
            slopes = look(surface, directions)
        x = surface.x
        return NumericGradient(x.shape, x.dtype, slopes, surface, self._generator)


class Function(Surface):
    """A cell's function of an array that is changed in place while it runs, and restored after.

    Parameters
    ----------
    call : callable
        Returns its value.
    x : ndarray of floats
        What it depends on; the place of the derivative is what this holds now.
    upstream : ndarray, optional
        Upstream gradient, if the value is an array.
    """

    def __init__(
        self, call: Callable[[], Any], x: Any, upstream: NDArray[np.float64] | None = None
    ) -> None:
        if not isinstance(x, np.ndarray) or x.dtype.kind != "f":
            kind = f"one of {x.dtype}" if isinstance(x, np.ndarray) else f"a {type(x).__name__}"
            raise Unusable(f"A numeric gradient needs an array of floats, not {kind}.")
        super().__init__(x.size, precision_of(x))
        self.x = x
        self._call = call
        self._place = x.copy()
        self._upstream = upstream
        self._weights = None if upstream is None else np.maximum(np.abs(upstream), 1e-3)

    def values(self, shifts: Sequence[NDArray[np.float64]]) -> list[NDArray[np.float64]]:
        """Return the value at each shift; the array holds its own values again afterwards."""
        before = self.x.copy()
        values = []
        try:
            for shift in shifts:
                self.x[...] = self._place + shift.reshape(self.x.shape)
                values.append(self._as_value(self._call()))
        finally:
            self.x[...] = before
        return values

    def contract(self, difference: NDArray[np.float64]) -> float:
        """Return a difference of values, summed with the upstream gradient."""
        return float(difference if self._upstream is None else np.vdot(difference, self._upstream))

    def magnitude(self, value: NDArray[np.float64]) -> float:
        """Return the size of the terms that the sum is made of."""
        return float(np.linalg.norm(value if self._weights is None else value * self._weights))

    def _as_value(self, value: Any) -> NDArray[np.float64]:
        """Return a copy of what came back, if it is what a derivative can be taken of."""
        array = (
            np.asarray(value) if isinstance(value, (np.ndarray, np.generic, float, int)) else None
        )
        if array is None or array.dtype.kind not in "fiub":
            kind = "None" if value is None else f"of type {type(value).__name__}"
            raise Unusable(f"The value to differentiate numerically is {kind}, not a number.")
        if self._upstream is None and array.size != 1:
            raise Unusable(
                f"The value to differentiate numerically has shape {array.shape}, "
                "expected one number."
            )
        if self._upstream is not None and array.shape != self._upstream.shape:
            raise Unusable(
                f"The output to differentiate numerically has shape {array.shape}, "
                f"expected {self._upstream.shape} like the upstream gradient."
            )
        found = precision_of(array)
        if found.epsilon > self.precision.epsilon:
            self.precision = found
        return array.reshape(() if self._upstream is None else array.shape).astype(np.float64)

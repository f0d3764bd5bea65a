"""Numeric gradients in cells: derivatives along a few random directions instead of every entry.

Each derivative is taken from values of the function at one and two steps on either side: the two
central differences give a value of fourth order. Where the function is smooth they agree, and
the one-sided differences part in proportion to the step. A kink within reach breaks one or the
other rule; then the direction is drawn again, with a shorter step.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

if TYPE_CHECKING:
    from numpy.typing import NDArray

DIRECTIONS = 1
"""Random directions per gradient: a wrong gradient is wrong along almost every one, by about its
share of the whole, so that more of them find no more mistakes."""

STEP = 1e-4
"""Length of the first step; shorter ones follow where the function bends too much for it."""

_STEPS = (STEP, 1e-5, 1e-6, 1e-7, 1e-8)
_COARSE_STEPS = (3e-2, 1e-2, 3e-3, 1e-3, 1e-2)
"""The same where something is computed in single precision, which leaves more noise."""
_DOUBLE = 1e-10
"""Numbers that are known better than this are of double precision."""
_CALM = 1e-7
"""How far, relatively, the rules for smooth functions may be broken by one that is smooth."""

_ENTRY_STEP = 1e-5
_COARSE_ENTRY_STEP = 1e-2
_FLOOR = 1e-8
"""The course's own: smaller derivatives are as good as zero."""
_MOST_NOISE = 1e-3
"""Noise beyond this share excuses nothing: mistakes are larger."""

_EXCUSE = 8
"""Times the noise seen that single precision is excused: some directions show little of theirs."""


class Unusable(Exception):  # noqa: N818 - says what it is about
    """What a function of the student returned is nothing that can be differentiated."""


@dataclass(eq=False, slots=True)
class NumericGradient(NDArrayOperatorsMixin):
    """A numeric gradient, known along some directions; any use but comparing makes all of it."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    directions: NDArray[np.float64]
    """Unit vectors, one a row, over the flattened entries."""
    slopes: NDArray[np.float64]
    """Derivatives along them."""
    noise: NDArray[np.float64]
    """How far each of these may be off."""
    excused: NDArray[np.float64]
    """How far each may be off without being wrong, whatever its size: in single precision steps
    have to be so long that kinks are within them; zero for double precision."""
    entries: Callable[[], NDArray[Any]] = field(repr=False)
    """Differentiates by every entry."""
    _whole: NDArray[Any] | None = field(default=None, repr=False)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        if self._whole is None:
            self._whole = self.entries()
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

    def distance(self, gradient: NDArray[Any]) -> float:
        """Return how far a gradient of the same size is off, relatively, beyond the noise."""
        flat = gradient.reshape(-1).astype(np.float64)
        projected = self.directions @ flat
        typical = float(np.linalg.norm(flat)) / max(1.0, np.sqrt(flat.size))
        scale = max(_FLOOR, typical, float(np.max(np.abs(projected) + np.abs(self.slopes))))
        noise = np.maximum(np.minimum(self.noise, _MOST_NOISE * scale), self.excused)
        beyond = np.maximum(np.abs(projected - self.slopes) - noise, 0.0)
        return float(np.max(beyond) / scale)


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
        self, f: Callable[[Any], Any], x: Any, verbose: bool = True, h: float = STEP
    ) -> NumericGradient:
        """Differentiate a function with one number as its value."""
        return self._differentiate(_Function(lambda: f(x), x))

    def eval_numerical_gradient_array(
        self, f: Callable[[Any], Any], x: Any, df: Any, h: float = STEP
    ) -> NumericGradient:
        """Carry an upstream gradient through the numeric derivative of an array function."""
        return self._differentiate(_Function(lambda: f(x), x, np.asarray(df, dtype=np.float64)))

    def eval_numerical_gradient_blobs(
        self, f: Callable[..., Any], inputs: Sequence[Any], output: Any, h: float = STEP
    ) -> list[NumericGradient]:
        """Differentiate a function that writes its result into a blob."""

        def run() -> Any:
            f(*inputs, output)
            return np.array(output.vals)

        upstream = np.asarray(output.diffs, dtype=np.float64)
        return [self._differentiate(_Function(run, blob.vals, upstream)) for blob in inputs]

    def eval_numerical_gradient_net(
        self, net: Any, inputs: Sequence[Any], output: Any, h: float = STEP
    ) -> list[NumericGradient]:
        """Differentiate a net that holds its own blobs."""
        return self.eval_numerical_gradient_blobs(lambda *_: net.forward(), inputs, output)

    def _differentiate(self, function: _Function) -> NumericGradient:
        x = function.x
        value = function.call()
        epsilon = max(_epsilon_of(x), _epsilon_of(value))
        middle = function.as_value(value)
        found = [self._along_some_direction(function, middle, epsilon) for _ in range(DIRECTIONS)]
        entry_step = _ENTRY_STEP if epsilon < _DOUBLE else _COARSE_ENTRY_STEP
        place = np.array(x)
        return NumericGradient(
            shape=x.shape,
            dtype=x.dtype,
            directions=np.array([one.direction for one in found]),
            slopes=np.array([one.slope for one in found]),
            noise=np.array([one.noise for one in found]),
            excused=np.array([_EXCUSE * one.noise if epsilon > _DOUBLE else 0.0 for one in found]),
            entries=lambda: function.entries(place, entry_step),
        )

    def _along_some_direction(
        self, function: _Function, middle: NDArray[np.float64], epsilon: float
    ) -> _Slope:
        """Return a derivative along a direction without kinks, or the calmest of those tried.

        A function that is calm nowhere computes in single precision inside, whatever it returns.
        """
        tried: list[_Slope] = []
        for step in (*(_STEPS if epsilon < _DOUBLE else ()), *_COARSE_STEPS):
            drawn = self._generator.standard_normal(function.x.size)
            direction = drawn / max(float(np.linalg.norm(drawn)), 1e-300)
            tried.append(function.along(direction, step, middle, epsilon))
            if tried[-1].is_calm and epsilon < _DOUBLE:
                return tried[-1]
        calmest = min(tried, key=lambda slope: slope.noise)
        return calmest if epsilon > _DOUBLE else replace(calmest, noise=math.inf)


@dataclass(frozen=True, slots=True)
class _Slope:
    direction: NDArray[np.float64]
    slope: float
    noise: float
    is_calm: bool


@dataclass(frozen=True, slots=True)
class _Function:
    """A function of an array that is changed in place while it runs, and restored after."""

    call: Callable[[], Any]
    x: NDArray[Any]
    upstream: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        x: object = self.x  # whatever a cell passes
        if not isinstance(x, np.ndarray) or x.dtype.kind != "f":
            kind = f"one of {x.dtype}" if isinstance(x, np.ndarray) else f"a {type(x).__name__}"
            raise Unusable(f"A numeric gradient needs an array of floats, not {kind}.")

    def along(
        self,
        direction: NDArray[np.float64],
        step: float,
        middle: NDArray[np.float64],
        epsilon: float,
    ) -> _Slope:
        """Return the derivative along a direction.

        Parameters
        ----------
        direction : ndarray of shape (x.size,)
            Of length one.
        step : float
            Length of the shorter step.
        middle : ndarray
            Value without any.
        epsilon : float
            Relative precision of the numbers.
        """
        shift = step * direction.reshape(self.x.shape)
        first, second, third, fourth = self._values([shift, -shift, 2 * shift, -2 * shift])
        fine = self._inner(first - second) / (2 * step)
        coarse = self._inner(third - fourth) / (4 * step)
        near = self._inner(first - 2 * middle + second) / step
        far = self._inner(third - 2 * middle + fourth) / (2 * step)
        slope = (4 * fine - coarse) / 3
        weight = 1.0 if self.upstream is None else np.maximum(np.abs(self.upstream), 1e-3)
        size = float(np.linalg.norm(np.abs(middle) * weight))
        rounding = (8 if epsilon < _DOUBLE else 32) * epsilon * (size / step + abs(slope))
        broken = abs(fine - coarse) + abs(2 * near - far)
        calm = broken <= _CALM * abs(slope) + 4 * rounding
        return _Slope(direction, slope, broken + rounding, calm)

    def entries(self, place: NDArray[Any], length: float) -> NDArray[Any]:
        """Return the derivative by every entry at a place, by steps of a length."""
        gradient = np.zeros(place.shape)
        flat = gradient.reshape(-1)
        for entry in range(place.size):
            shift = np.zeros(place.size)
            shift[entry] = length
            step = shift.reshape(place.shape)
            upper, lower = self._values([step, -step], place)
            flat[entry] = self._inner(upper - lower) / (2 * length)
        return gradient

    def _values(
        self, shifts: Sequence[NDArray[Any]], place: NDArray[Any] | None = None
    ) -> list[NDArray[np.float64]]:
        before = self.x.copy()
        start = before if place is None else place
        values = []
        try:
            for shift in shifts:
                self.x[...] = start + shift
                values.append(self.as_value(self.call()))
        finally:
            self.x[...] = before
        return values

    def as_value(self, value: Any) -> NDArray[np.float64]:
        """Return a copy of what came back, if it is what a derivative can be taken of."""
        array = (
            np.asarray(value) if isinstance(value, (np.ndarray, np.generic, float, int)) else None
        )
        if array is None or array.dtype.kind not in "fiub":
            kind = "None" if value is None else f"of type {type(value).__name__}"
            raise Unusable(f"The value to differentiate numerically is {kind}, not a number.")
        if self.upstream is None:
            if array.size != 1:
                raise Unusable(
                    f"The value to differentiate numerically has shape {array.shape}, "
                    "expected one number."
                )
            return array.reshape(()).astype(np.float64)
        if array.shape != self.upstream.shape:
            raise Unusable(
                f"The output to differentiate numerically has shape {array.shape}, "
                f"expected {self.upstream.shape} like the upstream gradient."
            )
        return array.astype(np.float64)

    def _inner(self, difference: NDArray[np.float64]) -> float:
        return float(difference if self.upstream is None else np.sum(difference * self.upstream))


def _epsilon_of(value: Any) -> float:
    """Return the relative precision of a number or an array; of anything else, none is known."""
    dtype = getattr(value, "dtype", None)
    return float(np.finfo(dtype).eps) if isinstance(dtype, np.dtype) and dtype.kind == "f" else 0.0

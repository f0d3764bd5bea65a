"""How properties draw their examples: from a seeded generator, or from Hypothesis to shrink one.

Both sides draw whole numbers only, one at a time and within bounds, so that an example drawn
from the generator can be given to Hypothesis as a list of choices.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_T = TypeVar("_T")
_HUNDRED = 100


class Unsuitable(Exception):  # noqa: N818 - not an error: the example is drawn again
    """Ends the drawing of an example that a property cannot use."""


class Sizes(StrEnum):
    """Which sizes an example has."""

    SMALLEST = "smallest"
    """Each the smallest there is."""
    SMALL = "small"
    """Each the smallest there is, or one more."""
    LARGER = "larger"
    """None the smallest there is, unless there is no other."""
    ANY = "any"


class Draw(ABC):
    """Draws sizes, settings and arrays; smaller draws are nearer to the low bound or to zero."""

    @abstractmethod
    def integer(self, low: int, high: int) -> int:
        """Return a whole number from ``low`` to ``high``, both included."""

    @abstractmethod
    def integers(self, low: int, high: int, count: int) -> list[int]:
        """Return ``count`` such numbers."""

    @abstractmethod
    def require(self, condition: bool) -> None:
        """Draw the whole example again unless the condition holds; it should nearly always."""

    def size(self, low: int, high: int) -> int:
        """Return a length: the smallest in a property's first example, a larger one in the next."""
        return self.integer(low, high)

    def choice(self, options: Sequence[_T]) -> _T:
        """Return one of the options."""
        return options[self.integer(0, len(options) - 1)]

    def array(
        self,
        *shape: int,
        low: float = -2.0,
        high: float = 2.0,
        step: float = 0.01,
        nonzero: bool = False,
    ) -> NDArray[np.float64]:
        """Return an array of multiples of ``step``, which is a multiple of 0.01.

        With ``nonzero`` no entry is zero: each is at least ``step`` away from it.
        """
        hundredths = round(step * _HUNDRED)
        first = math.ceil(round(low * _HUNDRED, 6) / hundredths)
        last = math.floor(round(high * _HUNDRED, 6) / hundredths)
        gap = nonzero and first <= 0 <= last
        drawn = np.array(self.integers(first, last - gap, math.prod(shape)), dtype=np.float64)
        if gap:
            drawn[drawn >= 0] += 1
        return drawn.reshape(shape) * hundredths / _HUNDRED

    def number(
        self, low: float = -2.0, high: float = 2.0, *, step: float = 0.01, nonzero: bool = False
    ) -> float:
        """Return a multiple of ``step``."""
        return float(self.array(1, low=low, high=high, step=step, nonzero=nonzero)[0])

    def labels(self, classes: int, count: int) -> NDArray[np.int64]:
        """Return ``count`` labels from 0 to ``classes`` - 1."""
        return np.array(self.integers(0, classes - 1, count), dtype=np.int64)

    def order(self, count: int) -> NDArray[np.int64]:
        """Return the numbers from 0 to ``count`` - 1 in some order, rarely that of counting."""
        left = list(range(count))
        drawn = [left.pop(-1 - self.integer(0, len(left) - 1)) for _ in range(count)]
        return np.array(drawn, dtype=np.int64)


class GeneratorDraw(Draw):
    """Draws from a generator, and remembers what it drew.

    Parameters
    ----------
    generator : numpy.random.Generator
        Where numbers come from.
    sizes : Sizes
        Which lengths to draw.
    """

    def __init__(self, generator: np.random.Generator, sizes: Sizes = Sizes.ANY) -> None:
        self._generator = generator
        self._sizes = sizes
        self.choices: list[int] = []

    def integer(self, low: int, high: int) -> int:
        """Return a whole number, all of them equally likely."""
        return self.integers(low, high, 1)[0]

    def integers(self, low: int, high: int, count: int) -> list[int]:
        """Return whole numbers, all of them equally likely."""
        drawn: list[int] = self._generator.integers(low, high, count, endpoint=True).tolist()
        if low != high:
            self.choices += drawn
        return drawn

    def size(self, low: int, high: int) -> int:
        """Return a length."""
        if low == high or self._sizes is Sizes.ANY:
            return self.integer(low, high)
        first = low + (self._sizes is Sizes.LARGER)
        last = {Sizes.SMALLEST: low, Sizes.SMALL: low + 1}.get(self._sizes, high)
        drawn = int(self._generator.integers(first, last, endpoint=True))
        self.choices.append(drawn)
        return drawn

    def require(self, condition: bool) -> None:
        """Refuse the example unless the condition holds."""
        if not condition:
            raise Unsuitable


class ChosenDraw(Draw):
    """Draws from someone else's choices, such as Hypothesis's.

    Parameters
    ----------
    choose : callable
        Takes the bounds of a whole number and returns one within them.
    refuse : callable
        Called when an example is of no use; it must raise.
    """

    def __init__(self, choose: Callable[[int, int], int], refuse: Callable[[], Any]) -> None:
        self._choose = choose
        self._refuse = refuse

    def integer(self, low: int, high: int) -> int:
        """Return a whole number."""
        return low if low == high else self._choose(low, high)

    def integers(self, low: int, high: int, count: int) -> list[int]:
        """Return whole numbers."""
        return [self.integer(low, high) for _ in range(count)]

    def require(self, condition: bool) -> None:
        """Refuse the example unless the condition holds."""
        if not condition:
            self._refuse()
            raise Unsuitable


def draw_example(
    make: Callable[[Draw], dict[str, Any]],
    generator: np.random.Generator,
    sizes: Sizes = Sizes.ANY,
    *,
    attempts: int = 100,
) -> tuple[dict[str, Any], tuple[int, ...]]:
    """Return an example, and the choices that make it.

    Parameters
    ----------
    make : callable
        A property's ``draw``.
    generator : numpy.random.Generator
        Where numbers come from.
    sizes : Sizes
        Which lengths to draw.
    attempts : int
        How often an example may be of no use.

    Raises
    ------
    ValueError
        If the property accepts none of them.
    """
    for _ in range(attempts):
        draw = GeneratorDraw(generator, sizes)
        try:
            return make(draw), tuple(draw.choices)
        except Unsuitable:
            continue
    raise ValueError(f"draw accepts none of {attempts} examples, expected nearly all of them")

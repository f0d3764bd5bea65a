"""Declared inputs: what a check feeds to a function, drawn from a generator of its own.

Declarations are data. The same declaration, seed and check id give the same arrays on every
machine: draws come from a ``Generator`` seeded by both, never from the legacy ``np.random``.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.lengths import Shape, Size, known_size, known_sizes, length, settle_lengths
from grader.records import record

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "Fixed",
    "Input",
    "Integers",
    "Linspace",
    "Normal",
    "Rows",
    "Size",
    "Uniform",
    "describe_inputs",
    "fixed",
    "generator_for",
    "integers",
    "length",
    "linspace",
    "make_inputs",
    "normal",
    "rows",
    "uniform",
]


class Input(ABC):
    """Declares one array or number."""

    @abstractmethod
    def make(self, generator: np.random.Generator) -> Any:
        """Return the value; only random declarations use ``generator``."""


@record
class Normal(Input):
    """Gaussian entries; ``margin`` keeps every entry at least that far from zero."""

    shape: Shape
    scale: float = 1.0
    offset: float = 0.0
    margin: float = 0.0

    def make(self, generator: np.random.Generator) -> NDArray[np.float64]:
        """Return float64 entries of the declared shape."""
        drawn = generator.standard_normal(known_sizes(self.shape)) * self.scale
        if self.margin:
            drawn += np.copysign(self.margin, drawn)
        return drawn + self.offset


@record
class Uniform(Input):
    """Entries drawn evenly between ``low`` and ``high``."""

    shape: Shape
    low: float = 0.0
    high: float = 1.0

    def make(self, generator: np.random.Generator) -> NDArray[np.float64]:
        """Return float64 entries of the declared shape."""
        return generator.uniform(self.low, self.high, known_sizes(self.shape))


@record
class Linspace(Input):
    """Evenly spaced entries from ``start`` to ``stop``, in C order, ends included."""

    start: float
    stop: float
    shape: Shape
    transposed: bool = False

    def make(self, generator: np.random.Generator) -> NDArray[np.float64]:
        """Return float64 entries; with ``transposed`` the axes are reversed afterwards."""
        shape = known_sizes(self.shape)
        values = np.linspace(self.start, self.stop, num=int(np.prod(shape))).reshape(shape)
        return np.ascontiguousarray(values.T) if self.transposed else values


@record
class Integers(Input):
    """Integers from 0 to ``high`` - 1, such as class labels."""

    high: Size
    shape: Shape

    def make(self, generator: np.random.Generator) -> NDArray[np.int64]:
        """Return int64 entries of the declared shape."""
        return generator.integers(known_size(self.high), size=known_sizes(self.shape))


@record
class Fixed(Input):
    """Given values: a number, a list, a setting."""

    value: Any

    def make(self, generator: np.random.Generator) -> Any:
        """Return lists as arrays and anything else as it is."""
        return np.array(self.value) if isinstance(self.value, list) else self.value


@record
class Rows(Input):
    """Rows of other declarations, one below the other."""

    blocks: tuple[Input, ...]

    def make(self, generator: np.random.Generator) -> NDArray[np.float64]:
        """Return all rows, those of the first declaration on top."""
        return np.concatenate([block.make(generator) for block in self.blocks])


def normal(*shape: Size, scale: float = 1.0, offset: float = 0.0, margin: float = 0.0) -> Normal:
    """Declare Gaussian entries of standard deviation ``scale`` around ``offset``."""
    return Normal(shape, scale, offset, margin)


def uniform(*shape: Size, low: float = 0.0, high: float = 1.0) -> Uniform:
    """Declare entries drawn evenly between ``low`` and ``high``."""
    return Uniform(shape, low, high)


def linspace(start: float, stop: float, *shape: Size, transposed: bool = False) -> Linspace:
    """Declare evenly spaced entries from ``start`` to ``stop``, ends included."""
    return Linspace(start, stop, shape, transposed)


def integers(high: Size, *shape: Size) -> Integers:
    """Declare integers from 0 to ``high`` - 1."""
    return Integers(high, shape)


def fixed(value: Any) -> Fixed:
    """Declare given values."""
    return Fixed(value)


def rows(*blocks: Input) -> Rows:
    """Declare rows that are drawn in unlike ways: those of the first declaration on top."""
    return Rows(blocks)


def generator_for(seed: int, name: str) -> np.random.Generator:
    """Return the generator of one check's inputs, independent of all others."""
    words = np.frombuffer(hashlib.sha256(name.encode()).digest(), dtype="<u4")
    return np.random.default_rng([seed, *(int(word) for word in words)])


def make_inputs(declared: Mapping[str, Any], generator: np.random.Generator) -> dict[str, Any]:
    """Return the values of declarations, in order; dictionaries are filled likewise.

    Lengths that are to be drawn are drawn first of all, in the order in which they are named.
    """
    settled = settle_lengths(declared, generator)
    return {name: _make(item, generator) for name, item in settled.items()}


def describe_inputs(values: Mapping[str, Any]) -> str:
    """Say what the inputs were in a few words: ``x (10,2,3), stride 2``."""
    parts = []
    for name, value in values.items():
        if isinstance(value, np.ndarray):
            parts.append(f"{name} ({','.join(map(str, value.shape))})")
        elif isinstance(value, dict):
            parts.append(describe_inputs(value))
        else:
            parts.append(f"{name} {value}")
    return ", ".join(part for part in parts if part)


def _make(item: Any, generator: np.random.Generator) -> Any:
    if isinstance(item, Input):
        return item.make(generator)
    if isinstance(item, Mapping):
        return make_inputs(item, generator)
    return item

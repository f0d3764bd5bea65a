"""Declared inputs: what a check feeds to a function, drawn from a generator of its own.

Declarations are data. The same declaration, seed and check id give the same arrays on every
machine: draws come from a ``Generator`` seeded by both, never from the legacy ``np.random``.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Size: TypeAlias = "int | Drawn"
"""The length of an axis, or a setting: a number, or one that is drawn."""
Shape: TypeAlias = "tuple[Size, ...]"


class Drawn:
    """A length that is drawn, or made of such lengths by ``+``, ``-`` and ``*``."""

    __slots__ = ()

    def __add__(self, other: Size) -> Combined:
        """Return the sum."""
        return Combined("+", self, other)

    def __sub__(self, other: Size) -> Combined:
        """Return the difference."""
        return Combined("-", self, other)

    def __mul__(self, other: Size) -> Combined:
        """Return the product."""
        return Combined("*", self, other)


@dataclass(frozen=True, slots=True)
class Length(Drawn):
    """A whole number from ``low`` to ``high``, the same wherever its name stands in a check.

    Raises
    ------
    ValueError
        If there is no number to draw.
    """

    name: str
    low: int
    high: int

    def __post_init__(self) -> None:
        if not self.low <= self.high:
            raise ValueError(f"length {self.name} is to be from {self.low} to {self.high}")


@dataclass(frozen=True, slots=True)
class Combined(Drawn):
    """Two lengths put together."""

    operation: str
    """``+``, ``-`` or ``*``."""
    left: Size
    right: Size


class Input(ABC):
    """Declares one array or number."""

    @abstractmethod
    def make(self, generator: np.random.Generator) -> Any:
        """Return the value; only random declarations use ``generator``."""


@dataclass(frozen=True, slots=True)
class Normal(Input):
    """Gaussian entries; ``margin`` keeps every entry at least that far from zero."""

    shape: Shape
    scale: float = 1.0
    offset: float = 0.0
    margin: float = 0.0

    def make(self, generator: np.random.Generator) -> NDArray[np.float64]:
        """Return float64 entries of the declared shape."""
        drawn = generator.standard_normal(_numbers(self.shape)) * self.scale
        if self.margin:
            drawn += np.copysign(self.margin, drawn)
        return drawn + self.offset


@dataclass(frozen=True, slots=True)
class Uniform(Input):
    """Entries drawn evenly between ``low`` and ``high``."""

    shape: Shape
    low: float = 0.0
    high: float = 1.0

    def make(self, generator: np.random.Generator) -> NDArray[np.float64]:
        """Return float64 entries of the declared shape."""
        return generator.uniform(self.low, self.high, _numbers(self.shape))


@dataclass(frozen=True, slots=True)
class Linspace(Input):
    """Evenly spaced entries from ``start`` to ``stop``, in C order, ends included."""

    start: float
    stop: float
    shape: Shape
    transposed: bool = False

    def make(self, generator: np.random.Generator) -> NDArray[np.float64]:
        """Return float64 entries; with ``transposed`` the axes are reversed afterwards."""
        shape = _numbers(self.shape)
        values = np.linspace(self.start, self.stop, num=int(np.prod(shape))).reshape(shape)
        return np.ascontiguousarray(values.T) if self.transposed else values


@dataclass(frozen=True, slots=True)
class Integers(Input):
    """Integers from 0 to ``high`` - 1, such as class labels."""

    high: Size
    shape: Shape

    def make(self, generator: np.random.Generator) -> NDArray[np.int64]:
        """Return int64 entries of the declared shape."""
        return generator.integers(_number(self.high), size=_numbers(self.shape))


@dataclass(frozen=True, slots=True)
class Fixed(Input):
    """Given values: a number, a list, a setting."""

    value: Any

    def make(self, generator: np.random.Generator) -> Any:
        """Return lists as arrays and anything else as it is."""
        return np.array(self.value) if isinstance(self.value, list) else self.value


@dataclass(frozen=True, slots=True)
class Rows(Input):
    """Rows of other declarations, one below the other."""

    blocks: tuple[Input, ...]

    def make(self, generator: np.random.Generator) -> NDArray[np.float64]:
        """Return all rows, those of the first declaration on top."""
        return np.concatenate([block.make(generator) for block in self.blocks])


def length(name: str, low: int, high: int) -> Length:
    """Declare a length of any axis, or a setting, drawn from ``low`` to ``high``."""
    return Length(name, low, high)


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
    lengths = {one.name: one for one in _lengths_in(declared)}
    drawn = {
        name: int(generator.integers(one.low, one.high, endpoint=True))
        for name, one in lengths.items()
    }
    return {
        name: _make(_settle(item, drawn) if drawn else item, generator)
        for name, item in declared.items()
    }


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


def _number(size: Size) -> int:
    """Return a size that is known by now."""
    if isinstance(size, Drawn):
        raise ValueError(f"{size} is not drawn yet: inputs with lengths are made by make_inputs")
    return size


def _numbers(shape: Shape) -> tuple[int, ...]:
    return tuple(_number(size) for size in shape)


def _lengths_in(item: Any) -> Iterator[Length]:
    """Go through the lengths that a declaration names."""
    if isinstance(item, Length):
        yield item
    elif isinstance(item, Mapping):
        for inner in item.values():
            yield from _lengths_in(inner)
    elif isinstance(item, tuple):
        for inner in item:
            yield from _lengths_in(inner)
    elif isinstance(item, Combined):
        yield from _lengths_in((item.left, item.right))
    elif isinstance(item, Input):
        for field in fields(item):  # type: ignore[arg-type]
            yield from _lengths_in(getattr(item, field.name))


def _settle(item: Any, drawn: Mapping[str, int]) -> Any:
    """Return a declaration with numbers in the place of lengths."""
    if isinstance(item, Length):
        return drawn[item.name]
    if isinstance(item, Combined):
        left, right = _settle(item.left, drawn), _settle(item.right, drawn)
        return {"+": left + right, "-": left - right, "*": left * right}[item.operation]
    if isinstance(item, Mapping):
        return {name: _settle(inner, drawn) for name, inner in item.items()}
    if isinstance(item, tuple):
        return tuple(_settle(inner, drawn) for inner in item)
    if isinstance(item, Input):
        values = {f.name: _settle(getattr(item, f.name), drawn) for f in fields(item)}  # type: ignore[arg-type]
        return replace(item, **values)  # type: ignore[type-var]
    return item


def _make(item: Any, generator: np.random.Generator) -> Any:
    if isinstance(item, Input):
        return item.make(generator)
    if isinstance(item, Mapping):
        return make_inputs(item, generator)
    return item

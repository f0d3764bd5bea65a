"""Lengths that are drawn: sizes and settings of declared inputs which are the same where named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from grader.records import record

if TYPE_CHECKING:
    import numpy as np

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


@record
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


@record
class Combined(Drawn):
    """Two lengths put together."""

    operation: str
    """``+``, ``-`` or ``*``."""
    left: Size
    right: Size


def length(name: str, low: int, high: int) -> Length:
    """Declare a length of any axis, or a setting, drawn from ``low`` to ``high``."""
    return Length(name, low, high)


def known_size(size: Size) -> int:
    """Return a size that is known by now.

    Raises
    ------
    ValueError
        If it is not drawn yet.
    """
    if isinstance(size, Drawn):
        raise ValueError(f"{size} is not drawn yet: inputs with lengths are made by make_inputs")
    return size


def known_sizes(shape: Shape) -> tuple[int, ...]:
    """Return a shape that is known by now."""
    return tuple(known_size(size) for size in shape)


def settle_lengths(
    declared: Mapping[str, Any], generator: np.random.Generator
) -> Mapping[str, Any]:
    """Return declarations with numbers in the place of lengths.

    The lengths are drawn in the order in which they are named.
    """
    lengths = {one.name: one for one in _lengths_in(declared)}
    drawn = {
        name: int(generator.integers(one.low, one.high, endpoint=True))
        for name, one in lengths.items()
    }
    return {name: _settle(item, drawn) for name, item in declared.items()} if drawn else declared


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
    elif is_dataclass(item):
        for field in fields(item):
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
    if is_dataclass(item) and not isinstance(item, type):
        return replace(
            item, **{f.name: _settle(getattr(item, f.name), drawn) for f in fields(item)}
        )
    return item

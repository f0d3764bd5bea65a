"""Keeps the comparisons of a cell: each once, under a name of its own."""

from __future__ import annotations

import ast
from dataclasses import replace

from grader.checks.cells.origins import Origins, is_array_literal, is_numeric_literal, says_given
from grader.checks.cells.sites import (
    Found,
    Shape,
    Site,
    find_comparison,
    name_by_expression,
    name_by_label,
)


class SiteBook:
    """Numbers the comparisons of a cell.

    Parameters
    ----------
    origins : Origins
        Where values come from, as far as the cell was read.
    reserved : frozenset of str
        Names of parts that predicates take.
    """

    def __init__(self, origins: Origins, reserved: frozenset[str]) -> None:
        self.sites: list[Site] = []
        self.label: str | None = None
        """What is printed around the expression that is being read."""
        self._origins = origins
        self._taken = set(reserved)
        self._seen: dict[object, int] = {}

    def add(self, found: Found, line: int, message: str, part: str | None) -> int:
        """Return the number of a comparison; one that repeats another has the same."""
        key = self._key(found) if part is None else None
        number = self._seen.get(key) if key is not None else None
        if number is not None:
            return number
        number = len(self.sites)
        if key is not None:
            self._seen[key] = number
        site = self._describe(found, self.orient(found), part)
        self.sites.append(replace(site, line=line, message=message))
        return number

    def add_condition(self, test: ast.expr, about: ast.expr, message: str, part: str | None) -> int:
        """Return the number of a condition that is no comparison of two values."""
        origin = self._origins.of(about)
        self.sites.append(
            Site(
                part=part or self._part(name_by_expression(about)),
                shape=Shape.CONDITION,
                line=test.lineno,
                subject=ast.unparse(test),
                message=message,
                target=origin.target,
                place=origin.place,
            )
        )
        return len(self.sites) - 1

    def add_message(self, number: int, message: str) -> None:
        """Take note of what the cell says when a comparison is wrong."""
        if message and not self.sites[number].message:
            self.sites[number] = replace(self.sites[number], message=message)

    def find_repeated(self, value: ast.expr) -> int | None:
        """Return the number of the comparison that an expression repeats, if it does."""
        found = find_comparison(value) if isinstance(value, ast.Call) else None
        return None if found is None else self._seen.get(self._key(found))

    def orient(self, found: Found) -> tuple[ast.expr, ast.expr]:
        """Return what is judged, and what it is compared with."""
        first, second = found.first, found.second
        if found.shape is Shape.GRADIENT or self._weight(first) <= self._weight(second):
            return first, second
        return second, first

    def _weight(self, node: ast.expr) -> int:
        """Return how much an expression looks like the right answer."""
        origin = self._origins.of(node)
        if origin.literal or origin.numeric or is_numeric_literal(node):
            return 3
        if says_given(node):
            return 2
        return 0 if origin.target else 1

    def _key(self, found: Found) -> object:
        sides = sorted(ast.dump(side) for side in (found.first, found.second))
        version = (*self._origins.version(found.first), *self._origins.version(found.second))
        return (found.shape, *sides, tuple(sorted(version)))

    def _part(self, name: str) -> str:
        made = name
        count = 1
        while made in self._taken:
            count += 1
            made = f"{name}_{count}"
        self._taken.add(made)
        return made

    def _describe(self, found: Found, sides: tuple[ast.expr, ast.expr], part: str | None) -> Site:
        subject, beside = sides
        origin = self._origins.of(subject)
        other = self._origins.of(beside)
        label = name_by_label(self.label) if self.label else None
        literal = other.literal
        name = part or self._part(label or name_by_expression(subject, beside))
        if literal is None and is_array_literal(beside):
            literal = name
        return Site(
            part=name,
            shape=found.shape,
            line=0,
            subject=ast.unparse(subject),
            beside=ast.unparse(beside),
            target=origin.target,
            place=origin.place,
            literal=literal,
            numeric=other.numeric or found.shape is Shape.GRADIENT,
        )

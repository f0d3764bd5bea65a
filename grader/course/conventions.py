"""Conventions: what years of a course do differently and is right either way, as data.

A submission is held to one choice throughout: a loss by one convention and its gradient by
another are wrong together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from functools import partial
from itertools import product
from typing import Any, TypeAlias

from grader.checks.base import Check
from grader.records import record


@record(kw_only=True)
class Choice:
    """How the reference behaves under one of a convention's choices.

    Raises
    ------
    ValueError
        If it says nothing about any target and is not the default.
    """

    title: str
    """As a report says it: ``the factor one half``."""
    keywords: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Target -> keyword arguments that the reference's function is called with besides."""
    substitutes: Mapping[str, str] = field(default_factory=dict)
    """Target -> the reference's target that stands in its place."""

    @property
    def targets(self) -> frozenset[str]:
        """Targets that behave differently."""
        return frozenset((*self.keywords, *self.substitutes))


@record(kw_only=True)
class Convention:
    """Something that a course may do either way, and how to see which it was.

    Raises
    ------
    ValueError
        If there are fewer than two choices.
    """

    name: str
    """One word."""
    title: str
    """What is chosen, as a report says it: ``regularisation``."""
    choices: Mapping[str, Choice]
    """The first is the default: what a submission is held to that fits none."""
    probe: Check
    """The first choice under which all its parts pass is taken."""

    def __post_init__(self) -> None:
        if len(self.choices) < 2:
            raise ValueError(f"convention {self.name}: choices must be two or more")
        for name in (self.name, *self.choices):
            if not name.isidentifier():
                raise ValueError(f"convention {self.name}: {name!r} must be an identifier")

    @property
    def default(self) -> str:
        """The first choice."""
        return next(iter(self.choices))

    @property
    def targets(self) -> frozenset[str]:
        """Targets that behave differently under some choice."""
        return frozenset().union(*(choice.targets for choice in self.choices.values()))


Settled: TypeAlias = "Mapping[str, str]"
"""The choice taken, by convention; what is not there is at its default."""


def combinations(conventions: tuple[Convention, ...]) -> Iterator[dict[str, str]]:
    """Go through all combinations of choices; the first holds the defaults."""
    names = [convention.name for convention in conventions]
    for chosen in product(*(convention.choices for convention in conventions)):
        yield dict(zip(names, chosen, strict=True))


def label(conventions: tuple[Convention, ...], settled: Settled, check: Check) -> str:
    """Return what marks expected values of a check under choices; nothing at the defaults.

    Only conventions that change what the check calls are named.
    """
    marks = [
        f"{convention.name}={settled[convention.name]}"
        for convention in conventions
        if settled.get(convention.name, convention.default) != convention.default
        and convention.targets.intersection(check.targets)
    ]
    return f"@{','.join(marks)}/" if marks else ""


def apply(
    resolve: Callable[[str], Callable[..., Any]],
    conventions: tuple[Convention, ...],
    settled: Settled,
) -> Callable[[str], Callable[..., Any]]:
    """Return what finds the reference's targets as they behave under the choices."""
    choices = [
        convention.choices[settled.get(convention.name, convention.default)]
        for convention in conventions
    ]

    def find(target: str) -> Callable[..., Any]:
        keywords: dict[str, Any] = {}
        place = target
        for choice in choices:
            keywords |= choice.keywords.get(target, {})
            place = choice.substitutes.get(target, place)
        found = resolve(place)
        return partial(found, **keywords) if keywords else found

    return find

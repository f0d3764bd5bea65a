"""How tests of mistakes tell versions of a function apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import combinations
from typing import Any, TypeAlias

import numpy as np
import pytest

from reference.mistakes import make_wrong, mistakes_of
from reference.targets import resolve

Observed: TypeAlias = list[Any]
"""Arrays, and names of exceptions."""
Look: TypeAlias = Callable[[str, Callable[..., Any]], Iterable[Callable[[], Any]]]
"""Yields calls of a version of a target; each is made before the next one is asked for."""
NOTHING_WRONG = "nothing wrong"


@pytest.fixture(scope="session")
def find_alike() -> Callable[[str, Look], list[tuple[str, str]]]:
    """Return which versions of a target, right or with one mistake, nobody can tell apart."""

    def find(target: str, look: Look) -> list[tuple[str, str]]:
        versions = {mistake.name: make_wrong([mistake]) for mistake in mistakes_of(target)}
        assert versions
        versions[NOTHING_WRONG] = resolve(target)
        seen = {name: observe(target, version, look) for name, version in versions.items()}
        assert agree(observe(target, resolve(target), look), seen[NOTHING_WRONG])
        pairs = combinations(seen.items(), 2)
        return [(one[0], two[0]) for one, two in pairs if agree(one[1], two[1])]

    return find


def observe(target: str, version: Callable[..., Any], look: Look) -> Observed:
    """Return what all calls give when NumPy's global generator is seeded."""
    before = np.random.get_state()  # noqa: NPY002 - dropout and the course's models draw from it
    np.random.seed(1)  # noqa: NPY002 - and not 0, which a wrong version sets
    try:
        return [item for call in look(target, version) for item in attempt(call)]
    finally:
        np.random.set_state(before)  # noqa: NPY002


def attempt(call: Callable[[], Any]) -> Observed:
    """Return what a call gives, or the name of what it raises."""
    try:
        with np.errstate(all="ignore"):
            return flatten(call())
    except Exception as error:  # noqa: BLE001 - a wrong version may raise anything
        return [type(error).__name__]


def flatten(value: Any) -> Observed:
    """Return the arrays in a nested result, in order, and the names in its dicts."""
    if isinstance(value, Mapping):
        return [item for key in sorted(value) for item in (key, *flatten(value[key]))]
    if isinstance(value, (tuple, list)):
        return [item for part in value for item in flatten(part)]
    return [value if isinstance(value, str) else np.asarray(value)]


def agree(first: Observed, second: Observed) -> bool:
    """Return whether two versions cannot be told apart by what is seen of them."""
    return len(first) == len(second) and all(map(is_same, first, second))


def is_same(one: Any, other: Any) -> bool:
    """Return whether two items are the same name, or the same array but for rounding."""
    if isinstance(one, str) or isinstance(other, str):
        return isinstance(one, str) and isinstance(other, str) and one == other
    return one.shape == other.shape and np.allclose(
        one, other, rtol=1e-9, atol=1e-12, equal_nan=True
    )

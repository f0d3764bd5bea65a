"""Finds and replaces the handles inside a value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from grader.candidate.wire import Earlier, Handle


def handles_in(value: Any) -> Iterator[Handle]:
    """Go through the handles in a value."""
    if isinstance(value, Handle):
        yield value
    elif type(value) in (tuple, list, dict):
        items: Iterable[Any] = value.values() if type(value) is dict else value
        for item in items:
            yield from handles_in(item)


def map_handles(value: Any, change: Callable[[Handle], Handle]) -> Any:
    """Return a value with all handles in it replaced."""
    return _map(value, Handle, change)


def map_earlier(value: Any, change: Callable[[Earlier], Handle | Earlier]) -> Any:
    """Return a value with all that is named by the operation which makes it replaced."""
    return _map(value, Earlier, change)


def _map(value: Any, kind: type, change: Callable[[Any], object]) -> Any:
    if isinstance(value, kind):
        return change(value)
    if type(value) is tuple:
        return tuple(_map(item, kind, change) for item in value)
    if type(value) is list:
        return [_map(item, kind, change) for item in value]
    if type(value) is dict:
        return {key: _map(item, kind, change) for key, item in value.items()}
    return value

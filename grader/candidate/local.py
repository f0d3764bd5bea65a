"""The reference as a candidate: its functions are called in this process."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from grader.candidate.base import (
    KEEP_ALL,
    KEEP_LIVE,
    Call,
    Candidate,
    Look,
    Method,
    Operation,
    Read,
    Reply,
    Seed,
    Shapes,
    Write,
)
from grader.candidate.live import bring_out, bring_out_part
from grader.candidate.paths import assign, follow
from grader.candidate.wire import Handle


class LocalCandidate(Candidate):
    """Calls trusted functions here; what it raises is our bug and travels upward.

    Parameters
    ----------
    resolve : callable
        Returns the function or class of a canonical target name, or raises ``KeyError``.
    """

    def __init__(self, resolve: Callable[[str], Callable[..., Any]]) -> None:
        self._resolve = resolve
        self._objects: dict[int, Any] = {}

    def begin_check(self, cpu_seconds: float | None = None) -> None:
        """Forget all handles; our own code has no budget."""
        self._objects.clear()

    def run(self, operations: Sequence[Operation]) -> list[Reply]:
        """Carry out operations in order."""
        return [self._answer(operation) for operation in operations]

    def _answer(self, operation: Operation) -> Reply:
        match operation:
            case Call(target):
                return self._apply(self._resolve(target), operation)
            case Method(on, name):
                return self._apply(getattr(self._objects[on.id], name), operation)
        return Reply(self._perform(operation))

    def _perform(self, operation: Operation) -> Any:
        match operation:
            case Look(on, path):
                found = follow(self._objects[on.id], path)
                return _copy_values(bring_out_part(found, self._hold_once))
            case Read(on, path):
                return copy.deepcopy(follow(self._objects[on.id], path))
            case Write(on, path, value):
                assign(self._objects[on.id], path, self._take_in(value))
            case Shapes(on, path):
                held = follow(self._objects[on.id], path)
                return {key: getattr(value, "shape", None) for key, value in held.items()}
            case Seed(seed):
                np.random.seed(seed)
        return None

    def _apply(self, function: Callable[..., Any], operation: Call | Method) -> Reply:
        args = [self._take_in(value) for value in operation.args]
        kwargs = {name: self._take_in(value) for name, value in operation.kwargs.items()}
        given = [*args, *kwargs.values()]
        # Of what it is given, the reference changes dictionaries only, and no value inside them.
        before = {place: dict(a) for place, a in enumerate(given) if type(a) is dict}
        with _random_state(operation.random) as drawn:
            result = self._give_back(function(*args, **kwargs), operation.keep)
        after = {
            place: copy.deepcopy(given[place])
            for place, items in before.items()
            if items.keys() != given[place].keys()
            or any(given[place][key] is not item for key, item in items.items())
        }
        return Reply(result, after, drawn[0] if drawn else None)

    def _take_in(self, value: Any) -> Any:
        """Return an argument as the reference gets it: a copy, or the object behind a handle."""
        if isinstance(value, Handle):
            return self._objects[value.id]
        if type(value) in (list, tuple):
            return type(value)(self._take_in(item) for item in value)
        if type(value) is dict:
            return {key: self._take_in(item) for key, item in value.items()}
        return copy.deepcopy(value)

    def _give_back(self, result: Any, keep: frozenset[int]) -> Any:
        if KEEP_ALL in keep:
            return self._hold(result)
        if KEEP_LIVE in keep:
            return _copy_values(bring_out(result, self._hold_once))
        if keep and isinstance(result, tuple):
            return tuple(
                self._hold(item) if position in keep else copy.deepcopy(item)
                for position, item in enumerate(result)
            )
        return copy.deepcopy(result)  # it may be a part of an object that later calls change

    def _hold(self, value: object) -> Handle:
        number = len(self._objects) + 1
        self._objects[number] = value
        return Handle(number, type(value).__name__)

    def _hold_once(self, value: object) -> Handle:
        """Return one and the same handle for one and the same object."""
        for number, held in self._objects.items():
            if held is value:
                return Handle(number, type(value).__name__)
        return self._hold(value)


def _copy_values(value: Any) -> Any:
    """Return a result whose arrays do not change with what stays here."""
    if isinstance(value, Handle):
        return value
    return tuple(map(_copy_values, value)) if type(value) is tuple else copy.deepcopy(value)


@contextmanager
def _random_state(state: tuple[Any, ...] | None) -> Iterator[list[Any]]:
    """Run with ``np.random`` in a state; yield a list that then holds the state it left."""
    left: list[Any] = []
    if state is None:
        yield left
        return
    ours = np.random.get_state()
    np.random.set_state(state)
    try:
        yield left
        left.append(np.random.get_state())
    finally:
        np.random.set_state(ours)

"""The reference as a candidate: its functions are called in this process."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from grader.candidate.base import (
    KEEP_ALL,
    Call,
    Candidate,
    Method,
    Operation,
    Read,
    Reply,
    Seed,
    Shapes,
    Write,
)
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
            case Call(target, args, kwargs, keep):
                return self._apply(self._resolve(target), args, kwargs, keep)
            case Method(on, name, args, kwargs, keep):
                return self._apply(getattr(self._objects[on.id], name), args, kwargs, keep)
        return Reply(self._perform(operation))

    def _perform(self, operation: Operation) -> Any:
        match operation:
            case Read(on, path):
                return copy.deepcopy(follow(self._objects[on.id], path))
            case Write(on, path, value):
                assign(self._objects[on.id], path, copy.deepcopy(value))
            case Shapes(on, path):
                held = follow(self._objects[on.id], path)
                return {key: getattr(value, "shape", None) for key, value in held.items()}
            case Seed(seed):
                np.random.seed(seed)
        return None

    def _apply(
        self, function: Callable[..., Any], args: Any, kwargs: Any, keep: frozenset[int]
    ) -> Reply:
        given = [self._objects[a.id] if isinstance(a, Handle) else copy.deepcopy(a) for a in args]
        # Of what it is given, the reference changes dictionaries only, and no value inside them.
        before = {place: dict(given[place]) for place, a in enumerate(args) if isinstance(a, dict)}
        result = self._give_back(function(*given, **copy.deepcopy(dict(kwargs))), keep)
        after = {
            place: copy.deepcopy(given[place])
            for place, items in before.items()
            if items.keys() != given[place].keys()
            or any(given[place][key] is not item for key, item in items.items())
        }
        return Reply(result, after)

    def _give_back(self, result: Any, keep: frozenset[int]) -> Any:
        if KEEP_ALL in keep:
            return self._hold(result)
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

"""The reference as a candidate: its functions are called in this process."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

import numpy as np

from grader.candidate.base import (
    KEEP_ALL,
    KEEP_LIVE,
    Call,
    Candidate,
    Drawn,
    Forget,
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
from grader.candidate.wire import Earlier, Handle

PROVIDED = frozenset({"data_utils", "fast_layers", "gradient_check", "solver", "vis_utils"})
"""Canonical modules of what a course hands out: on both sides these are our own."""


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
        self._numbers: dict[int, int] = {}
        self._last = 0
        self._replies: list[Reply] = []

    def begin_check(self, cpu_seconds: float | None = None) -> None:
        """Forget all handles; our own code has no budget."""
        self._objects.clear()
        self._numbers.clear()

    def run(self, operations: Sequence[Operation]) -> list[Reply]:
        """Carry out operations in order."""
        self._replies = []
        for operation in operations:
            self._replies.append(self._answer(operation))
        return self._replies

    def _answer(self, operation: Operation) -> Reply:
        match operation:
            case Call(target):
                return self._apply(self._find(target), operation)
            case Method(on, name):
                return self._apply(getattr(self._object(on), name), operation)
        return Reply(self._perform(operation))

    def _find(self, target: str) -> Callable[..., Any]:
        """Return the function or class of a target, of the reference or of the course."""
        module, _, name = target.partition(":")
        if module not in PROVIDED:
            return self._resolve(target)
        found: Callable[..., Any] = getattr(import_module(f"grader.provided.{module}"), name)
        return found

    def _perform(self, operation: Operation) -> Any:
        match operation:
            case Look(on, path):
                found = follow(self._object(on), path)
                return _copy_values(bring_out_part(found, self._hold_once))
            case Read(on, path):
                return copy.deepcopy(follow(self._object(on), path))
            case Write(on, path, value):
                assign(self._object(on), path, self._take_in(value))
            case Shapes(on, path):
                held = follow(self._object(on), path)
                return {key: getattr(value, "shape", None) for key, value in held.items()}
            case Drawn():
                return np.random.get_state()
            case Forget(on):
                self._numbers.pop(id(self._objects.pop(on.id, None)), None)
            case Seed(seed):
                np.random.seed(seed)
        return None

    def _apply(self, function: Callable[..., Any], operation: Call | Method) -> Reply:
        args = [self._take_in(value) for value in operation.args]
        kwargs = {name: self._take_in(value) for name, value in operation.kwargs.items()}
        given = [*args, *kwargs.values()]
        before = self._remember(given)
        if operation.random is not None:
            np.random.set_state(operation.random)
        result = self._give_back(function(*args, **kwargs), operation.keep)
        return Reply(result, self._find_changes(given, before))

    def _remember(self, given: Sequence[Any]) -> dict[int, Any]:
        """Return what a call may change in its arguments, by position, as it is before the call.

        The reference changes dictionaries only, and no value inside them.
        """
        return {place: dict(a) for place, a in enumerate(given) if type(a) is dict}

    def _find_changes(self, given: Sequence[Any], before: Mapping[int, Any]) -> dict[int, Any]:
        """Return the arguments that a call has changed, by position."""
        return {
            place: copy.deepcopy(given[place])
            for place, items in before.items()
            if items.keys() != given[place].keys()
            or any(given[place][key] is not item for key, item in items.items())
        }

    def _take_in(self, value: Any) -> Any:
        """Return an argument as the reference gets it: a copy, or the object behind a handle."""
        if isinstance(value, (Handle, Earlier)):
            return self._object(value)
        if type(value) in (list, tuple):
            return type(value)(self._take_in(item) for item in value)
        if type(value) is dict:
            return {key: self._take_in(item) for key, item in value.items()}
        return copy.deepcopy(value)

    def _object(self, on: Handle | Earlier) -> Any:
        if isinstance(on, Handle):
            return self._objects[on.id]
        made: Handle = self._replies[-on.back].value
        return self._objects[made.id]

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
        self._last += 1
        self._objects[self._last] = value
        return Handle(self._last, type(value).__name__)

    def _hold_once(self, value: object) -> Handle:
        """Return one and the same handle for one and the same object."""
        number = self._numbers.get(id(value))
        if number is not None and self._objects.get(number) is value:
            return Handle(number, type(value).__name__)
        handle = self._hold(value)
        self._numbers[id(value)] = handle.id
        return handle


def _copy_values(value: Any) -> Any:
    """Return a result whose arrays do not change with what stays here."""
    if isinstance(value, Handle):
        return value
    return tuple(map(_copy_values, value)) if type(value) is tuple else copy.deepcopy(value)

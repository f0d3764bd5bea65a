"""One cell's conversation with a candidate: what it passes, what it gets, and what is kept even."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from weakref import WeakValueDictionary

import numpy as np

from grader.candidate.base import (
    KEEP_LIVE,
    Call,
    CallFailed,
    Candidate,
    Drawn,
    Failure,
    Forget,
    Look,
    Method,
    Operation,
    Reply,
    Shapes,
    Write,
)
from grader.candidate.paths import Step
from grader.candidate.proxy.leases import Leases
from grader.candidate.proxy.objects import Remote, make_remote
from grader.candidate.proxy.randomness import CellRandom
from grader.candidate.proxy.write_back import write_back
from grader.candidate.tags import DTYPE_NAMES
from grader.candidate.wire import Handle
from grader.model import Status

_LIVE = frozenset({KEEP_LIVE})
_MOST_REQUESTS = 50_000
"""More than any cell needs; loops over what a candidate made up must end."""
_MOST_LEASED = 1 << 30
"""Bytes of arrays that may be leased and written back: the same."""
_MOST_COMPARED = 1 << 34
"""Bytes of leased arrays that may be looked at for changes: a few seconds of the grader's own."""
_MOST_SECONDS = 60.0
"""Processor seconds of the grader that a cell may cost, which no limit of a worker bounds."""
_PLAIN = (bool, int, float, complex, str, bytes, type(None), slice, np.generic, np.ndarray)
_DTYPES = tuple(DTYPE_NAMES.values())
_METHODS = frozenset({"method", "builtin_function_or_method", "partial", "function"})


class ForeignArgument(Exception):  # noqa: N818 - says what it is about
    """Something that must not reach the candidate was passed to it: a function of the grader."""


class Session:
    """Calls a candidate for a cell, with everything that a cell takes for granted.

    Arrays that belong to the candidate's objects are leased, arguments that a call changed are
    changed here too, and both sides draw from one legacy ``np.random``.

    Parameters
    ----------
    candidate : Candidate
        Whoever answers.
    random : CellRandom
        The generator of the cell.
    """

    def __init__(self, candidate: Candidate, random: CellRandom) -> None:
        self._candidate = candidate
        self._random = random
        self._leases = Leases()
        self._requests = 0
        self._started = time.process_time()
        self._methods: set[tuple[str, str]] = set()
        self._remotes: WeakValueDictionary[Handle, Remote] = WeakValueDictionary()
        self._released: dict[Handle, None] = {}

    def call(self, target: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Call a target."""
        return self._apply(Call(target), target.partition(":")[2], args, kwargs)

    def method(self, on: Handle, name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Call a method of an object that lives with the candidate."""
        return self._apply(Method(on, name), f"{on.type_name}.{name}", args, kwargs)

    def look(self, on: Handle, *path: Step) -> Any:
        """Return an attribute or item: a value, a leased array, or something that lives there."""
        return self._wrap_part(self._send(Look(on, path)).value)

    def attribute(self, on: Handle, name: str) -> Any:
        """Return an attribute, or None if it is known to be a method."""
        kind = (on.type_name, name)
        if kind in self._methods:
            return None
        value = self._send(Look(on, (("attr", name),))).value
        if isinstance(value, Handle) and value.type_name in _METHODS:
            self._methods.add(kind)
            return None
        return self._wrap_part(value)

    def write(self, on: Handle, step: Step, value: Any) -> None:
        """Set an attribute or item."""
        self._send(Write(on, (step,), self._unwrap(value, f"setting {step[1]!r}")))

    def keys(self, on: Handle) -> list[Any]:
        """Return the keys of a dictionary that lives with the candidate."""
        found = self._send(Shapes(on, ())).value
        if type(found) is not dict:
            message = f"{on.type_name}: what is used as a dictionary is none."
            raise CallFailed(Failure(Status.FAILED, message))
        return list(found)

    def release(self, handle: Handle) -> None:
        """Let go of an object with the next request: loops would pile up caches otherwise."""
        self._released[handle] = None

    def _apply(
        self, operation: Call | Method, name: str, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> Any:
        given = (*args, *kwargs.values())
        self._random.note(given)
        ready = replace(
            operation,
            args=tuple(self._unwrap(value, name) for value in args),
            kwargs={key: self._unwrap(value, name) for key, value in kwargs.items()},
            keep=_LIVE,
            random=self._random.lend(lambda: self._send(Drawn(operation)).value),
        )
        reply = self._send(ready)
        for position, after in reply.after.items():
            if position < len(given):
                write_back(given[position], self._wrap(after))
        return self._wrap(reply.value)

    def _send(self, operation: Operation) -> Reply:
        self._requests += 1
        self._stop_what_is_endless()
        released, self._released = self._released, {}
        first = [Forget(handle) for handle in released]
        return self._candidate.run([*first, *self._leases.collect(), operation])[-1]

    def _stop_what_is_endless(self) -> None:
        """Raise ``CallFailed`` where a cell loops over more than anybody needs.

        A worker's time is bounded elsewhere; this is about ours.
        """
        if self._leases.moved > _MOST_LEASED:
            message = "The arrays that the cell asks for are too large."
            raise CallFailed(Failure(Status.CRASHED, message))
        if self._requests > _MOST_REQUESTS:
            message = f"The cell was stopped after {_MOST_REQUESTS} calls."
        elif self._leases.compared > _MOST_COMPARED:
            message = "The cell was stopped: it changes too many and too large arrays."
        elif time.process_time() - self._started > _MOST_SECONDS:
            message = "The cell was stopped: what it is given takes too long to go through."
        else:
            return
        raise CallFailed(Failure(Status.TIMED_OUT, message))

    def _unwrap(self, value: Any, name: str, depth: int = 0) -> Any:
        """Return an argument as the candidate takes it."""
        if isinstance(value, Remote):
            return value.handle
        if isinstance(value, (*_PLAIN, np.dtype)) or any(value is kind for kind in _DTYPES):
            return value
        if type(value) in (list, tuple):
            return type(value)(self._unwrap(item, name, depth + 1) for item in value)
        if isinstance(value, dict):
            return {key: self._unwrap(item, name, depth + 1) for key, item in value.items()}
        if hasattr(value, "__array__"):
            return np.asarray(value)
        if isinstance(value, range):
            return list(value)
        raise ForeignArgument(
            f"it passes a {type(value).__name__} to {name}, and only arrays, numbers, text, "
            "containers of these and the candidate's own objects can go there"
        )

    def _wrap(self, value: Any) -> Any:
        """Return a result as a cell uses it."""
        if isinstance(value, Handle):
            return self._remote(value)
        if type(value) is tuple:
            return tuple(map(self._wrap, value))
        if type(value) is list:
            return [self._wrap(item) for item in value]
        if type(value) is dict:
            return {key: self._wrap(item) for key, item in value.items()}
        return value

    def _remote(self, handle: Handle) -> Remote:
        """Return what stands for an object, always the same as long as anybody has it."""
        self._released.pop(handle, None)
        remote = self._remotes.get(handle)
        if remote is None:
            remote = self._remotes[handle] = make_remote(self, handle)
        return remote

    def _wrap_part(self, value: Any) -> Any:
        if type(value) is tuple and len(value) == 2 and isinstance(value[0], Handle):
            handle, array = value
            return self._leases.take(handle, array) if isinstance(array, np.ndarray) else value
        return self._wrap(value)

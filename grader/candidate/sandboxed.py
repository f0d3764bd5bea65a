"""The submission as a candidate: its functions are called in confined workers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from grader.candidate.base import (
    Call,
    CallFailed,
    Candidate,
    Failure,
    Method,
    Operation,
    Read,
    Reply,
    Seed,
    Shapes,
    Write,
)
from grader.candidate.naming import Naming
from grader.candidate.wire import Encoder, Handle
from grader.candidate.world import World
from grader.model import Status

__all__ = ["SandboxedCandidate", "World"]


class SandboxedCandidate(Candidate):
    """Calls a submission's functions in confined workers.

    Parameters
    ----------
    worlds : sequence of World
        One per package root that defines targets.
    naming : Naming
        How this submission names what checks ask for.
    unreadable : mapping
        Targets whose file cannot be parsed, with the failure to report.
    """

    def __init__(
        self, worlds: Sequence[World], naming: Naming, unreadable: Mapping[str, Failure]
    ) -> None:
        self._worlds = worlds
        self._naming = naming
        self._unreadable = unreadable
        self._home = {
            target: (number, *entry)
            for number, world in enumerate(worlds)
            for target, entry in world.programme.entries.items()
        }

    @property
    def reused(self) -> bool:
        """Whether a worker of this check had already served another one."""
        return any(world.reused for world in self._worlds)

    @property
    def spent_budgets(self) -> int:
        """How many checks have used up their whole time."""
        return sum(world.spent_budgets for world in self._worlds)

    def begin_check(self, cpu_seconds: float | None = None) -> None:
        """Forget all handles and start a new time budget."""
        for world in self._worlds:
            world.begin_check(cpu_seconds)

    def restart(self) -> None:
        """End all workers; the next operation starts with a fresh one."""
        for world in self._worlds:
            world.restart()

    def shorten_budgets(self) -> None:
        """Give every check from now on a tenth of its time."""
        for world in self._worlds:
            world.shorten_budgets()

    def run(self, operations: Sequence[Operation]) -> list[Reply]:
        """Carry out operations in order, in one round trip per world."""
        replies: list[Reply] = []
        for number, group in groupby(operations, self._world_of):
            if number is None:
                replies += [self._seed(operation) for operation in group]
            else:
                replies += self._run_in(number, list(group))
        return replies

    def _seed(self, operation: Operation) -> Reply:
        """Seed the generator of every world: nobody knows which one draws next."""
        if isinstance(operation, Seed):
            for world in self._worlds:
                world.seed(operation.seed)
        return Reply(None)

    def _world_of(self, operation: Operation) -> int | None:
        if isinstance(operation, Call):
            if operation.target in self._unreadable:
                raise CallFailed(self._unreadable[operation.target])
            if operation.target not in self._home:
                name = operation.target.partition(":")[2]
                raise CallFailed(Failure(Status.MISSING, f"No file defines {name}."))
            return self._home[operation.target][0]
        if isinstance(operation, Seed):
            return None
        return operation.on.id % len(self._worlds)

    def _run_in(self, number: int, operations: Sequence[Operation]) -> list[Reply]:
        world = self._worlds[number]
        for operation in operations:
            if isinstance(operation, Call):
                world.require(self._home[operation.target][1])
        encoder = Encoder()
        rows = [self._encode(operation, encoder) for operation in operations]
        replies = world.perform(rows, encoder, [_describe(operation) for operation in operations])
        return [
            Reply(
                self._bring_in(operation, reply.value, number),
                {k: self._bring_in(operation, v, number) for k, v in reply.after.items()},
            )
            for operation, reply in zip(operations, replies, strict=True)
        ]

    def _encode(self, operation: Operation, encoder: Encoder) -> dict[str, Any]:
        """Return an operation as the worker takes it."""
        match operation:
            case Call(target, args, kwargs, keep):
                _, module, name = self._home[target]
                args, kwargs = self._naming.outward(target, args, kwargs)
                arguments = self._encode_arguments(args, kwargs, keep, encoder)
                return {"op": "call", "module": module, "name": name, **arguments}
            case Method(on, name, args, kwargs, keep):
                arguments = self._encode_arguments(args, kwargs, keep, encoder)
                return {"op": "method", "on": self._local(on), "name": name, **arguments}
            case Read(on, path):
                return {"op": "read", "on": self._local(on), "path": _steps(path, encoder)}
            case Write(on, path, value):
                place = {"on": self._local(on), "path": _steps(path, encoder)}
                return {"op": "write", **place, "value": encoder.encode(value)}
            case Shapes(on, path):
                return {"op": "shapes", "on": self._local(on), "path": _steps(path, encoder)}
            case Seed(seed):
                return {"op": "seed", "seed": seed}

    def _encode_arguments(
        self, args: Sequence[Any], kwargs: Mapping[str, Any], keep: frozenset[int], encoder: Encoder
    ) -> dict[str, Any]:
        plain = [Handle(self._local(a), a.type_name) if isinstance(a, Handle) else a for a in args]
        return {
            "args": encoder.encode(tuple(plain)),
            "kwargs": encoder.encode(dict(kwargs)),
            "keep": sorted(keep),
        }

    def _local(self, handle: Handle) -> int:
        return handle.id // len(self._worlds)

    def _bring_in(self, operation: Operation, value: Any, number: int) -> Any:
        """Give handles a number that is unique over all worlds, and keys their canonical names."""
        value = _renumber(value, len(self._worlds), number)
        if isinstance(operation, Call):
            return self._naming.inward(operation.target, value)
        return value


def _renumber(value: Any, worlds: int, number: int) -> Any:
    if isinstance(value, Handle):
        return Handle(value.id * worlds + number, value.type_name)
    if type(value) is tuple:
        return tuple(_renumber(item, worlds, number) for item in value)
    if type(value) is list:
        return [_renumber(item, worlds, number) for item in value]
    if type(value) is dict:
        return {key: _renumber(item, worlds, number) for key, item in value.items()}
    return value


def _steps(path: Sequence[tuple[str, Any]], encoder: Encoder) -> list[list[Any]]:
    return [[kind, encoder.encode(key)] for kind, key in path]


def _describe(operation: Operation) -> str:
    """Say what is being done, in terms of the student's code."""
    match operation:
        case Call(target):
            return f"calling {target.partition(':')[2]}"
        case Method(on, name):
            return f"calling {on.type_name}.{name}"
        case Read(_, path) | Write(_, path) | Shapes(_, path) if path:
            return f"using {'.'.join(str(key) for _, key in path)}"
        case _:
            return "reading a result"

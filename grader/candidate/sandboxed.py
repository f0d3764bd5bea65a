"""The submission as a candidate: its functions are called in confined workers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from grader.candidate.base import (
    Call,
    CallFailed,
    Candidate,
    Drawn,
    Failure,
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
from grader.candidate.handles import handles_in, map_earlier, map_handles
from grader.candidate.naming import Naming
from grader.candidate.standing_in import StandIns
from grader.candidate.wire import Earlier, Encoder, Handle
from grader.candidate.world import World
from grader.model import Status
from grader.submission.overlay import Programme

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
        self._provided = [world.programme.provided for world in worlds]
        self._stand_ins: StandIns | None = None

    @property
    def reused(self) -> bool:
        """Whether a worker of this check had already served another one."""
        return any(world.reused for world in self._worlds)

    @property
    def spent_budgets(self) -> int:
        """How many checks have used up their whole time."""
        return sum(world.spent_budgets for world in self._worlds)

    @property
    def cpu_seconds(self) -> float:
        """CPU seconds of all workers since their budgets were last started."""
        return sum(world.cpu_seconds for world in self._worlds)

    def begin_check(self, cpu_seconds: float | None = None) -> None:
        """Forget all handles and start a new time budget."""
        for world in self._worlds:
            world.begin_check(cpu_seconds)
        if self._stand_ins is not None:
            self._stand_ins.begin_check(cpu_seconds)

    def restart(self) -> None:
        """End all workers; the next operation starts with a fresh one."""
        for world in self._worlds:
            world.restart()

    def shorten_budgets(self) -> None:
        """Give every check from now on a tenth of its time."""
        for world in self._worlds:
            world.shorten_budgets()

    def stand_in(self, stand_ins: StandIns | None) -> None:
        """End all workers, and let somebody stand in for functions in those that follow.

        Parameters
        ----------
        stand_ins : StandIns or None
            None ends it: nothing of what a worker had from stand-ins outlives that.
        """
        self._stand_ins = stand_ins
        for world in self._worlds:
            world.stand_in(stand_ins)

    def beside(self, programme: Programme) -> SandboxedCandidate:
        """Return another programme as a candidate, as confined as this one."""
        return SandboxedCandidate([self._worlds[0].beside(programme)], Naming({}, {}), {})

    @property
    def naming(self) -> Naming:
        """How this submission names what checks ask for."""
        return self._naming

    def run(self, operations: Sequence[Operation]) -> list[Reply]:
        """Carry out operations in order, in one round trip per world."""
        worlds = self._worlds_of(operations)
        replies: list[Reply] = []
        for number, group in groupby(range(len(operations)), worlds.__getitem__):
            places = list(group)
            if number is None:
                replies += [self._seed(operations[place]) for place in places]
            else:
                ready = [_settle(operations[k], k, places[0], replies) for k in places]
                replies += self._run_in(number, ready)
        return replies

    def _seed(self, operation: Operation) -> Reply:
        """Seed the generator of every world: nobody knows which one draws next."""
        if isinstance(operation, Seed):
            for world in self._worlds:
                world.seed(operation.seed)
        return Reply(None)

    def _worlds_of(self, operations: Sequence[Operation]) -> list[int | None]:
        """Return where each operation goes; None for a seed that waits for what comes next."""
        worlds: list[int | None] = []
        for operation in operations:
            worlds.append(self._world_of(operation, worlds))
        if len(self._worlds) == 1 and 0 in worlds:
            last = len(worlds) - worlds[::-1].index(0)
            worlds[:last] = [0] * last
        return worlds

    def _world_of(self, operation: Operation, before: Sequence[int | None]) -> int | None:
        if isinstance(operation, Drawn):
            operation = operation.after
        if isinstance(operation, Call):
            if operation.target in self._unreadable:
                raise CallFailed(self._unreadable[operation.target])
            return self._find(operation)[0]
        if isinstance(operation, Seed):
            return None
        if isinstance(operation.on, Earlier):
            return before[-operation.on.back]
        return operation.on.id % len(self._worlds)

    def _find(self, call: Call) -> tuple[int, str, str]:
        """Return the world of a call's target, and its module and name there.

        What the course hands out is in every world: it is called where its arguments live.
        """
        if call.target in self._home:
            return self._home[call.target]
        handles = handles_in((call.args, dict(call.kwargs)))
        number = next((handle.id % len(self._worlds) for handle in handles), 0)
        if self._provided and call.target in self._provided[number]:
            return (number, *self._provided[number][call.target])
        name = call.target.partition(":")[2]
        if self._stand_ins is not None:
            files = self._stand_ins.files_of(call.target)
            for number, world in enumerate(self._worlds):
                if module := world.find_module(files):
                    return number, module, name
        raise CallFailed(Failure(Status.MISSING, f"No file defines {name}."))

    def _run_in(self, number: int, operations: Sequence[Operation]) -> list[Reply]:
        world = self._worlds[number]
        for operation in operations:
            if isinstance(operation, Call):
                world.require(self._find(operation)[1])
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
            case Call(target, args, kwargs):
                _, module, name = self._find(operation)
                args, kwargs = self._naming.outward(target, args, kwargs)
                arguments = self._encode_arguments(operation, args, kwargs, encoder)
                return {"op": "call", "module": module, "name": name, **arguments}
            case Method(on, name, args, kwargs):
                arguments = self._encode_arguments(operation, args, kwargs, encoder)
                return {"op": "method", "on": self._place(on), "name": name, **arguments}
            case Look(on, path):
                return {"op": "look", "on": self._place(on), "path": _steps(path, encoder)}
            case Read(on, path):
                return {"op": "read", "on": self._place(on), "path": _steps(path, encoder)}
            case Write(on, path, value):
                place = {"on": self._place(on), "path": _steps(path, encoder)}
                return {"op": "write", **place, "value": encoder.encode(self._send_out(value))}
            case Shapes(on, path):
                return {"op": "shapes", "on": self._place(on), "path": _steps(path, encoder)}
            case Drawn():
                return {"op": "drawn"}
            case Forget(on):
                return {"op": "forget", "on": self._place(on)}
            case Seed(seed):
                return {"op": "seed", "seed": seed}

    def _encode_arguments(
        self,
        operation: Call | Method,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        encoder: Encoder,
    ) -> dict[str, Any]:
        encoded = {
            "args": encoder.encode(tuple(map(self._send_out, args))),
            "kwargs": encoder.encode({name: self._send_out(v) for name, v in kwargs.items()}),
            "keep": sorted(operation.keep),
        }
        if operation.random is not None:
            encoded["random"] = encoder.encode(operation.random)
        return encoded

    def _send_out(self, value: Any) -> Any:
        """Give handles the number that their own world knows them by."""
        return map_handles(value, lambda handle: Handle(self._local(handle), handle.type_name))

    def _place(self, on: Handle | Earlier) -> Any:
        """Return how the worker knows what an operation is about."""
        return {"e": on.back} if isinstance(on, Earlier) else self._local(on)

    def _local(self, handle: Handle) -> int:
        return handle.id // len(self._worlds)

    def _bring_in(self, operation: Operation, value: Any, number: int) -> Any:
        """Give handles a number that is unique over all worlds, and keys their canonical names."""
        worlds = len(self._worlds)
        value = map_handles(value, lambda h: Handle(h.id * worlds + number, h.type_name))
        if isinstance(operation, Call):
            return self._naming.inward(operation.target, value)
        return value


def _settle(operation: Operation, place: int, first: int, replies: Sequence[Reply]) -> Operation:
    """Return an operation that names what requests before this one made by its handles."""

    def find(made: Earlier) -> Handle | Earlier:
        if place - made.back >= first:
            return made
        found: Handle = replies[place - made.back].value
        return found

    if first == 0 or not isinstance(operation, (Call, Method, Look, Read, Write, Shapes)):
        return operation
    changed: dict[str, Any] = {}
    if not isinstance(operation, Call):
        changed["on"] = map_earlier(operation.on, find)
    if isinstance(operation, (Call, Method)):
        changed["args"] = map_earlier(operation.args, find)
        changed["kwargs"] = map_earlier(dict(operation.kwargs), find)
    return replace(operation, **changed)


def _steps(path: Sequence[tuple[str, Any]], encoder: Encoder) -> list[list[Any]]:
    return [[kind, encoder.encode(key)] for kind, key in path]


def _describe(operation: Operation) -> str:
    """Say what is being done, in terms of the student's code."""
    match operation:
        case Call(target):
            return f"calling {target.partition(':')[2]}"
        case Method(on, name):
            return f"calling {on.type_name}.{name}"
        case Look(_, path) | Read(_, path) | Write(_, path) | Shapes(_, path) if path:
            return f"using {'.'.join(str(key) for _, key in path)}"
        case _:
            return "reading a result"

"""The submission as a candidate: its functions are called in confined workers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
from grader.candidate.process import OutOfTime, WorkerEnded, WorkerProcess, most_frequent
from grader.candidate.wire import Decoder, Encoder, Handle, ProtocolError, pack_frame
from grader.candidate.zygote import Zygote
from grader.isolation.confinement import Confinement
from grader.model import Limits, Location, Status
from grader.submission.overlay import ModuleSource, Programme


class World:
    """One package root of a submission, and the worker that has it loaded.

    Parameters
    ----------
    programme : Programme
        Sources to load, and where each target is.
    zygote, confinement, limits
        How workers are started and bounded.
    """

    def __init__(
        self,
        programme: Programme,
        zygote: Zygote,
        confinement: Confinement,
        limits: Limits,
        *,
        old_names: bool,
    ) -> None:
        self.programme = programme
        self.reused = False
        """Whether the present worker has already served another check."""
        self._sources = {module.path: module for module in programme.modules}
        self._files = frozenset(self._sources)
        self._start = lambda: zygote.start_worker(confinement, limits)
        self._old_names = old_names
        self._limits = limits
        self._worker: WorkerProcess | None = None
        self._number = 0
        self._fresh_budget = True
        self._imported: set[str] = set()
        self._broken: dict[str, Failure] = {}
        self._suspects: dict[tuple[str, str], float] = {}

    def begin_check(self) -> None:
        """Start a new budget; objects of the check before are let go with the next request."""
        self._fresh_budget = True
        self.reused = self._worker is not None and self._worker.alive

    def restart(self) -> None:
        """End the worker; the next request starts another."""
        if self._worker is not None:
            self._worker.kill()
            self._worker = None
        self._imported.clear()
        self.reused = False

    def require(self, module: str) -> None:
        """Import a module of the submission, unless it is known to fail."""
        if module in self._broken:
            raise CallFailed(self._broken[module])
        worker = self._ready()
        if module in self._imported:
            return
        worker.start_budget(frozenset(self._suspects))
        try:
            self._ask([{"op": "import", "module": module}], (), f"importing {module}")
        except CallFailed as failed:
            self._broken[module] = failed.failure
            raise
        self._fresh_budget = True
        self._imported.add(module)

    def perform(self, operations: Sequence[Any], encoder: Encoder, doing: str) -> list[Reply]:
        """Send encoded operations and return their replies."""
        worker = self._ready()
        if self._fresh_budget:
            worker.start_budget(frozenset(self._suspects))
            operations = [{"op": "reset"}, *operations]
        skip = int(self._fresh_budget)
        self._fresh_budget = False
        return self._ask(operations, encoder.buffers, doing)[skip:]

    def _ready(self) -> WorkerProcess:
        if self._worker is None or not self._worker.alive:
            self._imported.clear()
            self._worker = self._start()
            self._worker.start_budget(frozenset())
            self._load()
            self._fresh_budget = True
        return self._worker

    def _load(self) -> None:
        encoder = Encoder()
        rows = [
            {
                "path": module.path,
                "names": list(module.names),
                "package": module.package,
                "text": encoder.encode(module.source.encode("utf-8", "surrogatepass")),
            }
            for module in self.programme.modules
        ]
        request = {
            "op": "load",
            "modules": rows,
            "absent": dict(self.programme.absent),
            "old_names": self._old_names,
        }
        self._ask([request], encoder.buffers, "loading the submission")

    def _ask(self, operations: Sequence[Any], buffers: Sequence[Any], doing: str) -> list[Reply]:
        assert self._worker is not None
        self._number += 1
        frame = pack_frame({"id": self._number, "ops": list(operations)}, buffers)
        try:
            header, body = self._worker.exchange(frame)
            return self._read_replies(header, body, len(operations), doing)
        except OutOfTime as error:
            raise CallFailed(self._describe_time_out(error, doing)) from None
        except (WorkerEnded, ProtocolError) as error:
            self._worker.kill()
            raise CallFailed(self._describe_crash(error, doing)) from None

    def _read_replies(
        self, header: Mapping[str, Any], body: bytearray, count: int, doing: str
    ) -> list[Reply]:
        rows = header.get("replies")
        if header.get("id") != self._number or type(rows) is not list or not rows:
            raise ProtocolError("not the reply to this request")
        decoder = Decoder(body)
        replies = []
        for row in rows:
            if type(row) is not dict:
                raise ProtocolError("malformed reply")
            if "error" in row:
                raise CallFailed(self._describe_exception(row["error"], doing))
            value = decoder.decode(row.get("ok"))
            replies.append(Reply(value, _decode_after(row.get("after", []), decoder)))
        decoder.finish()
        if len(replies) != count:
            raise ProtocolError("a reply is missing")
        return replies

    def _describe_exception(self, error: Any, doing: str) -> Failure:
        if type(error) is not dict or type(error.get("frames")) is not list:
            raise ProtocolError("malformed error")
        kind, text = str(error.get("type"))[:100], str(error.get("message"))[:600]
        places = [(self._place(row), str(row[2])[:100]) for row in error["frames"] if _is_frame(row)]
        known = [(place, name) for place, name in places if place is not None]
        said = f"{kind}: {text}" if text else kind
        ended = kind in ("SystemExit", "KeyboardInterrupt")
        return Failure(
            Status.CRASHED if ended else Status.ERRORED,
            f"{said} while {doing}" if known else f"{said}, raised while {doing}",
            location=known[-1][0] if known else None,
            traceback=tuple(f"{p.file}:{p.line} in {name}" for p, name in known) + (said,),
        )

    def _describe_time_out(self, error: OutOfTime, doing: str) -> Failure:
        seen = most_frequent(error.samples, self._files)
        places = [(self._place((f.file, f.line, f.function)), n) for f, n in seen]
        samples = tuple((place, n) for place, n in places if place is not None)
        full = error.cpu_seconds >= self._limits.cpu_seconds
        full = full or error.wall_seconds >= self._limits.wall_seconds
        if full and seen:
            inner = seen[0][0]
            self._suspects[inner.file, inner.function] = error.cpu_seconds
        slept = error.cpu_seconds < 0.5 * error.wall_seconds
        spent = f"{error.wall_seconds:.1f} s of waiting" if slept else f"{error.cpu_seconds:.1f} CPU s"
        message = f"Stopped after {spent} while {doing}."
        if not full and seen:
            message += f" {seen[0][0].function} had already used up its time in an earlier check."
        return Failure(
            Status.TIMED_OUT,
            message,
            location=samples[0][0] if samples else None,
            samples=samples,
            hint="Which loop can go on for ever, and what would have to change for it to end?",
        )

    def _describe_crash(self, error: Exception, doing: str) -> Failure:
        assert self._worker is not None
        stacks = self._worker.trace
        seen = most_frequent(stacks[-1:], self._files)
        place = self._place((seen[0][0].file, seen[0][0].line, "")) if seen else None
        if isinstance(error, ProtocolError) or "ended" not in str(error):
            message = f"The process answered with something unreadable while {doing} ({error})."
        else:
            message = f"The whole process ended while {doing}, so there is no value to judge."
        hint = "Does something on this path call os._exit, exit, or memory through ctypes?"
        return Failure(Status.CRASHED, message, location=place, hint=hint)

    def _place(self, row: Sequence[Any]) -> Location | None:
        module: ModuleSource | None = self._sources.get(row[0])
        if module is None:
            return None
        return module.locate(min(max(int(row[1]), 1), module.source.count("\n") + 1))


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

    def begin_check(self) -> None:
        """Forget all handles and start a new time budget."""
        for world in self._worlds:
            world.begin_check()

    def restart(self) -> None:
        """End all workers; the next operation starts with a fresh one."""
        for world in self._worlds:
            world.restart()

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
        for world in self._worlds:
            row = self._encode(operation, Encoder())
            world.perform([row], Encoder(), "seeding np.random")
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
        replies = world.perform(rows, encoder, _describe(operations))
        return [
            Reply(self._bring_in(op, reply.value, number), reply.after)
            for op, reply in zip(operations, replies, strict=True)
        ]

    def _encode(self, operation: Operation, encoder: Encoder) -> dict[str, Any]:
        match operation:
            case Call(target, args, kwargs, keep):
                _, module, name = self._home[target]
                args, kwargs = self._naming.outward(target, args, kwargs)
                row = {"op": "call", "module": module, "name": name}
                return row | self._encode_arguments(args, kwargs, keep, encoder)
            case Method(on, name, args, kwargs, keep):
                row = {"op": "method", "on": self._local(on), "name": name}
                return row | self._encode_arguments(args, kwargs, keep, encoder)
            case Read(on, path):
                return {"op": "read", "on": self._local(on), "path": _steps(path, encoder)}
            case Write(on, path, value):
                row = {"op": "write", "on": self._local(on), "path": _steps(path, encoder)}
                return row | {"value": encoder.encode(value)}
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


def _is_frame(row: Any) -> bool:
    return type(row) is list and len(row) == 3 and type(row[0]) is str and type(row[1]) is int


def _decode_after(rows: Any, decoder: Decoder) -> dict[int, Any]:
    if type(rows) is not list or any(type(row) is not list or len(row) != 2 for row in rows):
        raise ProtocolError("malformed arguments")
    return {int(position): decoder.decode(tag) for position, tag in rows}


def _describe(operations: Sequence[Operation]) -> str:
    """Say what is being done, in terms of the student's code."""
    return next(_names(operations), "reading an attribute")


def _names(operations: Sequence[Operation]) -> Iterator[str]:
    for operation in operations:
        if isinstance(operation, Call):
            yield f"calling {operation.target.partition(':')[2]}"
        elif isinstance(operation, Method):
            yield f"calling {operation.on.type_name}.{operation.name}"
    for operation in operations:
        if isinstance(operation, Read | Shapes | Write):
            yield f"using {'.'.join(str(key) for _, key in operation.path)}"

"""Frames as a real, confined worker sends them: what fuzzing starts from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from grader.candidate.base import Call, CallFailed, Drawn, Look, Method, Read, Seed, Shapes, Write
from grader.candidate.conversation import Answer
from grader.candidate.naming import Naming
from grader.candidate.process import WorkerProcess
from grader.candidate.sandboxed import SandboxedCandidate
from grader.candidate.standing_in import StandIn, StandIns
from grader.candidate.world import World
from grader.candidate.zygote import Zygote
from grader.isolation.confinement import Confinement
from grader.isolation.levels import choose
from grader.isolation.visible import default_read_only
from grader.settings import Limits
from grader.submission.archive import Submission
from grader.submission.locate import locate
from grader.submission.overlay import Programme, lay_out

VALUES = (
    *("None", "True", "7", "-2**63", "2**70", "1.5", "float('nan')", "-float('inf')", "1j"),
    *("'text'", "'\\ud800'", "b'bytes'", "slice(1, None, 2)", "float", "np.float32", "object()"),
    *("[]", "()", "{}", "[1, [2.0, ['x']]]", "(1, (2, {'a': None}))", "{1: 'x', 'k': [True]}"),
    *("list(range(40))", "[0.5] * 40", "[2**80] * 40", "[[1.0] * 20] * 3", "{'W': np.ones(3)}"),
    *("np.float64(0.1)", "np.bool_(True)", "np.int8(-1)", "np.float16(3)", "np.complex64(1j)"),
    *("np.zeros(0)", "np.zeros((0, 50))", "np.array(3.0)", "np.ones((2, 3))", "np.eye(30)"),
    *("np.arange(24).reshape(2, 3, 4)", "np.ones(5, bool)", "np.ones(4, 'complex128')"),
    *("np.ones((1,) * 32)", "np.array([None])", "np.arange(7, dtype='>i4')[::-1]", "max", "np"),
    *("(np.ones((4, 5)), {'x': np.ones(3), 'm': object()})", "[np.ones(2), np.ones(3)]"),
    *("np.array(['a'])", "np.zeros(3, 'M8[D]')", "np.longdouble(1)", "1 / 0", "exit(3)"),
)
"""Expressions that the functions of the recorded submission return."""

_LAYERS = """
import numpy as np
def affine_forward(x, w, b):
    return x.reshape(len(x), -1).dot(w) + b, (x, w, b)
def affine_backward(dout, cache):
    x, w, b = cache
    return dout.dot(w.T).reshape(x.shape), x.reshape(len(x), -1).T.dot(dout), dout.sum(axis=0)
def change(x, config):
    x += 1
    config["velocity"] = x
    return x
def through(x):
    out, cache = affine_forward(x, np.ones((3, 2)), np.zeros(2))
    return affine_backward(out, cache)
class Net:
    def __init__(self, size=4):
        self.params = {"W1": np.random.randn(3, size), "b1": np.zeros(size)}
        self.reg = 0.5
    def loss(self, X):
        return X.dot(self.params["W1"])
"""
_NAMES = ("affine_forward", "affine_backward", "change", "through", "Net")
TARGETS = (*(f"layers:{name}" for name in _NAMES), *(f"layers:v{n}" for n in range(len(VALUES))))
X = np.arange(6.0).reshape(2, 3)
STAND_INS = (
    StandIn(
        target="layers:affine_forward",
        files=("layers.py",),
        parameters=("x", "w", "b"),
        keeps_cache=True,
        draws=True,
    ),
    StandIn(target="layers:affine_backward", files=("layers.py",), parameters=("dout", "cache")),
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A frame that a worker sent."""

    count: int
    """How many operations the request before it held."""
    number: int
    """The request's id."""
    header: str
    """JSON."""
    body: bytes
    is_call_back: bool = False
    """Whether it asks for a stand-in."""


def make_submission() -> Submission:
    """Return the submission that all recordings are of."""
    functions = [f"def v{number}(*_):\n    return {text}" for number, text in enumerate(VALUES)]
    source = "\n".join([_LAYERS, *functions]).encode()
    return Submission("recorded", "0" * 64, {"layers.py": source}, ("layers.py",), ())


def make_programme() -> tuple[Programme, Naming]:
    """Return the submission as a worker loads it, and what it calls things."""
    submission = make_submission()
    located = locate(submission, TARGETS)
    (programme,) = lay_out(submission, located)
    return programme, Naming(located.definitions, {})


def confine(limits: Limits) -> Confinement:
    """Return what the recorded worker is allowed."""
    return Confinement(
        level=choose("auto").level,
        read_only=default_read_only(),
        memory_bytes=limits.memory_bytes,
        cpu_seconds=60,
        file_bytes=1 << 20,
        open_files=64,
        scratch_bytes=1 << 20,
        scratch_inodes=64,
        uid=61_500,
    )


def converse(candidate: SandboxedCandidate) -> Iterator[object]:
    """Ask for everything that a check ever asks for; what comes is an exception or a value."""
    for operations in _scripts():
        candidate.begin_check()
        try:
            yield candidate.run(operations)
        except CallFailed as failed:
            yield failed
    candidate.begin_check()
    try:
        net = candidate.create("layers:Net", 5)
        params = ("attr", "params")
        yield candidate.run([Look(net, (params,)), Look(net, (params, ("item", "W1")))])
        yield candidate.run([Read(net, (("attr", "reg"),)), Shapes(net, (params,))])
        yield candidate.run([Write(net, (params, ("item", "b1")), X), Method(net, "loss", (X,))])
        yield candidate.shapes(net, params)
        out, cache = candidate.call("layers:affine_forward", X, X.T, np.ones(2), keep=(1,))
        yield candidate.call("layers:affine_backward", out, cache)
    except (CallFailed, AttributeError, TypeError, ValueError) as failed:
        # No handle or no pair, where checks look before they unpack.
        yield failed


def _scripts() -> Iterator[Sequence[Any]]:
    calls = [Call(target, (X,)) for target in TARGETS[len(_NAMES) :]]
    for start in range(0, len(calls), 12):
        yield calls[start : start + 12]
    yield from ([call] for call in calls[::3])
    call = Call("layers:affine_forward", (X, X.T, np.ones(2)), keep=frozenset({1}))
    yield [call] * 5
    yield [Seed(3), call, Drawn(call)]
    yield [Call("layers:change", (X, {"rate": 0.1}))]
    yield [Call("layers:through", (X,))]
    yield [Call("layers:Net", (), {"nothing": 1}), call]


@cache
def record() -> tuple[Recorded, ...]:
    """Return the frames of two conversations with a real worker, one with stand-ins."""
    programme, naming = make_programme()
    limits = Limits(cpu_seconds=10.0)
    frames: list[Recorded] = []
    with Zygote() as zygote, _recorded(frames):
        world = World(programme, zygote, confine(limits), limits, old_names=False)
        aide = World(programme, zygote, confine(limits), limits, old_names=False)
        candidate = SandboxedCandidate([world], naming, {})
        reference = SandboxedCandidate([aide], Naming({}, {}), {})
        for stand_ins in (None, StandIns(STAND_INS, reference, naming)):
            candidate.stand_in(stand_ins)
            for _ in converse(candidate):
                pass
        candidate.restart()
        reference.restart()
    return tuple(dict.fromkeys(frames))


@contextmanager
def _recorded(frames: list[Recorded]) -> Iterator[None]:
    """Keep all frames that come meanwhile."""
    known = WorkerProcess.exchange

    def exchange(
        self: WorkerProcess, pieces: Sequence[bytes | memoryview], answer: Answer | None = None
    ) -> tuple[dict[str, Any], bytearray]:
        request = b"".join(pieces)
        length = int.from_bytes(request[4:8], "little")
        asked = json.loads(request[16 : 16 + length])

        def keep(header: dict[str, Any], body: bytearray) -> None:
            text = json.dumps(header)
            size, is_call_back = len(asked["ops"]), "call" in header
            frames.append(Recorded(size, asked["id"], text, bytes(body), is_call_back))

        def answer_too(header: dict[str, Any], body: bytearray) -> Sequence[bytes | memoryview]:
            keep(header, body)
            assert answer is not None
            return answer(header, body)

        header, body = known(self, pieces, answer_too if answer else None)
        keep(header, body)
        return header, body

    WorkerProcess.exchange = exchange  # type: ignore[method-assign]
    try:
        yield
    finally:
        WorkerProcess.exchange = known  # type: ignore[method-assign]

"""Reads frames of a hostile worker as the grader does.

Usage: python tests/fuzz/frames.py [--frames 1000000] [--seed 0] [--state FILE] [--case NUMBER].
Recorded frames of a real worker are mutated, read, and what comes of them is judged. A frame is
a reply, a call-back, an exception or it is refused; it takes no more memory than its length
allows, and no time. The exit code is 1 if anything else happened.
"""

from __future__ import annotations

import contextlib
import re
import sys
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

import numpy as np
from campaign import Target, main
from frame_mutations import mutate_frame
from recording import STAND_INS, Recorded, X, make_programme, record

from grader.candidate.base import CallFailed, Candidate, Operation, Reply, read_shapes
from grader.candidate.failures import FailureDescriber
from grader.candidate.handles import map_handles
from grader.candidate.proxy.randomness import is_state
from grader.candidate.replies import read_replies
from grader.candidate.standing_in import StandIns
from grader.candidate.wire import (
    MAX_HEADER,
    PREFIX,
    Handle,
    ProtocolError,
    parse_header,
    unpack_prefix,
)
from grader.checks.base import judge_value
from grader.compare import Measure
from grader.settings import Limits

_NUMBER = re.compile(r"\d+")
FRAMES = 1_000_000
MEASURED_EVERY = 8
"""Of so many frames one is measured to the byte; the others count in the peak of the program."""
LIMITS = Limits()
HEADER_BYTES = 40 << 20
"""What the objects may take that a header of 64 kB asks for, and what judging them takes."""
BODY_FACTOR = 24
"""Bytes for each byte of the body: it is copied, and judged as float64 whatever it holds."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One case."""

    recorded: Recorded
    """What the frame was made of."""
    data: bytes = field(repr=False)
    """What arrives."""

    def __repr__(self) -> str:
        return f"{self.recorded.header}\n{self.data!r}"


class Echo(Candidate):
    """Stands for the worker of the reference: what it would be given must be encodable."""

    def run(self, operations: Sequence[Operation]) -> list[Reply]:
        """Answer every call with what it was given."""
        replies = []
        for operation in operations:
            args = getattr(operation, "args", ())
            value = (args, Handle(5, "tuple")) if getattr(operation, "keep", ()) else args
            replies.append(Reply(value, {0: args[0]} if args else {}))
        return replies

    def begin_check(self, cpu_seconds: float | None = None) -> None:
        """Forget nothing: there is nothing."""


class Reader:
    """Reads and judges frames as a conversation with a worker would."""

    def __init__(self) -> None:
        programme, self._naming = make_programme()
        self._failures = FailureDescriber({m.path: m for m in programme.modules})
        self.stand_ins = StandIns(STAND_INS, Echo(), self._naming)
        self.frames = record()

    def make(self, random: Random) -> Frame:
        """Draw a frame."""
        recorded = random.choice(self.frames)
        return Frame(recorded, mutate_frame(random, recorded, self.frames))

    def run(self, frame: Frame) -> str:
        """Return what became of a frame."""
        self.stand_ins.begin_check(None)
        try:
            return self._read(frame.recorded, frame.data)
        except ProtocolError as refused:
            return "refused: " + _NUMBER.sub("N", str(refused))

    def _read(self, recorded: Recorded, data: bytes) -> str:
        if len(data) < PREFIX.size:
            return "the worker ended"
        sizes = unpack_prefix(
            data[: PREFIX.size], max_header=MAX_HEADER, max_body=LIMITS.reply_bytes
        )
        middle, end = PREFIX.size + sizes[0], PREFIX.size + sum(sizes)
        if len(data) < end:
            return "the worker ended"
        header = parse_header(data[PREFIX.size : middle])
        body = bytearray(data[middle:end])
        if "call" in header:
            self.stand_ins.answer(header, body)
            return "a call-back"
        replies, error = read_replies(header, body, number=recorded.number, count=recorded.count)
        if error is not None:
            self._failures.describe_exception(error, "calling f")
        for reply in replies:
            self.judge(reply)
        return "an exception" if error is not None else "replies"

    def judge(self, reply: Reply) -> None:
        """Do with a value what checks do."""
        value = map_handles(reply.value, lambda handle: replace(handle, id=handle.id * 2 + 1))
        for target in ("layers:affine_forward", "optim:adam"):
            value = self._naming.inward(target, value)
        is_state(value)
        with contextlib.suppress(CallFailed):
            read_shapes(Handle(1, "Net"), reply)
        judge(value)
        for after in reply.after.values():
            judge(after)


_RIGHT = ((1.5, Measure.RELATIVE), (X, Measure.NORM), (np.ones((30, 30)), Measure.RELATIVE))


def judge(value: Any) -> None:
    """Compare a value, and each part of it, with right ones of several shapes."""
    parts: Iterable[Any] = value if type(value) in (tuple, list) else ()
    for part in (value, *list(parts)[:2]):
        for expected, measure in _RIGHT:
            judge_value("out", part, expected, 1e-9, measure, inputs="")


def allow(frame: Frame) -> int:
    """Return how many bytes a frame may take."""
    return HEADER_BYTES + BODY_FACTOR * len(frame.data)


def make_target(reader: Reader) -> Target[Frame]:
    """Return what campaigns run."""
    return Target(
        make=reader.make,
        run=reader.run,
        allowed_bytes=allow,
        allowed_seconds=1.0,
        is_measured=lambda number: number % MEASURED_EVERY == 0,
    )


if __name__ == "__main__":
    warnings.simplefilter("error")
    description = str(__doc__).partition("\n")[0]
    sys.exit(
        main(make_target(Reader()), "frames", sys.argv[1:], cases=FRAMES, description=description)
    )

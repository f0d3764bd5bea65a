"""Talks with hostile workers over real pipes: whole conversations, not single frames.

Usage: python tests/fuzz/conversations.py [--conversations 5000] [--seed 0] [--state FILE]
[--case NUMBER]. The grader asks all that a check ever asks; at the other end of its pipes sits a
peer that answers with mutated frames of a real worker: late, twice, in the wrong order, in
pieces, with call-backs that nobody asked for, with pipes that it closes. Each request ends in
replies or in a failure with a status, no descriptor is left open, and nothing hangs. The exit
code is 1 if anything else happened.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import sys
import threading
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, cast

from campaign import Target, main
from frame_mutations import mutate_bytes, mutate_frame, pack
from frames import Echo
from recording import STAND_INS, Recorded, converse, make_programme, record

from grader.candidate.base import CallFailed
from grader.candidate.naming import Naming
from grader.candidate.process import WorkerProcess
from grader.candidate.sandboxed import SandboxedCandidate
from grader.candidate.standing_in import StandIns
from grader.candidate.wire import PREFIX
from grader.candidate.world import World
from grader.candidate.zygote import Zygote
from grader.isolation.confinement import Confinement
from grader.model import Status
from grader.report.untrusted import printable
from grader.settings import Limits
from grader.submission.overlay import Programme

CONVERSATIONS = 5_000
ALLOWED_BYTES = 200 << 20
_MOST_WORKERS = 400
_RARE = 0.1
_JUNK = b"\x1b[2J::error::x\n" * 40
_STACK = b'Current thread 0x1 (most recent call first):\n  File "layers.py", line 3 in f\n'


class HastyLimits(Limits):
    """Limits for peers that never answer, of which there are many here."""

    @property
    def wall_seconds(self) -> float:
        """Return the wall-clock seconds that one check may wait."""
        return 0.05


LIMITS = HastyLimits(cpu_seconds=0.05)
Act = Callable[["Peer", bytes], None]


class Peer(threading.Thread):
    """The other end of a worker's pipes, in this process.

    Parameters
    ----------
    random : Random
        What it does is drawn from it.
    hostility : float
        Share of requests that it does not answer as a worker would.
    requests, replies, output, trace : int
        Its ends of the pipes, owned from now on.
    """

    def __init__(self, random: Random, hostility: float, pipes: Sequence[int]) -> None:
        super().__init__(daemon=True)
        self.random = random
        self.pipes = list(pipes)
        self.before: list[bytes] = []
        self._hostility = hostility

    def run(self) -> None:
        """Answer requests until a pipe is closed at either end."""
        with contextlib.suppress(OSError):
            while (asked := self._receive()) is not None:
                self._answer(asked)
        for place in range(len(self.pipes)):
            self.close(place)

    def write(self, data: bytes, place: int = 1) -> None:
        """Write to the pipe of the replies, or another one."""
        view = memoryview(data)
        while view:
            view = view[os.write(self.pipes[place], view) :]

    def close(self, place: int) -> None:
        """Close one of the pipes."""
        if self.pipes[place] >= 0:
            os.close(self.pipes[place])
            self.pipes[place] = -1

    def _receive(self) -> dict[str, Any] | None:
        prefix = self._read(PREFIX.size)
        if prefix is None:
            return None
        _, length, size = PREFIX.unpack(prefix)
        text, body = self._read(length), self._read(size)
        return None if text is None or body is None else dict(json.loads(text))

    def _read(self, size: int) -> bytes | None:
        data = b""
        while len(data) < size:
            if not (piece := os.read(self.pipes[0], size - len(data))):
                return None
            data += piece
        return data

    def _answer(self, asked: dict[str, Any]) -> None:
        if "ops" not in asked:  # what answers a call-back
            return
        frame = self._find(asked)
        if self.random.random() > self._hostility:
            self.write(frame)
        else:
            self.random.choice(_ACTS)(self, frame)
        self.before.append(frame)

    def _find(self, asked: dict[str, Any]) -> bytes:
        """Return what a worker has answered to such a request, more or less mutated."""
        answers = [frame for frame in record() if not frame.is_call_back]
        fitting = [frame for frame in answers if frame.count == len(asked["ops"])]
        recorded = self.random.choice(fitting or answers)
        header = json.loads(recorded.header) | {"id": asked["id"]}
        recorded = Recorded(recorded.count, asked["id"], json.dumps(header), recorded.body)
        if self.random.random() < self._hostility / 2:
            return mutate_frame(self.random, recorded, record())
        return pack(recorded.header.encode(), recorded.body)


def _call_back(peer: Peer) -> bytes:
    recorded = peer.random.choice([frame for frame in record() if frame.is_call_back])
    if peer.random.random() < 0.5:
        return mutate_frame(peer.random, recorded, record())
    return pack(recorded.header.encode(), recorded.body)


def _answer_late(peer: Peer, frame: bytes) -> None:
    time.sleep(peer.random.choice((0.001, 0.005, 0.08)))
    peer.write(frame)


def _answer_twice(peer: Peer, frame: bytes) -> None:
    peer.write(frame * peer.random.choice((2, 2, 3, 20)))


def _answer_another(peer: Peer, frame: bytes) -> None:
    peer.write(peer.random.choice(peer.before) if peer.before else frame[::-1])


def _answer_in_pieces(peer: Peer, frame: bytes) -> None:
    size = peer.random.choice((1, 7, 16, 17, 1000))
    for start in range(0, min(len(frame), size * 300), size):
        peer.write(frame[start : start + size])
        if peer.random.random() < 0.02:
            time.sleep(0.001)
    peer.write(frame[size * 300 :])


def _break_off(peer: Peer, frame: bytes) -> None:
    peer.write(frame[: peer.random.randrange(len(frame) + 1)])
    peer.close(peer.random.choice((0, 1)))
    if peer.random.random() < 0.3:
        time.sleep(0.06)
    raise BrokenPipeError


def _hold_still(peer: Peer, frame: bytes) -> None:
    if peer.random.random() < _RARE:  # each of them is waited for
        frame = frame[: peer.random.randrange(len(frame) + 1)]
    peer.write(frame)


def _call_back_first(peer: Peer, frame: bytes) -> None:
    for _ in range(peer.random.choice((1, 1, 2, 30))):
        peer.write(_call_back(peer))
        if peer.random.random() < 0.8:
            peer._receive()
    peer.write(frame)


def _call_back_after(peer: Peer, frame: bytes) -> None:
    peer.write(frame + _call_back(peer))


def _print(peer: Peer, frame: bytes) -> None:
    for _ in range(peer.random.choice((1, 3, 400))):
        peer.write(_JUNK, place=2)
    peer.write(mutate_bytes(peer.random, _STACK * 3, _JUNK), place=3)
    peer.write(frame)


def _write_garbage(peer: Peer, frame: bytes) -> None:
    peer.write(peer.random.randbytes(peer.random.choice((1, 15, 16, 300, 100_000))))


def _mutate(peer: Peer, frame: bytes) -> None:
    peer.write(mutate_bytes(peer.random, frame, frame))


def _close_what_is_no_answer(peer: Peer, frame: bytes) -> None:
    peer.close(2)
    peer.close(3)
    peer.write(frame)


_ACTS: tuple[Act, ...] = (
    *(_answer_late, _answer_twice, _answer_another, _answer_in_pieces, _break_off, _hold_still),
    *(_call_back_first, _call_back_after, _print, _write_garbage, _close_what_is_no_answer),
    *((_mutate,) * 6),
)


class HostileParent:
    """Starts peers in place of workers."""

    def __init__(self, random: Random, hostility: float, pidfd: int) -> None:
        self.started: list[Peer] = []
        self._random = random
        self._hostility = hostility
        self._pidfd = pidfd

    def start_worker(self, confinement: Confinement, limits: Limits) -> WorkerProcess:
        """Return what the grader takes for a worker."""
        if len(self.started) > _MOST_WORKERS:
            raise RuntimeError("a conversation goes on for ever")
        pairs = [os.pipe() for _ in range(4)]
        (requests, to_worker), *others = pairs
        theirs = [requests, *(write for _, write in others)]
        ours = [to_worker, *(read for read, _ in others)]
        peer = Peer(Random(self._random.random()), self._hostility, theirs)
        peer.start()
        self.started.append(peer)
        return WorkerProcess(fcntl.fcntl(self._pidfd, fcntl.F_DUPFD_CLOEXEC), *ours, limits=limits)


@dataclass(frozen=True, slots=True)
class Conversation:
    """One case."""

    seed: float
    hostility: float
    has_stand_ins: bool


class Talk:
    """Holds conversations."""

    def __init__(self) -> None:
        self._programme, self._naming = make_programme()
        record()
        self._pidfd = _end_a_child()

    def run(self, case: Conversation) -> str:
        """Hold one conversation, and name what became of it."""
        before = _count_descriptors()
        parent = HostileParent(Random(case.seed), case.hostility, self._pidfd)
        candidate = self._make_candidate(parent, case)
        statuses = set()
        for came in converse(candidate):
            if isinstance(came, CallFailed):
                assert came.failure.status in set(Status) - {Status.GRADER_ERROR}
                # A student's own words, controls included, which reports make harmless.
                came.failure.message.encode("utf-8")
                assert printable(came.failure.message).isprintable(), came.failure.message
                statuses.add(came.failure.status.value)
        candidate.restart()
        for peer in parent.started:
            peer.join(10)
            assert not peer.is_alive(), "a peer is still asked something"
        assert _count_descriptors() == before, "a descriptor was left open"
        return ", ".join(sorted(statuses)) or "only values"

    def _make_candidate(self, parent: HostileParent, case: Conversation) -> SandboxedCandidate:
        zygote = cast("Zygote", parent)
        world = _make_world(self._programme, zygote)
        candidate = SandboxedCandidate([world], self._naming, {})
        if case.has_stand_ins:
            candidate.stand_in(StandIns(STAND_INS, Echo(), Naming({}, {})))
        return candidate


def _make_world(programme: Programme, zygote: Zygote) -> World:
    confinement = cast("Confinement", None)  # peers are not confined
    return World(programme, zygote, confinement, LIMITS, old_names=False)


def _end_a_child() -> int:
    """Return a descriptor of a process that has ended: killing a peer ends its pipes only."""
    child = os.fork()
    if child == 0:
        os._exit(0)
    pidfd = os.pidfd_open(child)
    os.waitpid(child, 0)
    return pidfd


def _count_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def make(random: Random) -> Conversation:
    """Draw a conversation."""
    return Conversation(random.random(), random.choice((0.05, 0.2, 0.7)), random.random() < 0.5)


def make_target(talk: Talk) -> Target[Conversation]:
    """Return what campaigns run."""
    return Target(
        make=make, run=talk.run, allowed_bytes=lambda _: ALLOWED_BYTES, allowed_seconds=5.0
    )


if __name__ == "__main__":
    warnings.simplefilter("error")
    description = str(__doc__).partition("\n")[0]
    target = make_target(Talk())
    arguments = sys.argv[1:]
    sys.exit(main(target, "conversations", arguments, cases=CONVERSATIONS, description=description))

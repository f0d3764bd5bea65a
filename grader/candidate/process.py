"""One worker process as the grader sees it: four pipes, a clock on its CPU time, a kill switch.

Nothing here trusts the worker. Every read is bounded, every wait has an end that CPU time
decides, and what the worker prints is read and dropped beyond a cap so that it cannot block.
"""

from __future__ import annotations

import os
import re
import select
import signal
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.candidate.wire import (
    MAX_HEADER,
    PREFIX,
    ProtocolError,
    parse_header,
    unpack_prefix,
)
from grader.model import Limits

_SAMPLES = 10
_SAMPLE_SECONDS = 0.02
_TRACE_BYTES = 256 << 10
_CHUNK = 1 << 16
_FRAME = re.compile(r'  File "([^"\n]{1,400})", line (\d{1,9}) in ([^\n]{1,200})')


class WorkerEnded(Exception):
    """The worker closed its pipes or broke the protocol; it is gone."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One line of a stack sample, as the worker reports it."""

    file: str
    line: int
    function: str


class OutOfTime(Exception):
    """The worker used up its time; it is gone.

    Parameters
    ----------
    cpu_seconds, wall_seconds : float
        CPU time used, and time passed while it could have run.
    samples : sequence
        Stacks seen just before it was stopped, each innermost first.
    """

    def __init__(
        self, cpu_seconds: float, wall_seconds: float, samples: Sequence[tuple[Frame, ...]]
    ) -> None:
        super().__init__(f"{cpu_seconds:.1f} CPU s, {wall_seconds:.1f} s")
        self.cpu_seconds = cpu_seconds
        self.wall_seconds = wall_seconds
        self.samples = tuple(samples)


class WorkerProcess:
    """Talks to one worker.

    Parameters
    ----------
    pidfd, requests, replies, output, trace : int
        Descriptors owned from now on: the process, and the grader's ends of its pipes.
    limits : Limits
        Bounds on time and sizes.
    """

    def __init__(
        self, pidfd: int, requests: int, replies: int, output: int, trace: int, *, limits: Limits
    ) -> None:
        self._pidfd = pidfd
        self._pid = _pid_of(pidfd)
        self._requests = requests
        self._replies = replies
        self._streams = {output: bytearray(), trace: bytearray()}
        self._output, self._trace = output, trace
        self._limits = limits
        self._closed: set[int] = set()
        self._open = True
        self._cpu_start = 0.0
        self._queued_start = 0.0
        self._waited = 0.0
        self._suspects: frozenset[tuple[str, str]] = frozenset()
        for descriptor in (requests, replies, output, trace):
            os.set_blocking(descriptor, False)

    @property
    def alive(self) -> bool:
        """Whether requests can still be sent."""
        return self._open

    @property
    def printed(self) -> str:
        """What student code printed, up to the cap."""
        return self._streams[self._output].decode("utf-8", "replace")

    @property
    def trace(self) -> list[tuple[Frame, ...]]:
        """Stacks that the worker has written, each innermost first."""
        text = self._streams[self._trace].decode("utf-8", "replace")
        stacks = re.split(r"most recent call first\)?:", text)[1:]
        return [
            tuple(Frame(file, int(line), name) for file, line, name in _FRAME.findall(stack))
            for stack in stacks
        ]

    def start_budget(self, suspects: frozenset[tuple[str, str]]) -> None:
        """Start a new time budget.

        Parameters
        ----------
        suspects : set of (file, function)
            Functions that have already used up a whole budget. A call found inside one of
            them after a tenth of this budget is stopped then.
        """
        self._cpu_start = self._cpu_seconds()
        self._queued_start = self._queued_seconds()
        self._waited = 0.0
        self._suspects = suspects

    def exchange(self, pieces: Sequence[bytes | memoryview]) -> tuple[dict[str, Any], bytearray]:
        """Send a request and return header and body of the reply.

        Raises
        ------
        OutOfTime
            If the budget is used up first.
        WorkerEnded
            If the worker dies or sends anything that is not a frame.
        """
        try:
            return self._exchange(pieces)
        except BaseException:
            self.kill()
            raise

    def kill(self) -> None:
        """End the process and give its descriptors back; doing it twice does no harm."""
        if not self._open:
            return
        self._open = False
        try:
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._drain()
        for descriptor in (self._pidfd, self._requests, self._replies, *self._streams):
            os.close(descriptor)

    def _exchange(self, pieces: Sequence[bytes | memoryview]) -> tuple[dict[str, Any], bytearray]:
        outgoing = [memoryview(piece).cast("B") for piece in pieces if len(piece)]
        prefix = self._read(PREFIX.size, outgoing)
        limits = {"max_header": MAX_HEADER, "max_body": self._limits.reply_bytes}
        try:
            header_length, body_length = unpack_prefix(bytes(prefix), **limits)
            header = parse_header(self._read(header_length, outgoing))
        except ProtocolError as error:
            raise WorkerEnded(str(error)) from error
        return header, self._read(body_length, outgoing)

    def _read(self, size: int, outgoing: list[memoryview]) -> bytearray:
        """Return the next ``size`` bytes of the reply, sending what is left to send."""
        data = bytearray(size)
        view = memoryview(data)
        done = 0
        while done < size:
            try:
                count = os.readv(self._replies, [view[done:]])
            except BlockingIOError:
                self._wait(outgoing)
                continue
            if count == 0:
                raise WorkerEnded("the process ended")
            done += count
        return data

    def _wait(self, outgoing: list[memoryview]) -> None:
        """Wait until something can be read or written, or the budget is used up."""
        poll = select.poll()
        poll.register(self._replies, select.POLLIN)
        for descriptor in self._streams.keys() - self._closed:
            poll.register(descriptor, select.POLLIN)
        if outgoing:
            poll.register(self._requests, select.POLLOUT)
        timeout = self._time_left()
        started = time.monotonic()
        events = poll.poll(timeout * 1000)
        self._waited += time.monotonic() - started
        for descriptor, _ in events:
            if descriptor == self._requests:
                self._write(outgoing)
            elif descriptor in self._streams and not self._absorb(descriptor):
                self._closed.add(descriptor)

    def _time_left(self) -> float:
        """Return how many seconds may pass before the clocks must be looked at again."""
        used = self._cpu_seconds() - self._cpu_start
        waited = self._waited - (self._queued_seconds() - self._queued_start)
        cpu_left = self._limits.cpu_seconds - used
        wall_left = self._limits.wall_seconds - waited
        if cpu_left <= 0 or wall_left <= 0:
            raise OutOfTime(used, waited, self._sample())
        if not self._suspects:
            return min(cpu_left, wall_left)
        look = max(0.5, self._limits.cpu_seconds / 10)
        if max(used, waited / self._limits.wall_factor) >= look:
            samples = self._sample()
            seen = {(frame.file, frame.function) for stack in samples for frame in stack}
            if seen & self._suspects:
                raise OutOfTime(used, waited, samples)
            self._suspects = frozenset()
        return min(cpu_left, wall_left, look)

    def _write(self, outgoing: list[memoryview]) -> None:
        try:
            count = os.write(self._requests, outgoing[0])
        except BlockingIOError:
            return
        except BrokenPipeError as error:
            raise WorkerEnded("the process ended") from error
        outgoing[0] = outgoing[0][count:]
        if not outgoing[0]:
            outgoing.pop(0)

    def _absorb(self, descriptor: int) -> bool:
        """Read what is there from a stream, keep the first part; return False at its end."""
        kept = self._streams[descriptor]
        cap = self._limits.output_bytes if descriptor == self._output else _TRACE_BYTES
        try:
            data = os.read(descriptor, _CHUNK)
        except BlockingIOError:
            return True
        kept += data[: max(0, cap - len(kept))]
        return bool(data)

    def _sample(self) -> list[tuple[Frame, ...]]:
        """Ask the worker's stack a few times where it is."""
        before = len(self.trace)
        for _ in range(_SAMPLES):
            try:
                signal.pidfd_send_signal(self._pidfd, signal.SIGUSR1)
            except ProcessLookupError:
                break
            time.sleep(_SAMPLE_SECONDS)
            self._absorb(self._trace)
        return self.trace[before:]

    def _drain(self) -> None:
        for descriptor in self._streams:
            for _ in range(4):
                if not self._absorb(descriptor):
                    break

    def _cpu_seconds(self) -> float:
        """Return the CPU time of the process, all threads; 0.0 once it is gone."""
        try:
            return time.clock_gettime(~self._pid << 3 | 2)  # clock_getcpuclockid(3)
        except OSError:
            return self._cpu_start

    def _queued_seconds(self) -> float:
        """Return how long the process was ready to run but had to wait for a processor.

        On a busy machine this is not the student's time, and it does not count as waiting.
        """
        try:
            numbers = Path(f"/proc/{self._pid}/schedstat").read_text(encoding="ascii").split()
            return int(numbers[1]) * 1e-9
        except (OSError, ValueError, IndexError):
            return self._queued_start


def most_frequent(
    samples: Sequence[tuple[Frame, ...]], files: frozenset[str]
) -> list[tuple[Frame, int]]:
    """Return the innermost lines in ``files`` over all samples, most frequent first."""
    innermost = (
        next((frame for frame in stack if frame.file in files), None) for stack in samples
    )
    return Counter(frame for frame in innermost if frame).most_common(3)


def _pid_of(pidfd: int) -> int:
    """Return the process id behind a pidfd, as numbered where the grader runs."""
    for line in Path(f"/proc/self/fdinfo/{pidfd}").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == "Pid":
            return int(value)
    return -1

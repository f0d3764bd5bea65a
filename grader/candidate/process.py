"""One worker process as the grader sees it: four pipes, a clock on its CPU time, a kill switch.

Nothing here trusts the worker. Every read is bounded, every wait has an end that CPU time
decides, and what the worker prints is read and dropped beyond a cap so that it cannot block.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from grader.candidate.clock import WorkerClock
from grader.candidate.stacks import Stack, read_stacks
from grader.candidate.wire import MAX_HEADER, PREFIX, ProtocolError, parse_header, unpack_prefix
from grader.model import Limits

_SAMPLES = 10
_SAMPLE_SECONDS = 0.02
_TRACE_BYTES = 256 << 10
_CHUNK = 1 << 16
_PIPE_BYTES = 1 << 18
_LEAST_LOOK_SECONDS = 0.5
_SHORTEST_LOOK_SECONDS = 0.05
_SAMPLES_OF_SUSPECTS = 3
_READS_BETWEEN_LOOKS = 64


Answer = Callable[[dict[str, Any], bytearray], Sequence[bytes | memoryview]]
"""Takes header and body of a call-back and returns the frame that answers it."""


class WorkerEnded(Exception):  # noqa: N818 - what happened, not what is wrong with the grader
    """The worker closed its pipes or died; it is gone."""


class OutOfTime(Exception):  # noqa: N818 - the same
    """The worker used up its time; it is gone.

    Parameters
    ----------
    cpu_seconds, wall_seconds : float
        CPU time used, and time passed while it could have run.
    samples : sequence
        Stacks seen just before it was stopped, each innermost first.
    """

    def __init__(self, cpu_seconds: float, wall_seconds: float, samples: Sequence[Stack]) -> None:
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
        self._requests = requests
        self._replies = replies
        self._streams = {output: bytearray(), trace: bytearray()}
        self._output, self._trace = output, trace
        self._limits = limits
        self._clock = WorkerClock(_pid_of(pidfd))
        self._poll = select.poll()
        self._open = True
        self._suspects: frozenset[tuple[str, str]] = frozenset()
        self._look = _LEAST_LOOK_SECONDS
        for descriptor in (requests, replies, output, trace):
            os.set_blocking(descriptor, False)
        for descriptor in (requests, replies):
            _enlarge(descriptor)
        for descriptor in (replies, output, trace):
            self._poll.register(descriptor, select.POLLIN)

    @property
    def alive(self) -> bool:
        """Whether requests can still be sent."""
        return self._open

    @property
    def limits(self) -> Limits:
        """Bounds on what is being asked."""
        return self._limits

    @property
    def cpu_seconds(self) -> float:
        """CPU seconds that it has used since its budget was last started."""
        return self._clock.cpu_seconds()

    @property
    def printed(self) -> str:
        """What student code printed, up to the cap."""
        return self._streams[self._output].decode("utf-8", "replace")

    @property
    def last_stack(self) -> tuple[Stack, ...]:
        """Where the worker was when a signal such as SIGSEGV ended it; empty if none did."""
        return tuple(read_stacks(self._streams[self._trace])[-1:])

    def start_budget(
        self, suspects: frozenset[tuple[str, str]], limits: Limits, *, stopped: int = 0
    ) -> None:
        """Start a new time budget.

        Parameters
        ----------
        suspects : set of (file, function)
            Functions that have already used up a whole budget. A call found inside one of
            them after a tenth of this budget is stopped then.
        limits : Limits
            Bounds on what is asked from now on.
        stopped : int
            How often a call was found inside one of them; each time halves how long the next
            one is waited for.
        """
        self._limits = limits
        self._clock.restart()
        self._suspects = suspects
        first = max(_LEAST_LOOK_SECONDS, limits.cpu_seconds / 10)
        self._look = max(_SHORTEST_LOOK_SECONDS, first / 2 ** min(stopped, 10))

    def exchange(
        self, pieces: Sequence[bytes | memoryview], answer: Answer | None = None
    ) -> tuple[dict[str, Any], bytearray]:
        """Send a request and return header and body of the reply.

        Parameters
        ----------
        pieces : sequence of bytes
            The request.
        answer : callable, optional
            Answers the call-backs that come before the reply; by default there may be none.

        Raises
        ------
        OutOfTime
            If the budget is used up first.
        WorkerEnded
            If the worker dies.
        ProtocolError
            If it sends anything that is not a frame, or a call-back that cannot be answered; it
            has been ended then.
        """
        try:
            return self._exchange(pieces, answer)
        except BaseException:
            self.kill()
            raise

    def kill(self) -> None:
        """End the process and give its descriptors back; doing it twice does no harm."""
        if not self._open:
            return
        self._open = False
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        for descriptor in self._streams:
            self._drain(descriptor)
        for descriptor in (self._pidfd, self._requests, self._replies, *self._streams):
            os.close(descriptor)

    def _exchange(
        self, pieces: Sequence[bytes | memoryview], answer: Answer | None
    ) -> tuple[dict[str, Any], bytearray]:
        outgoing = [memoryview(piece) for piece in pieces if len(piece)]
        self._write(outgoing)
        while True:
            header, body = self._receive(outgoing)
            if answer is None or "call" not in header:
                return header, body
            if outgoing:  # nothing is to pile up here for a worker that only sends
                raise ProtocolError("a call-back before the request was read")
            self._time_left()  # call-backs that follow each other at once never let us wait
            outgoing = [memoryview(piece) for piece in answer(header, body) if len(piece)]
            self._write(outgoing)

    def _receive(self, outgoing: list[memoryview]) -> tuple[dict[str, Any], bytearray]:
        """Return header and body of the next frame, sending what is left to send."""
        prefix = self._read(PREFIX.size, outgoing)
        header_length, body_length = unpack_prefix(
            bytes(prefix), max_header=MAX_HEADER, max_body=self._limits.reply_bytes
        )
        header = parse_header(self._read(header_length, outgoing))
        return header, self._read(body_length, outgoing)

    def _read(self, size: int, outgoing: list[memoryview]) -> bytearray:
        """Return the next ``size`` bytes of the reply, sending what is left to send."""
        data = bytearray(size)
        view = memoryview(data)
        done = 0
        reads = 0
        while done < size:
            reads += 1
            if reads % _READS_BETWEEN_LOOKS == 0:
                self._time_left()  # a worker that sends byte by byte never lets us wait
            try:
                count = os.readv(self._replies, [view[done:]])
            except BlockingIOError:
                self._wait(outgoing)
                continue
            if count == 0:
                raise WorkerEnded
            done += count
        return data

    def _wait(self, outgoing: list[memoryview]) -> None:
        """Wait until something can be read or written, or the budget is used up."""
        if outgoing:
            self._poll.register(self._requests, select.POLLOUT)
        timeout = self._time_left()
        started = time.monotonic()
        events = self._poll.poll(timeout * 1000)
        self._clock.add_wait(time.monotonic() - started)
        if outgoing:
            self._poll.unregister(self._requests)
        for descriptor, _ in events:
            if descriptor == self._requests:
                self._write(outgoing)
            elif descriptor in self._streams and not self._absorb(descriptor):
                self._poll.unregister(descriptor)

    def _time_left(self) -> float:
        """Return how many seconds may pass before the clocks must be looked at again."""
        limits = self._limits
        used = self._clock.cpu_seconds()
        waited = self._clock.waited_at_most
        look = self._look if self._suspects else None
        if waited >= limits.wall_seconds or (look and waited >= look * limits.wall_factor):
            waited = self._clock.waited_seconds()
        cpu_left, wall_left = limits.cpu_seconds - used, limits.wall_seconds - waited
        if cpu_left <= 0 or wall_left <= 0:
            raise OutOfTime(used, self._clock.waited_seconds(), self._sample())
        if look is None:
            return min(cpu_left, wall_left)
        if max(used, waited / limits.wall_factor) >= look:
            self._stop_if_suspect(used, waited)
        return min(cpu_left, wall_left, look)

    def _stop_if_suspect(self, used: float, waited: float) -> None:
        """Stop a call that is stuck where another one was; otherwise look no more."""
        samples = self._sample(_SAMPLES_OF_SUSPECTS)
        seen = {(frame.file, frame.function) for stack in samples for frame in stack}
        if seen & self._suspects:
            raise OutOfTime(used, waited, samples)
        self._suspects = frozenset()

    def _write(self, outgoing: list[memoryview]) -> None:
        """Send as much as the pipe takes."""
        while outgoing:
            try:
                count = os.writev(self._requests, outgoing[:16])
            except BlockingIOError:
                return
            except BrokenPipeError as error:
                raise WorkerEnded from error
            while outgoing and count >= len(outgoing[0]):
                count -= len(outgoing.pop(0))
            if count:
                outgoing[0] = outgoing[0][count:]

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

    def _drain(self, descriptor: int) -> None:
        """Read what a pipe holds: at most as much as a pipe can, whoever goes on writing."""
        for _ in range(4):
            if not self._absorb(descriptor):
                break

    def _sample(self, times: int = _SAMPLES) -> list[Stack]:
        """Ask the worker's stack a few times where it is."""
        written = self._streams[self._trace]
        self._drain(self._trace)
        written.clear()
        for _ in range(times):
            try:
                signal.pidfd_send_signal(self._pidfd, signal.SIGUSR1)
            except ProcessLookupError:
                break
            time.sleep(_SAMPLE_SECONDS)
            self._absorb(self._trace)
        samples = read_stacks(written)
        written.clear()
        return samples


def _enlarge(pipe: int) -> None:
    """Let a pipe hold an array of usual size, so that sending it takes no turns."""
    with contextlib.suppress(OSError, AttributeError):  # a user's share, or another system
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


def _pid_of(pidfd: int) -> int:
    """Return the process id behind a pidfd, as numbered where the grader runs."""
    for line in Path(f"/proc/self/fdinfo/{pidfd}").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == "Pid":
            return int(value)
    return -1

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
from pathlib import Path

from grader.candidate.clock import WorkerClock
from grader.candidate.conversation import (
    SAMPLE_SECONDS,
    SAMPLES,
    TRACE_BYTES,
    Conversation,
    WorkerEnded,
)
from grader.candidate.stacks import Stack, read_stacks
from grader.candidate.wire import PREFIX
from grader.settings import Limits

_CHUNK = 1 << 16
_PIPE_BYTES = 1 << 18
_READS_BETWEEN_LOOKS = 64
_AHEAD_BYTES = 4096
"""What is read of a frame together with its prefix: most headers, and the whole of many frames."""


class WorkerProcess(Conversation):
    """Talks to one worker that the warm parent has made.

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
        super().__init__(limits, WorkerClock(_pid_of(pidfd)))
        self._pidfd = pidfd
        self._requests = requests
        self._replies = replies
        self._streams = {output: bytearray(), trace: bytearray()}
        self._output, self._trace = output, trace
        self._poll = select.poll()
        self._ahead = bytearray(_AHEAD_BYTES)
        self._ahead_left = memoryview(self._ahead)[:0]
        for descriptor in (requests, replies, output, trace):
            os.set_blocking(descriptor, False)
        for descriptor in (requests, replies):
            _enlarge(descriptor)
        for descriptor in (replies, output, trace):
            self._poll.register(descriptor, select.POLLIN)

    @property
    def printed(self) -> str:
        """What student code printed, up to the cap."""
        return self._streams[self._output].decode("utf-8", "replace")

    @property
    def last_stack(self) -> tuple[Stack, ...]:
        """Where the worker was when a signal such as SIGSEGV ended it; empty if none did."""
        return tuple(read_stacks(self._streams[self._trace])[-1:])

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

    def _read(self, size: int, outgoing: list[memoryview]) -> bytearray:
        """Return the next ``size`` bytes of the reply, sending what is left to send."""
        data = bytearray(size)
        view = memoryview(data)
        done = min(size, len(self._ahead_left))
        view[:done] = self._ahead_left[:done]
        self._ahead_left = self._ahead_left[done:]
        ahead = [self._ahead] if size == PREFIX.size else []
        reads = 0
        while done < size:
            reads += 1
            if reads % _READS_BETWEEN_LOOKS == 0:
                self._time_left()  # a worker that sends byte by byte never lets us wait
            try:
                count = os.readv(self._replies, [view[done:], *ahead])
            except BlockingIOError:
                self._wait(outgoing)
                continue
            if count == 0:
                raise WorkerEnded
            done += count
        if done > size:
            self._ahead_left = memoryview(self._ahead)[: done - size]
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
        cap = self._limits.output_bytes if descriptor == self._output else TRACE_BYTES
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

    def _sample(self, times: int = SAMPLES) -> list[Stack]:
        """Ask the worker's stack a few times where it is."""
        written = self._streams[self._trace]
        self._drain(self._trace)
        written.clear()
        for _ in range(times):
            try:
                signal.pidfd_send_signal(self._pidfd, signal.SIGUSR1)
            except ProcessLookupError:
                break
            time.sleep(SAMPLE_SECONDS)
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

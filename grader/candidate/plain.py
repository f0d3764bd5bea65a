"""Workers as plain child processes, which every system can start: for code that one trusts.

There is no warm parent, no layer of isolation and no clock on another process's CPU time here.
Threads read and write the pipes, because nothing else can wait for one with a time-out on
macOS, Windows and Linux alike.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import IO, Self

from grader.candidate.clock import WallClock
from grader.candidate.conversation import (
    SAMPLE_SECONDS,
    SAMPLES,
    TRACE_BYTES,
    Conversation,
    WorkerEnded,
)
from grader.candidate.interpreter import (
    BOOTSTRAP,
    ENVIRONMENT,
    find_numpy,
    keep,
    processor_settings,
)
from grader.candidate.pipes import Inbox, Recorder, Sender
from grader.candidate.stacks import Stack, read_stacks
from grader.errors import SandboxError
from grader.isolation.confinement import Confinement, Level
from grader.records import record
from grader.settings import Limits

_START_SECONDS = 60.0
_END_SECONDS = 1.0
"""How long the pipes of a worker that was ended are read on."""
_NO_TRACE = -1
_NEEDED = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR")
"""What some systems need to start a program or to load NumPy's libraries."""


class PlainWorker(Conversation):
    """Talks to one worker that is a child of the grader.

    Parameters
    ----------
    process : Popen
        With pipes at its standard input, output and error; it is owned from now on.
    trace : stream, optional
        The grader's end of the pipe that stacks are written to.
    limits : Limits
        Bounds on time and sizes.
    """

    def __init__(
        self, process: subprocess.Popen[bytes], trace: IO[bytes] | None, *, limits: Limits
    ) -> None:
        super().__init__(limits, WallClock())
        assert process.stdin and process.stdout and process.stderr  # noqa: PT018, S101 - asked for
        self._process = process
        self._requests = Sender(process.stdin)
        self._replies = Inbox(process.stdout)
        self._output = Recorder(process.stderr, limits.output_bytes)
        self._trace = Recorder(trace, TRACE_BYTES) if trace is not None else None

    @property
    def printed(self) -> str:
        """What student code printed, up to the cap."""
        return self._output.kept.decode("utf-8", "replace")

    @property
    def last_stack(self) -> tuple[Stack, ...]:
        """Where the worker was when a signal such as SIGSEGV ended it; empty if none did."""
        kept = self._output.kept if self._trace is None else self._trace.kept
        return tuple(read_stacks(kept)[-1:])

    def await_ready(self, seconds: float) -> bool:
        """Return whether the worker says within a time that it has loaded everything."""
        return self._replies.read_into(memoryview(bytearray(1)), seconds) == 1

    def kill(self) -> None:
        """End the process and let go of its pipes; doing it twice does no harm."""
        if not self._open:
            return
        self._open = False
        self._process.kill()
        self._process.wait()
        self._requests.close()
        self._replies.close()
        last = time.monotonic() + _END_SECONDS  # what it has started itself may hold the pipes
        for thread in (self._requests, self._replies, self._output, self._trace):
            if thread is not None:
                thread.join(max(0.0, last - time.monotonic()))

    def _read(self, size: int, outgoing: list[memoryview]) -> bytearray:
        data = bytearray(size)
        view = memoryview(data)
        done = 0
        while done < size:
            left = self._time_left()
            started = time.monotonic()
            count = self._replies.read_into(view[done:], left)
            self._clock.add_wait(time.monotonic() - started)
            if count == 0:
                raise WorkerEnded
            done += count or 0
        if outgoing:  # a worker that answers has read; its last piece is about to be ticked off
            self._requests.settle()
        return data

    def _write(self, outgoing: list[memoryview]) -> None:
        self._requests.send(outgoing)

    def _sample(self, times: int = SAMPLES) -> list[Stack]:
        if self._trace is None or sys.platform == "win32":  # there is no such signal there
            return []
        self._trace.clear()
        for _ in range(times):
            self._process.send_signal(signal.SIGUSR1)
            time.sleep(SAMPLE_SECONDS)
        return read_stacks(self._trace.kept)


@record
class _Started:
    """A process that loads what every worker needs, and the grader's end of its last pipe."""

    process: subprocess.Popen[bytes]
    trace: IO[bytes] | None


class PlainStarter:
    """Starts a new interpreter for each worker, on any system, and always one ahead.

    It confines nothing, and so refuses every level but ``weak``. A worker sees one submission.

    Raises
    ------
    SandboxError
        If no process can be started.
    """

    def __init__(self) -> None:
        self._numpy_folder = find_numpy()
        self._next: _Started | None = self._start()

    def start_worker(self, confinement: Confinement, limits: Limits) -> PlainWorker:
        """Return a new worker.

        Raises
        ------
        SandboxError
            If more than the weakest level is asked for, or no process can be started.
        """
        if confinement.level is not Level.WEAK:
            level = confinement.level.value
            raise SandboxError(f"isolation {level!r} is not made of plain processes; use weak")
        started, self._next = self._next or self._start(), None
        worker = PlainWorker(started.process, started.trace, limits=limits)
        if not worker.await_ready(_START_SECONDS):
            worker.kill()
            said = worker.printed.strip().splitlines() or ["it said nothing"]
            raise SandboxError(f"a worker does not start: {said[-1]}")
        self._next = self._start()
        return worker

    def close(self) -> None:
        """End the process that waits; workers end one by one."""
        if self._next is not None:
            PlainWorker(self._next.process, self._next.trace, limits=Limits()).kill()
            self._next = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _start(self) -> _Started:
        command = [sys.executable, "-I", "-S", "-B", "-X", "utf8", BOOTSTRAP, "alone"]
        try:
            if sys.platform == "win32":
                return _start_on_windows([*command, str(_NO_TRACE), self._numpy_folder])
            return _start_with_trace(command, self._numpy_folder)
        except OSError as error:
            raise SandboxError(f"a worker cannot be started: {error}") from error


def _start_with_trace(command: Sequence[str], numpy_folder: str) -> _Started:
    """Start a process that inherits a fourth pipe, for stacks."""
    reading, writing = os.pipe()
    try:
        process = subprocess.Popen(  # noqa: S603 - this interpreter and our own script
            [*command, str(writing), numpy_folder],
            env=_make_environment(),
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            pass_fds=(writing,),
            start_new_session=True,  # Ctrl-C is for the grader, which ends it
        )
    except OSError:
        os.close(reading)
        raise
    finally:
        os.close(writing)
    return _Started(process, os.fdopen(reading, "rb", buffering=0))


def _start_on_windows(command: Sequence[str]) -> _Started:
    """Start a process that has no console, so that Ctrl-C is for the grader."""
    process = subprocess.Popen(  # noqa: S603 - this interpreter and our own script
        command,
        env=_make_environment(),
        cwd=os.path.abspath(os.sep),  # noqa: PTH100 - the root of the present drive
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # known there alone
    )
    return _Started(process, None)


def _make_environment() -> dict[str, str]:
    return {**ENVIRONMENT, **keep(*_NEEDED), **processor_settings()}

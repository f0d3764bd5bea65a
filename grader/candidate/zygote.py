"""Starts the warm parent of all workers and asks it for confined workers."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Self

from grader.candidate.interpreter import BOOTSTRAP, ENVIRONMENT, find_numpy, processor_settings
from grader.errors import SandboxError
from grader.isolation.confinement import Confinement
from grader.settings import Limits

if TYPE_CHECKING:
    from grader.candidate.process import WorkerProcess

_START_SECONDS = 60.0


class Zygote:
    """A process with NumPy loaded that forks one confined worker per request.

    It is started at once and made ready in the background: the first request waits for it.
    It never sees an assignment, an expected value or another submission.
    """

    def __init__(self) -> None:
        numpy_folder = find_numpy()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._channel = ours
        self._channel.settimeout(_START_SECONDS)
        self._ready = False
        command = [sys.executable, "-I", "-S", "-B", BOOTSTRAP, "zygote", str(theirs.fileno())]
        try:
            self._process = subprocess.Popen(  # noqa: S603 - this interpreter and our own script
                [*command, numpy_folder],
                env={**ENVIRONMENT, **processor_settings()},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
                cwd="/",
            )
        except OSError as error:
            ours.close()
            raise SandboxError(f"the worker's parent process cannot be started: {error}") from error
        finally:
            theirs.close()

    def start_worker(self, confinement: Confinement, limits: Limits) -> WorkerProcess:
        """Return a new confined worker.

        Raises
        ------
        SandboxError
            If the isolation asked for cannot be set up.
        """
        from grader.candidate.process import WorkerProcess  # with NumPy, while the parent loads it

        pairs = [os.pipe() for _ in range(4)]
        (requests, to_worker), *others = pairs
        theirs = [requests, *(write for _, write in others)]
        ours = [to_worker, *(read for read, _ in others)]
        try:
            message = json.dumps({"confinement": confinement.to_json()}).encode()
            with contextlib.suppress(BrokenPipeError):  # the answer says that it ended, and why
                # A parent that is still loading finds the request when it is ready.
                socket.send_fds(self._channel, [message], theirs)
            self._await_ready()
            pidfd = self._receive()
        except (OSError, SandboxError) as error:
            for descriptor in ours:
                os.close(descriptor)
            what = "a worker cannot" if self._ready else "the worker's parent process cannot"
            raise SandboxError(f"{what} be started: {error}; try grade doctor") from error
        finally:
            for descriptor in theirs:
                os.close(descriptor)
        return WorkerProcess(pidfd, *ours, limits=limits)

    def close(self) -> None:
        """End the parent process; workers that still run end with it."""
        self._channel.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stderr is not None:
            self._process.stderr.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _await_ready(self) -> None:
        if not self._ready:
            self._receive()
            self._ready = True

    def _receive(self) -> int:
        """Return the descriptor that came with an answer, or -1."""
        message, descriptors = b"", list[int]()
        with contextlib.suppress(ConnectionResetError):  # an end, too: with a request unread
            message, descriptors, _, _ = socket.recv_fds(self._channel, 1 << 16, 1)
        if not message:
            raise SandboxError(f"the parent process ended: {self._last_words()}")
        answer: dict[str, Any] = json.loads(message)
        if "error" in answer:
            raise SandboxError(answer["error"])
        return descriptors[0] if descriptors else -1

    def _last_words(self) -> str:
        assert self._process.stderr is not None  # noqa: S101 - it was asked for
        os.set_blocking(self._process.stderr.fileno(), False)
        said = self._process.stderr.read(1 << 16) or b""
        lines = said.decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"

"""A worker by itself, on any system: no fork, no layers, three pipes it was started with.

Only for code that its owner trusts; :mod:`grader.worker.zygote` makes those that are confined.
"""

from __future__ import annotations

import contextlib
import gc
import os

from grader.worker.main import Worker, redirect

READY = b"r"
NO_TRACE = -1
"""In place of a descriptor, where a process inherits none besides those of every program."""
_CHUNK = 1 << 20


class LoneWorker(Worker):
    """Reads and writes by what every system has."""

    def _read(self, size: int) -> bytearray | None:
        data = bytearray()
        while len(data) < size:
            part = os.read(self._requests, min(size - len(data), _CHUNK))
            if not part:
                return None
            data += part
        return data

    def _write(self, outgoing: list[memoryview]) -> None:
        for piece in outgoing:
            done = 0
            while done < len(piece):
                done += os.write(self._replies, piece[done : done + _CHUNK])


def run(trace: int) -> None:
    """Serve what comes from standard input until it ends.

    Parameters
    ----------
    trace : int
        Where stacks go; ``NO_TRACE`` to let them go where what is printed goes.
    """
    requests, replies, output = os.dup(0), os.dup(1), os.dup(2)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    redirect(output, output_of(trace))
    gc.enable()
    os.write(replies, READY)
    with contextlib.suppress(OSError):  # the grader may be gone
        LoneWorker(requests, replies).serve()
    os._exit(0)


def output_of(trace: int) -> int:
    """Return the descriptor that stacks are written to."""
    return 2 if trace == NO_TRACE else trace

"""Measures a command as a whole: processor time, wall time and memory, all its processes included.

A process counts a child's processor time only once it has waited for it. Workers of `grade` can
outlive the parent that would have waited, so this process adopts whatever is left behind and waits
for it: on Linux nothing is lost. Elsewhere orphans are not counted.
"""

import ctypes
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36  # prctl(2)


@dataclass(frozen=True, slots=True)
class Usage:
    """What one run of a command took."""

    cpu: float
    """Processor time of all processes, user and system, in seconds."""
    wall: float
    """Time until the command itself ended, in seconds."""
    peak: int
    """Resident memory of the largest process, in bytes."""


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends; Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def measure(command: Sequence[str], folder: Path, environment: dict[str, str]) -> Usage:
    """Run a command in a folder, without output, and return what it took.

    Raises
    ------
    RuntimeError
        If it fails, with what it wrote to standard error.
    """
    adopt_orphans()
    errors = folder / "errors.txt"
    started = time.perf_counter()
    with errors.open("wb") as stream:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=stream
        )
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    usages = [usage, *_wait_for_orphans()]
    if process.returncode:
        said = errors.read_text(encoding="utf-8", errors="replace")[-2000:]
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}: {said}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Usage(
        cpu=sum(one.ru_utime + one.ru_stime for one in usages),
        wall=wall,
        peak=unit * max(one.ru_maxrss for one in usages),
    )


def _wait_for_orphans() -> list[resource.struct_rusage]:
    usages = []
    while True:
        try:
            usages.append(os.wait4(-1, 0)[2])
        except ChildProcessError:
            return usages

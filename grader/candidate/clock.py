"""How much time a worker has used: its CPU time, and the time the grader waited for it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """What decides that a worker has used up its time; counts from the last ``restart``."""

    counts_cpu: bool
    """Whether ``cpu_seconds`` are seconds of a processor."""

    def restart(self) -> None:
        """Start counting anew."""

    def add_wait(self, seconds: float) -> None:
        """Count time that the grader has waited for this worker."""

    def cpu_seconds(self) -> float:
        """Return what is held against the limit of CPU time."""

    def waited_seconds(self) -> float:
        """Return how long the worker was waited for while it could have run."""

    @property
    def waited_at_most(self) -> float:
        """An upper bound of ``waited_seconds`` that costs nothing to know."""


class WallClock:
    """For systems on which nobody can ask another process for its CPU time.

    The time that the grader has waited stands for it, so that a busy machine counts, too.
    """

    counts_cpu = False

    def __init__(self) -> None:
        self._waited = 0.0

    def restart(self) -> None:
        """Start counting anew."""
        self._waited = 0.0

    def add_wait(self, seconds: float) -> None:
        """Count time that the grader has waited for this worker."""
        self._waited += seconds

    def cpu_seconds(self) -> float:
        """Return how long the worker was waited for."""
        return self._waited

    def waited_seconds(self) -> float:
        """Return the same."""
        return self._waited

    @property
    def waited_at_most(self) -> float:
        """The same."""
        return self._waited


class WorkerClock:
    """Counts from the last ``restart``; what it needs the kernel for is read when asked for.

    Parameters
    ----------
    pid : int
        Of the worker, as numbered where the grader runs.
    """

    counts_cpu = True

    def __init__(self, pid: int) -> None:
        # The clock of process 0 would be that of the grader; see clock_getcpuclockid(3).
        self._clock = ~pid << 3 | 2 if pid > 0 else None
        self._statistics = Path(f"/proc/{pid}/schedstat")
        self._cpu_seen = 0.0
        self._queued_seen = 0.0
        self.restart()

    def restart(self) -> None:
        """Start counting anew."""
        self._cpu_start = self._read_cpu()
        self._queued_start = self._read_queued()
        self._waited = 0.0

    def add_wait(self, seconds: float) -> None:
        """Count time that the grader has waited for this worker."""
        self._waited += seconds

    def cpu_seconds(self) -> float:
        """Return the CPU time of all its threads."""
        return self._read_cpu() - self._cpu_start

    def waited_seconds(self) -> float:
        """Return how long the worker was waited for while it could have run."""
        return self._waited - (self._read_queued() - self._queued_start)

    @property
    def waited_at_most(self) -> float:
        """An upper bound of ``waited_seconds`` that costs nothing to know."""
        return self._waited

    def _read_cpu(self) -> float:
        if self._clock is not None:
            try:
                self._cpu_seen = time.clock_gettime(self._clock)
            except OSError:  # it has ended
                self._clock = None
        return self._cpu_seen

    def _read_queued(self) -> float:
        """Return how long the process was ready to run but had to wait for a processor.

        On a busy machine this is not the student's time, and it does not count as waiting.
        """
        try:
            numbers = self._statistics.read_text(encoding="ascii").split()
            self._queued_seen = int(numbers[1]) * 1e-9
        except (OSError, ValueError, IndexError):
            pass
        return self._queued_seen

"""Measures what isolation costs: a warm worker, a single run from nothing, and a call with arrays.

Usage: python benchmarks/isolation.py [--rounds N]. Run it with the Python that `grade` is installed
for, on a machine that does nothing else. What is compared takes turns, so that a busy spell meets
all of it alike.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import sub, truediv
from pathlib import Path

import numpy as np
from rows import Row, compare, print_rows, sum_up

from grader.candidate.naming import Naming
from grader.candidate.process import WorkerProcess
from grader.candidate.sandboxed import SandboxedCandidate
from grader.candidate.wire import pack_frame
from grader.candidate.zygote import Zygote
from grader.isolation.confinement import Level
from grader.isolation.levels import choose, describe
from grader.isolation.self_test import SelfTest
from grader.sandboxing import confine, make_candidate
from grader.settings import Limits
from grader.submission.archive import open_submission
from grader.submission.locate import locate
from grader.submission.overlay import lay_out

LIMITS = Limits()
TARGET = "layers:f"
SOURCE = "def f(x):\n    return x + 1.0\n"
NUMBERS = 12_500
"""As float64 they are 100 kB, which a call takes and gives back."""
CALLS = 20
"""Calls in a row: one alone would find the caches filled with something else."""
BARE = (sys.executable, "-I", "-c", "import os, numpy; os.write(1, b'.')")


@dataclass(frozen=True, slots=True)
class Spent:
    """What one start took, in seconds."""

    wall: float
    """Until the first answer."""
    cpu: float
    """Of all processes, their end included."""


def main() -> int:
    """Measure, print, and return 1 if a promise was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=25)
    rounds = parser.parse_args().rounds
    level = choose("auto").level
    levels = [one for one in Level if describe(one).available]
    rows = [
        *_measure_warm(levels, rounds),
        *_measure_single(level, rounds),
        *_measure_calls(levels, rounds),
    ]
    print(
        f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, Linux {platform.release()}, "
        f"Python {platform.python_version()}, numpy {np.__version__}; isolation {level.value}, "
        f"{rounds} rounds"
    )
    return int(not print_rows(rows))


def _measure_warm(levels: Sequence[Level], rounds: int) -> list[Row]:
    """Measure how long a warm parent's worker takes to its first answer, level by level."""
    parents = {level: _Parent(level) for level in levels}
    walls: dict[Level, list[float]] = {level: [] for level in levels}
    for number in range(rounds + 1):
        for level, parent in parents.items():
            wall = parent.start_worker()
            if number:  # the first round fills caches
                walls[level].append(1e3 * wall)
            else:
                parent.restart_clock()
    cpu = {level: [1e3 * parent.close() / rounds] for level, parent in parents.items()}
    rows = []
    for quantity, values, limit in (("wall ms", walls, 15.0), ("CPU ms", cpu, None)):
        rows += [sum_up(f"warm worker, {one.value}", quantity, values[one]) for one in levels]
        title = f"what {levels[0].value} adds to {levels[-1].value}"
        rows.append(compare(title, quantity, (values[levels[0]], values[levels[-1]]), sub, limit))
    return rows


class _Parent:
    """A warm parent that workers of one level are asked from, and its CPU time."""

    def __init__(self, level: Level) -> None:
        before = _list_children()
        self._zygote = Zygote()
        (self._pid,) = _list_children() - before
        self._confinement = confine(level, LIMITS)
        self._own = self._started = 0.0

    def start_worker(self) -> float:
        """Return the seconds from asking for a worker to its first answer."""
        own, started = time.process_time(), time.perf_counter()
        worker = self._zygote.start_worker(self._confinement, LIMITS)
        _ask(worker)
        wall = time.perf_counter() - started
        worker.kill()
        self._own += time.process_time() - own
        return wall

    def restart_clock(self) -> None:
        """Count CPU time from here."""
        self._own, self._started = 0.0, self._read_clock()

    def close(self) -> float:
        """End the parent and return the CPU seconds of all starts, the grader's own included."""
        spent = self._own + self._read_clock() - self._started
        self._zygote.close()
        return spent

    def _read_clock(self) -> float:
        """Return CPU seconds of the parent and of what it has waited for: all but one worker."""
        fields = Path(f"/proc/{self._pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _list_children() -> set[int]:
    return set(map(int, Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()))


def _ask(worker: WorkerProcess) -> None:
    """Have a worker do what takes no time."""
    header, _ = worker.exchange(pack_frame({"id": 1, "ops": [{"op": "seed", "seed": 1}]}, ()))
    if header["replies"] != [{"ok": None}]:
        raise RuntimeError(f"the worker answered {header}")


def _measure_single(level: Level, rounds: int) -> list[Row]:
    """Measure a worker from nothing against an interpreter that imports numpy and no more."""
    ours, theirs = [], []
    for number in range(rounds + 1):
        pair = _measure(lambda: _start_from_nothing(level)), _measure(_start_bare)
        if number:
            ours.append(pair[0])
            theirs.append(pair[1])
    rows = []
    for name, limit in (("wall", 1.15), ("cpu", None)):
        quantity = f"{name.replace('cpu', 'CPU')} ms"
        above, below = ([1e3 * getattr(one, name) for one in spent] for spent in (ours, theirs))
        rows += [
            sum_up(f"first worker from nothing, {level.value}", quantity, above),
            sum_up("Python and numpy, bare", quantity, below),
            compare("the two as a ratio", quantity[:-3], (above, below), truediv, limit),
        ]
    return rows


def _measure(start: Callable[[], float]) -> Spent:
    before = _read_cpu()
    wall = start()
    return Spent(wall, _read_cpu() - before)


def _read_cpu() -> float:
    """Return CPU seconds of this process and of all that it has waited for."""
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _start_from_nothing(level: Level) -> float:
    """Do what grading does until the first answer, in its order; the grader itself is loaded."""
    started = time.perf_counter()
    with Zygote() as zygote:
        choose(level)
        test = None if level is Level.WEAK else SelfTest(level)
        confinement = confine(level, LIMITS)
        if test is not None and not (report := test.wait()).available:
            raise RuntimeError(report.reason)
        worker = zygote.start_worker(confinement, LIMITS)
        _ask(worker)
        wall = time.perf_counter() - started
        worker.kill()
    return wall


def _start_bare() -> float:
    """Import numpy in an interpreter of its own: without threads, as workers have none."""
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    started = time.perf_counter()
    with subprocess.Popen(BARE, env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        said = process.stdout.read(1)
        wall = time.perf_counter() - started
    if said != b".":
        raise RuntimeError("numpy cannot be imported")
    return wall


def _measure_calls(levels: Sequence[Level], rounds: int) -> list[Row]:
    """Measure a call that takes 100 kB and gives 100 kB back, and one of a single number."""
    arrays = {"100 kB": np.linspace(0.0, 1.0, NUMBERS), "one number": np.zeros(1)}
    seen: dict[tuple[str, Level], list[float]] = {
        (size, level): [] for size in arrays for level in levels
    }
    with tempfile.TemporaryDirectory() as folder, Zygote() as zygote:
        candidates = _make_candidates(Path(folder), zygote, levels)
        for number in range(rounds + 1):
            for (size, level), times in seen.items():
                spent = _call(candidates[level], arrays[size])
                times.extend(spent if number else ())
        for candidate in candidates.values():
            candidate.restart()
    limits = {("100 kB", levels[0]): 0.4}
    return [
        sum_up(f"call with {size}, {level.value}", "wall ms", times, limits.get((size, level)))
        for (size, level), times in seen.items()
    ]


def _make_candidates(
    folder: Path, zygote: Zygote, levels: Sequence[Level]
) -> Mapping[Level, SandboxedCandidate]:
    (folder / "layers.py").write_text(SOURCE, encoding="utf-8")
    submission = open_submission(folder)
    located = locate(submission, (TARGET,))
    programmes = lay_out(submission, located)
    return {
        level: make_candidate(
            programmes, located, Naming(located.definitions, {}), zygote, level=level, limits=LIMITS
        )
        for level in levels
    }


def _call(candidate: SandboxedCandidate, array: np.ndarray) -> list[float]:
    """Return the milliseconds of each of a few calls in a row, on one budget."""
    candidate.begin_check()
    candidate.call(TARGET, array)
    times = []
    for _ in range(CALLS):
        started = time.perf_counter()
        value = candidate.call(TARGET, array)
        times.append(1e3 * (time.perf_counter() - started))
    if not np.array_equal(value, array + 1.0):
        raise RuntimeError("the call gave something else back")
    return times


if __name__ == "__main__":
    sys.exit(main())

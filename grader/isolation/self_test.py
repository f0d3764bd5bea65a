"""Shows that every layer of a level holds: a worker attempts what each of them must refuse.

A layer may report success and not bite, as on a kernel that only pretends to be Linux. The test
runs beside whatever else there is to load, and whoever grades asks for its result before the first
line of student code runs.
"""

import json
import os
import sys

from grader.isolation.apart import finish, start
from grader.isolation.attempts import attempt_all
from grader.isolation.confinement import Confinement, Level
from grader.isolation.failure import IsolationError
from grader.isolation.levels import AUTOMATIC, LayerResult, LevelReport, choose, describe
from grader.isolation.spawn import spawn_process
from grader.isolation.visible import default_read_only

MIB = 1024 * 1024
# Of the probing worker: small enough that filling the scratch folder takes no time, and a
# memory limit above what an interpreter with numpy has mapped.
PROBE_MEMORY_BYTES = 4096 * MIB
PROBE_SCRATCH_BYTES = MIB // 16
PROBE_UID = 64_999


def _make_probe(level: Level) -> Confinement:
    return Confinement(
        level=level,
        read_only=default_read_only(),
        memory_bytes=PROBE_MEMORY_BYTES,
        cpu_seconds=10,
        file_bytes=MIB,
        open_files=64,
        scratch_bytes=PROBE_SCRATCH_BYTES,
        scratch_inodes=16,
        uid=PROBE_UID,
    )


def _probe_layers(level: Level) -> str:
    """Start a worker, let it attempt everything, and give its results as JSON."""
    confinement = _make_probe(level)
    reading, writing = os.pipe()

    def attempt() -> None:
        results = [list(result) for result in attempt_all(confinement)]
        os.write(writing, json.dumps(results).encode())

    worker = spawn_process(confinement, frozenset({writing}), attempt)
    os.close(writing)
    with open(reading, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(worker.pid, 0)
    if not answer:
        raise IsolationError("the probing worker ended without an answer")
    return answer.decode()


class SelfTest:
    """A worker that attempts what each layer must refuse, while its caller does other things.

    Parameters
    ----------
    level : Level
        One whose ingredients are there.
    """

    def __init__(self, level: Level) -> None:
        self._level = level
        self._running: tuple[int, int] | None = start(lambda: _probe_layers(level))
        self._report = LevelReport(level, True, (), "")

    def wait(self) -> LevelReport:
        """Return what was refused; the level is available only if every layer holds."""
        if self._running is not None:
            running, self._running = self._running, None
            self._report = self._read(*running)
        return self._report

    def _read(self, child: int, reading: int) -> LevelReport:
        try:
            answer = json.loads(finish(child, reading))
        except IsolationError as error:
            return LevelReport(self._level, False, (), str(error))
        layers = tuple(LayerResult(*result) for result in answer)
        failed = ", ".join(f"{layer.name}: {layer.detail}" for layer in layers if not layer.works)
        return LevelReport(self._level, not failed, layers, failed)


def probe(level: Level) -> LevelReport:
    """Ask for the ingredients of a level, then start its self-test and wait for it."""
    report = describe(level)
    if not report.available or sys.platform != "linux":  # elsewhere there is nothing to attempt
        return report
    return SelfTest(level).wait()


def find_next(requested: str, failed: LevelReport) -> LevelReport:
    """Return the level to fall back to where a self-test has failed.

    Parameters
    ----------
    requested
        What was asked for: only ``auto`` falls back, from `Level.STRICT` to `Level.STANDARD`.
    failed
        What the self-test has found.

    Raises
    ------
    IsolationError
        If there is none; the message says which layer does not hold.
    """
    if requested == AUTOMATIC and failed.level is Level.STRICT:
        return choose(Level.STANDARD)
    step = f"use --isolation {Level.WEAK} for code you trust; grade doctor -v tells more"
    raise IsolationError(
        f"isolation {failed.level.value!r} does not hold here: {failed.reason}; {step}"
    )

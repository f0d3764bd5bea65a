"""Which level of isolation this machine offers, found out by trying.

Two questions are asked at different times. `probe` starts a worker at a level, lets it attempt
what each layer must refuse, and reports; that is for ``grade doctor`` and for tests. `choose`
answers on the way of every single run and must cost next to nothing: it asks the kernel whether
the ingredients are there, and for namespaces really enters them in a child and mounts something,
because that fails in ways no version number tells (a container's seccomp profile, Ubuntu's
AppArmor rule that lets a user namespace be made but not used, a sysctl). More is not needed: the
worker itself (`grader.isolation.spawn`) runs no code before every layer has reported success,
so that a wrong answer here ends in an error and never in a weaker worker.
"""

import json
import os
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NoReturn

from grader.isolation import landlock, seccomp
from grader.isolation.attempts import attempt_all
from grader.isolation.confinement import Confinement, Level
from grader.isolation.failure import IsolationError
from grader.isolation.namespaces import enter_namespaces
from grader.isolation.root import mount_stage, prepare_stage
from grader.isolation.spawn import spawn_process
from grader.isolation.visible import default_read_only

AUTOMATIC = "auto"
NAMES = (AUTOMATIC, *Level)
MIB = 1024 * 1024
# Of the probing worker: small enough that filling the scratch folder takes no time, and a
# memory limit above what an interpreter with numpy has mapped.
PROBE_MEMORY_BYTES = 4096 * MIB
PROBE_SCRATCH_BYTES = MIB // 16
PROBE_UID = 64_999


@dataclass(frozen=True, slots=True)
class LayerResult:
    """Whether one layer holds."""

    name: str
    """What is kept from the worker: ``files``, ``network``, ``memory`` ..."""
    works: bool
    """True if what the worker attempted was refused."""
    detail: str
    """How it was refused, or what could be done; one line."""


@dataclass(frozen=True, slots=True)
class LevelReport:
    """What this machine offers at one level."""

    level: Level
    """The level asked about."""
    available: bool
    """Whether student code may be run at this level here."""
    layers: tuple[LayerResult, ...]
    """What was attempted and refused; empty where only the ingredients were looked at."""
    reason: str
    """Why the level is not available; empty if it is."""


def _run_apart(work: Callable[[], str]) -> str:
    """Run `work` in a child that leaves no trace in this process, and return its text.

    Raises
    ------
    IsolationError
        With the child's own words, if it failed.
    """
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        # Threads that numpy's BLAS started here take no part: the child only makes system calls.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        _answer(writing, work)
    os.close(writing)
    with open(reading, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    if not answer.startswith(b"+"):
        raise IsolationError(answer[1:].decode("utf-8", "replace") or "the attempt was killed")
    return answer[1:].decode("utf-8", "replace")


def _answer(writing: int, work: Callable[[], str]) -> NoReturn:
    try:
        os.write(writing, b"+" + work().encode())
    except BaseException as error:  # noqa: BLE001 - told to the parent, which raises
        os.write(writing, b"-" + (str(error) or type(error).__name__).encode())
    finally:
        os._exit(0)


def _try_namespaces() -> str:
    """Enter namespaces and mount something in them: all that may be forbidden by policy."""
    enter_namespaces()
    mount_stage(prepare_stage())
    return ""


def _check_ingredients(level: Level) -> None:
    """Ask the kernel, without starting a worker, for what a level is made of.

    Raises
    ------
    IsolationError
        If something is missing; the message says what.
    """
    if not hasattr(os, "fork"):
        raise IsolationError(f"{sys.platform} cannot fork a confined worker")
    if level is Level.WEAK:
        return
    if sys.platform != "linux":
        raise IsolationError(f"{sys.platform} has neither Landlock nor seccomp; Linux has")
    if landlock.get_abi() < 1:
        raise IsolationError("Landlock is missing (Linux 5.13 or newer, enabled and not blocked)")
    if not seccomp.is_available():
        raise IsolationError("seccomp filters are missing or blocked")
    if level is Level.STRICT:
        try:
            _run_apart(_try_namespaces)
        except IsolationError as error:
            raise IsolationError(f"namespaces are not available here: {error}") from None


def _describe(level: Level) -> LevelReport:
    try:
        _check_ingredients(level)
    except IsolationError as error:
        return LevelReport(level, False, (), str(error))
    return LevelReport(level, True, (), "")


def choose(requested: str) -> LevelReport:
    """Find the level to run student code at.

    Parameters
    ----------
    requested
        ``auto`` for the strongest level available, but never ``weak``; or a level's name.

    Returns
    -------
    LevelReport
        An available level, without `LevelReport.layers`.

    Raises
    ------
    ValueError
        If `requested` is no level.
    IsolationError
        If the level is not available, or for ``auto`` none that protects; the message ends with
        what to do.
    """
    if requested not in NAMES:
        raise ValueError(f"isolation must be one of {', '.join(NAMES)}, got {requested!r}")
    automatic = requested == AUTOMATIC
    candidates = (Level.STRICT, Level.STANDARD) if automatic else (Level(requested),)
    for level in candidates:
        report = _describe(level)
        if report.available:
            return report
    step = (
        "use --isolation weak for code you trust, or grade on Linux 5.13 or newer"
        if automatic
        else "use --isolation auto for what there is"
    )
    raise IsolationError(f"isolation {requested!r} is not available: {report.reason}; {step}")


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


def probe(level: Level) -> LevelReport:
    """Start a worker at `level` and report which layers refuse what they must.

    Returns
    -------
    LevelReport
        Available only if every layer of the level holds.
    """
    report = _describe(level)
    if not report.available:
        return report
    try:
        answer = json.loads(_run_apart(lambda: _probe_layers(level)))
    except IsolationError as error:
        return replace(report, available=False, reason=str(error))
    layers = tuple(LayerResult(*result) for result in answer)
    failed = ", ".join(f"{layer.name}: {layer.detail}" for layer in layers if not layer.works)
    return replace(report, available=not failed, layers=layers, reason=failed)

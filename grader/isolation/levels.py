"""Which level of isolation this machine offers, found out by trying.

`choose` asks the kernel whether the ingredients of a level are there, and for namespaces really
enters them in a child and mounts something, because that fails in ways no version number tells (a
container's seccomp profile, Ubuntu's AppArmor rule that lets a user namespace be made but not
used, a sysctl). Whether every layer bites is another question, which `grader.isolation.self_test`
answers. A worker (`grader.isolation.spawn`) runs nothing before every layer has reported success,
so that a wrong answer here never ends in a weaker one.
"""

import sys

from grader.isolation import landlock, seccomp
from grader.isolation.apart import finish, start
from grader.isolation.confinement import Level
from grader.isolation.failure import IsolationError
from grader.isolation.namespaces import enter_namespaces
from grader.isolation.root import mount_stage, prepare_stage
from grader.records import record

AUTOMATIC = "auto"
NAMES = (AUTOMATIC, *Level)

_NAMES_OF_SYSTEMS = {"darwin": "macOS", "win32": "Windows", "cygwin": "Cygwin"}
_LACKS = {
    Level.STRICT: "has neither namespaces nor Landlock nor seccomp",
    Level.STANDARD: "has neither Landlock nor seccomp",
}
"""What other systems than Linux do not have that a level is made of."""


@record
class LayerResult:
    """Whether one layer holds."""

    name: str
    """What is kept from the worker: ``files``, ``network``, ``memory`` ..."""
    works: bool
    """True if what the worker attempted was refused."""
    detail: str
    """How it was refused, or what could be done; one line."""


@record
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
    if level is Level.WEAK:
        return
    if sys.platform != "linux":
        raise IsolationError(f"{_NAMES_OF_SYSTEMS.get(sys.platform, sys.platform)} {_LACKS[level]}")
    if landlock.get_abi() < 1:
        raise IsolationError("Landlock is missing (Linux 5.13 or newer, enabled and not blocked)")
    if not seccomp.is_available():
        raise IsolationError("seccomp filters are missing or blocked")
    if level is Level.STRICT:
        try:
            finish(*start(_try_namespaces))
        except IsolationError as error:
            raise IsolationError(f"namespaces are not available here: {error}") from None


def describe(level: Level) -> LevelReport:
    """Say whether the ingredients of a level are there."""
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
        report = describe(level)
        if report.available:
            return report
    if sys.platform != "linux":
        step = (
            "grade other people's code on Linux: a virtual machine, a container or WSL 2 will do; "
            "for code you trust there are grade check and --isolation weak"
        )
    elif automatic:
        step = "use --isolation weak for code you trust, or grade on Linux 5.13 or newer"
    else:
        step = "use --isolation auto for what there is"
    raise IsolationError(f"isolation {requested!r} is not available: {report.reason}; {step}")

"""Makes the candidate of a submission: workers for its programmes, and what holds them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from grader.errors import SandboxError
from grader.isolation.confinement import Confinement, Level
from grader.isolation.failure import IsolationError
from grader.isolation.levels import choose
from grader.isolation.visible import default_read_only
from grader.model import Location, Status
from grader.settings import Limits

if TYPE_CHECKING:
    from grader.candidate.base import Failure
    from grader.candidate.conversation import Starter
    from grader.candidate.naming import Naming
    from grader.candidate.sandboxed import SandboxedCandidate
    from grader.course.catalogue import LoadedAssignment
    from grader.submission.locate import Located
    from grader.submission.overlay import Programme

_WORKER_LIFE = 3600
"""CPU seconds of a worker's whole life: a backstop behind the limit of each check."""
_SCRATCH_BYTES = 16 << 20
_SCRATCH_FILES = 512
_OPEN_FILES = 64
_FIRST_UID = 61_000
_UIDS = 3_000
"""User numbers of workers, by the grader's process: those of two at once differ, as a rule."""


def make_candidate(
    programmes: Sequence[Programme],
    located: Located,
    naming: Naming,
    starter: Starter,
    *,
    level: Level,
    limits: Limits,
    old_names: bool = True,
) -> SandboxedCandidate:
    """Return what answers calls on a submission; workers are started when they are asked.

    Parameters
    ----------
    programmes : sequence of Programme
        The submission's modules with what the course provides, as laid out.
    located : Located
        Where its targets are, and what cannot be read.
    naming : Naming
        The names that its functions and parameters go by.
    starter : Starter
        Starts the workers.
    level : Level
        How they are held.
    limits : Limits
        What a check may use.
    old_names : bool
        Whether ``xrange`` and the aliases that NumPy has removed work.
    """
    from grader.candidate.sandboxed import SandboxedCandidate, World

    confinement = confine(level, limits)
    worlds = [
        World(programme, starter, confinement, limits, old_names=old_names)
        for programme in programmes
    ]
    return SandboxedCandidate(worlds, naming, _describe_unreadable(located))


def choose_level(asked: str) -> Level:
    """Return the isolation that a name asks for.

    Raises
    ------
    SandboxError
        If this machine does not offer it.
    """
    try:
        return choose(asked).level
    except IsolationError as error:
        raise SandboxError(str(error)) from error


def confine(level: Level, limits: Limits) -> Confinement:
    """Return what holds a worker that runs student code."""
    return Confinement(
        level=level,
        read_only=() if level is Level.WEAK else default_read_only(),
        memory_bytes=limits.memory_bytes,
        cpu_seconds=_WORKER_LIFE,
        file_bytes=_SCRATCH_BYTES,
        open_files=_OPEN_FILES,
        scratch_bytes=_SCRATCH_BYTES,
        scratch_inodes=_SCRATCH_FILES,
        uid=_FIRST_UID + os.getpid() % _UIDS,
    )


def collect_keywords(chosen: Sequence[LoadedAssignment]) -> dict[str, tuple[str, ...]]:
    """Return the other names that editions of the assignments have for keyword parameters."""
    keywords: dict[str, tuple[str, ...]] = {}
    for loaded in chosen:
        for edition in loaded.assignment.editions:
            for name, others in edition.keywords.items():
                keywords[name] = tuple(dict.fromkeys((*keywords.get(name, ()), *others)))
    return keywords


def _describe_unreadable(located: Located) -> dict[str, Failure]:
    from grader.candidate.base import Failure

    failures = {}
    for target, problem in located.unreadable.items():
        kind = "Python 2 syntax" if problem.python2 else "a syntax error"
        message = f"{problem.file} has {kind} in line {problem.line}: {problem.message}."
        hint = "Which Python did you run this with? It is graded with Python 3."
        failures[target] = Failure(
            Status.ERRORED,
            message,
            location=Location(problem.file, problem.line),
            hint=hint if problem.python2 else "",
        )
    return failures

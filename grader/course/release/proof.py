"""Proves of a starter, in real workers, that it can be imported and earns nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from grader.candidate.base import CallFailed
from grader.candidate.world import World
from grader.candidate.zygote import Zygote
from grader.course.catalogue import LoadedAssignment
from grader.model import Status
from grader.pipeline import grade
from grader.sandboxing import choose_level, confine
from grader.settings import Limits
from grader.submission.archive import open_submission
from grader.submission.course_names import PROVIDED
from grader.submission.locate import Located, locate
from grader.submission.overlay import lay_out

_EXPECTED = frozenset({Status.MISSING, Status.NEEDS_REVIEW, Status.PASSED, Status.FAILED})
"""What checks may say of a starter: not written, to be read, given complete, or of no use."""


def prove_starter(
    loaded: LoadedAssignment, files: Mapping[str, bytes], *, isolation: str = "auto"
) -> list[str]:
    """Return what is wrong with a starter, in words; nothing if it is as it should be.

    Parameters
    ----------
    loaded : LoadedAssignment
        What it is graded for.
    files : mapping
        Its files, by path.
    isolation : str
        As for :func:`grader.pipeline.grade`.

    Raises
    ------
    AssignmentError
        If the assignment is wrong or its expected values are stale.
    SandboxError
        If code cannot be isolated as asked.
    """
    with tempfile.TemporaryDirectory(prefix="grade-") as folder:
        write_files(Path(folder), files)
        return [
            *_import_all(loaded, Path(folder), isolation),
            *_grade_it(loaded, Path(folder), isolation),
        ]


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files below a folder."""
    for path, content in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)


def _import_all(loaded: LoadedAssignment, folder: Path, isolation: str) -> list[str]:
    """Import every module in a worker, without the help that old submissions get."""
    submission = open_submission(folder)
    located = locate(submission, loaded.assignment.targets)
    problems = [f"the starter does not define {target}" for target in _lacking(located)]
    limits = Limits()
    with Zygote() as zygote:
        confinement = confine(choose_level(isolation), limits)
        for programme in lay_out(submission, located):
            bare = replace(programme, absent={})
            world = World(bare, zygote, confinement, limits, old_names=False)
            for module in programme.modules:
                try:
                    world.require(module.names[0])
                except CallFailed as failed:
                    problems.append(f"{module.path} cannot be imported: {failed.failure.message}")
            world.restart()
    return problems


def _lacking(located: Located) -> list[str]:
    return [t for t in located.missing if t.partition(":")[0] not in PROVIDED]


def _grade_it(loaded: LoadedAssignment, folder: Path, isolation: str) -> list[str]:
    report = grade(folder, [loaded.folder], isolation=isolation)
    problems = [
        f"the starter earns {check.score:g} points in {check.id}"
        for check in report.checks
        if check.score
    ]
    problems += [
        f"check {check.id} of the starter is {check.outcome.status.value}: {check.outcome.message}"
        for check in report.checks
        if check.outcome.status not in _EXPECTED
    ]
    return problems

"""From a submission to a report: reads, locates, starts workers, judges, adds up.

Nothing is printed or written here. Light modules come first: the worker's parent process is
started before NumPy is imported on this side, so that both load at the same time.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

import grader
from grader.candidate.zygote import Zygote
from grader.errors import SandboxError
from grader.isolation.confinement import Level
from grader.isolation.failure import IsolationError
from grader.isolation.self_test import SelfTest, find_next
from grader.model import (
    CheckResult,
    GraderInfo,
    Progress,
    Report,
    SourceText,
    Status,
    SubmissionInfo,
)
from grader.records import record
from grader.sandboxing import choose_level, collect_keywords, make_candidate
from grader.settings import Limits
from grader.submission.archive import Submission, open_submission
from grader.submission.locate import Located, locate

if TYPE_CHECKING:
    from grader.candidate.conversation import Starter
    from grader.course.catalogue import Shelf
    from grader.graded import Graded


@record
class _Settings:
    """How to grade, whatever is graded."""

    level: Level
    limits: Limits
    seed: int | None
    secrets: tuple[Path, ...]
    targets: tuple[str, ...]
    public_only: bool


@record
class _Tools:
    """What grading one submission needs."""

    starter: Starter
    shelf: Shelf
    settings: _Settings
    progress: Progress | None


def grade(
    submission: Path,
    assignments: Sequence[str | Path] = (),
    *,
    isolation: str = "auto",
    limits: Limits | None = None,
    seed: int | None = None,
    secrets: Sequence[Path] = (),
    progress: Progress | None = None,
) -> Report:
    """Grade one submission.

    Parameters
    ----------
    submission : Path
        An archive, a folder, a notebook or a Python file.
    assignments : sequence of str or Path
        Names or folders; by default those that the submission looks like.
    isolation : str
        ``auto``, ``strict``, ``standard`` or ``weak``.
    limits : Limits, optional
        Bounds of each check.
    seed : int, optional
        Seed of the inputs; by default each assignment's own.
    secrets : sequence of Path
        Secrets that hidden checks draw from; by default what lies beside each assignment.
    progress : callable, optional
        Called with what is being checked, how many checks are done, and how many there are.

    Raises
    ------
    SubmissionError
        If the submission cannot be read or looks like no assignment.
    AssignmentError
        If an assignment is wrong or its expected values are stale.
    SandboxError
        If student code cannot be isolated as asked.
    """
    with Grader(assignments, isolation=isolation, limits=limits, seed=seed, secrets=secrets) as one:
        return one.grade(submission, progress)


class Grader:
    """Grades one submission after the other: what does not depend on them is made ready once.

    Parameters
    ----------
    assignments, isolation, limits, seed, secrets
        As for :func:`grade`.
    targets : sequence of str
        Names of the only functions and classes whose checks are run; by default of all.
    public_only : bool
        Whether checks that are not public are left out.
    starter : Starter, optional
        What starts workers; by default the warm parent on Linux, plain processes elsewhere.

    Raises
    ------
    SandboxError
        If student code cannot be isolated as asked.
    """

    def __init__(
        self,
        assignments: Sequence[str | Path] = (),
        *,
        isolation: str = "auto",
        limits: Limits | None = None,
        seed: int | None = None,
        secrets: Sequence[Path] = (),
        targets: Sequence[str] = (),
        public_only: bool = False,
        starter: Starter | None = None,
    ) -> None:
        self._assignments = assignments
        if sys.platform != "linux":
            choose_level(isolation)  # says what is missing, before anything is missed
        self._starter = starter or _make_starter()  # first of all: it loads NumPy while we do
        try:
            level = choose_level(isolation)
            self._settings = _Settings(
                level, limits or Limits(), seed, tuple(secrets), tuple(targets), public_only
            )
            self._asked = isolation
            self._self_test = None if level is Level.WEAK else SelfTest(level)
        except BaseException:
            self._starter.close()
            raise
        self._shelf: Shelf | None = None

    def grade(self, submission: Path | Submission, progress: Progress | None = None) -> Report:
        """Grade one submission, as :func:`grade` does; it may have been read already."""
        from grader.course.catalogue import Shelf

        started = time.perf_counter()
        if not isinstance(submission, Submission):
            submission = open_submission(Path(submission))
        self._shelf = self._shelf or Shelf()
        self._await_self_test()
        tools = _Tools(self._starter, self._shelf, self._settings, progress)
        report = _grade(submission, self._assignments, tools)
        return replace(report, seconds=time.perf_counter() - started)

    def close(self) -> None:
        """End what starts workers."""
        if self._self_test is not None:
            self._self_test.wait()
        self._starter.close()

    def _await_self_test(self) -> None:
        """See that every layer of the level holds, else fall back as far as was asked for.

        Raises
        ------
        SandboxError
            If there is nothing to fall back to.
        """
        while self._self_test is not None:
            report = self._self_test.wait()
            self._self_test = None
            if report.available:
                return
            try:
                level = find_next(self._asked, report).level
            except IsolationError as error:
                raise SandboxError(str(error)) from error
            self._settings = replace(self._settings, level=level)
            self._self_test = SelfTest(level)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def _make_starter() -> Starter:
    if sys.platform != "linux":
        from grader.candidate.plain import PlainStarter

        return PlainStarter()
    return Zygote()


def _grade(handed_in: Submission, asked: Sequence[str | Path], tools: _Tools) -> Report:
    from grader.candidate.naming import Naming
    from grader.course.hand_in import expand, refuse_other_names, scale
    from grader.course.secret import find_secret, read_secrets
    from grader.graded import Graded, tell_once
    from grader.judge import Judge
    from grader.recognition import choose_assignments, tell_left_out, without_unasked
    from grader.selection import Selection
    from grader.static.code import Code
    from grader.submission.overlay import lay_out

    settings = tools.settings
    asked, points = expand(asked)
    chosen = choose_assignments(handed_in, asked, tools.shelf)
    refuse_other_names(points, (loaded.assignment.name for loaded in chosen))
    selection = Selection.of(
        settings.targets, (one.assignment for one in chosen), public_only=settings.public_only
    )
    secrets = read_secrets(settings.secrets, [one.assignment.name for one in chosen])
    targets = dict.fromkeys(t for loaded in chosen for t in loaded.assignment.known_targets)
    located = locate(handed_in, targets)
    programmes = lay_out(handed_in, located)
    naming = Naming(located.definitions, collect_keywords(chosen))
    old_names = all(loaded.assignment.old_names for loaded in chosen)
    candidate = make_candidate(
        programmes,
        located,
        naming,
        tools.starter,
        level=settings.level,
        limits=settings.limits,
        old_names=old_names,
    )
    judge = Judge.of(candidate, located.definitions, programmes)
    code = Code(located.definitions, located.sources)
    graded = []
    left_out: list[str] = []
    try:
        for loaded in (one for one in chosen if selection.concerns(one.assignment)):
            asked_for = loaded.assignment
            if not selection.targets:  # what is named is asked for, whatever the year
                asked_for = without_unasked(asked_for, handed_in, located)
                left_out += tell_left_out(loaded.assignment, asked_for)
            graded.append(
                Graded.of(
                    loaded,
                    selection.narrow(asked_for),
                    handed_in,
                    judge,
                    code,
                    seed=settings.seed,
                    secret=secrets.get(loaded.assignment.name) or find_secret(loaded.folder),
                    progress=tools.progress,
                    selection=selection,
                )
            )
            left_out += graded[-1].notes
    finally:
        candidate.restart()
    graded = tell_once(graded)
    report = _make_report(handed_in, located, graded, (*left_out, *naming.notes), settings)
    if selection.targets:
        wanted = tuple(target for target in report.missing if target in selection.targets)
        report = replace(report, missing=wanted)
    # A hand-in's table says what whole assignments count.
    return scale(report, points) if points and selection == Selection() else report


def _make_report(
    handed_in: Submission,
    located: Located,
    graded: Sequence[Graded],
    notes: tuple[str, ...],
    settings: _Settings,
) -> Report:
    infos = tuple(one.describe(located.edition) for one in graded)
    rows = graded if len(graded) == 1 else [one.prefixed() for one in graded]
    checks = tuple(check for one in rows for check in one.checks)
    files = {definition.file for definition in located.definitions.values()}
    first = graded[0].loaded.assignment
    asked = {target for one in graded for target in one.loaded.assignment.targets}
    return Report(
        assignments=infos,
        submission=SubmissionInfo(
            handed_in.name, handed_in.digest, located.edition, tuple(sorted(files))
        ),
        grader=GraderInfo(
            version=grader.__version__,
            python=".".join(map(str, sys.version_info[:3])),
            numpy=_numpy_version(),
            isolation=settings.level.value,
            seed=first.default_seed if settings.seed is None else settings.seed,
        ),
        questions=tuple(question for one in rows for question in one.questions),
        checks=checks,
        score=sum(info.score for info in infos),
        max_score=sum(info.max_score for info in infos),
        pending=sum(info.pending for info in infos),
        needs_regrade=any(c.outcome.status is Status.GRADER_ERROR for c in checks),
        warnings=(*handed_in.warnings, *located.warnings, *notes),
        missing=tuple(target for target in located.missing if target in asked),
        sources=_quote(checks, located),
    )


def _quote(checks: Sequence[CheckResult], located: Located) -> tuple[SourceText, ...]:
    """Return the functions in which checks failed; if none did, nothing is loaded for it."""
    if all(check.outcome.location is None for check in checks):
        return ()
    from grader.quoting import quote_functions

    return quote_functions(checks, located.sources)


def _numpy_version() -> str:
    import numpy as np

    return np.__version__

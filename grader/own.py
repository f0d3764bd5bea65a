"""Checks one's own code as it stands: public checks, without isolation, on any system."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from grader.model import Progress, Report
from grader.pipeline import Grader
from grader.settings import Limits
from grader.submission.archive import Submission

if TYPE_CHECKING:
    from grader.candidate.conversation import Starter

NOTICE = "Runs your code as it is, without isolation: only for code you trust."
_NOTE = "Checked without isolation, by public checks only: this is no grade."


def check_own_code(
    path: Path | Submission,
    assignments: Sequence[str | Path] = (),
    *,
    targets: Sequence[str] = (),
    limits: Limits | None = None,
    seed: int | None = None,
    progress: Progress | None = None,
    starter: Starter | None = None,
) -> Report:
    """Run the public checks on code that its owner trusts.

    Parameters
    ----------
    path : Path or Submission
        A folder, a notebook, a Python file or an archive; or one that has been read.
    assignments : sequence of str or Path
        Names or folders; by default those that the code looks like.
    targets : sequence of str
        Functions and classes to check, as ``affine_forward`` or ``layers:affine_forward``; by
        default all. The report holds the checks and points of these alone.
    limits : Limits, optional
        Bounds of each check; its CPU seconds go by the wall clock on macOS and Windows.
    seed : int, optional
        Seed of the inputs; by default each assignment's own.
    progress : callable, optional
        Called with what is being checked, how many checks are done, and how many there are.
    starter : Starter, optional
        What starts workers; by default what this system has.

    Raises
    ------
    SelectionError
        If no public check is about one of the targets.
    SubmissionError
        If the code cannot be read or looks like no assignment.
    AssignmentError
        If an assignment is wrong or its expected values are stale.
    SandboxError
        If no worker can be started.
    """
    with Grader(
        assignments,
        isolation="weak",
        limits=limits,
        seed=seed,
        targets=targets,
        public_only=True,
        starter=starter,
    ) as one:
        report = one.grade(path, progress)
    return replace(report, warnings=(_NOTE, *report.warnings))


def check_command(
    path: Path | None,
    assignments: Sequence[str | Path] = (),
    *,
    targets: Sequence[str] = (),
    timeout: float | None = None,
    seed: int | None = None,
) -> str:
    """Return the shell command that checks the same again, or the magic that does.

    Parameters
    ----------
    path : Path, optional
        What was checked; None for the session that the magic is of.
    assignments, targets, seed
        As for :func:`check_own_code`.
    timeout : float, optional
        Seconds that one check may take, if they were asked for.
    """
    words = [word for each in assignments for word in ("--assignment", str(each))]
    if timeout is not None:
        words += ["--timeout", f"{timeout:.10g}"]
    if seed is not None:
        words += ["--seed", str(seed)]
    if path is None:
        return f"%grade {shlex.join([*targets, *words])}".rstrip()
    # A target that a file is called like has to be named as one.
    words += [
        word
        for each in targets
        for word in (("--target", each) if os.path.lexists(each) else (each,))
    ]
    if path != Path():
        name = str(path)
        # A path is told from a target by being there, by a slash or by a dot.
        words += ["--", name] if name.startswith("-") else [name]
    return shlex.join(["grade", "check", *words])

"""Grades one submission where Gradescope put it, and always leaves results behind."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import GraderError, SandboxError, SubmissionError
from grader.gradescope import results
from grader.gradescope.metadata import FILE, DamagedMetadataError, Metadata, read_metadata
from grader.gradescope.settings import Settings, read_settings
from grader.model import Audience
from grader.report.untrusted import printable

if TYPE_CHECKING:
    from grader.model import Report

ROOT = "AUTOGRADER_ROOT"
"""Variable that names Gradescope's folder where it is another than theirs."""
_THEIRS = "/autograder"
_BROKEN = 70


def run() -> int:
    """Grade the submission below Gradescope's folder.

    What is printed goes to course staff alone; students read ``results.json``.

    Returns
    -------
    int
        0 if it was graded or cannot be because of what was handed in; something else if the
        fault is ours, in which case the results say that there is no grade yet.
    """
    root = Path(os.environ.get(ROOT, _THEIRS))
    file = root / "results" / results.FILE
    try:
        metadata = _read_metadata(root / FILE)
        settings = read_settings(root / "source")
        text = _grade(root / "submission", settings, metadata)
    except Exception as error:  # noqa: BLE001 - no student may lose a grade by our fault
        results.save(file, results.read_not_graded())
        _explain(error)
        return error.exit_code if isinstance(error, GraderError) else _BROKEN
    results.save(file, text)
    return 0


def _read_metadata(file: Path) -> Metadata | None:
    """Return what Gradescope tells; None if it cannot be read, so that nothing is ever due."""
    try:
        return read_metadata(file)
    except DamagedMetadataError as error:
        _say(f"{error}. What is shown once the assignment is due is not shown.")
        return None


def _grade(submission: Path, settings: Settings, metadata: Metadata | None) -> str:
    from grader.pipeline import grade

    if not submission.is_dir():
        raise SandboxError(f"there is no folder {submission}, which is no fault of the student's")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    told = metadata or Metadata()
    try:
        report = grade(
            submission,
            [settings.assignment],
            isolation=settings.isolation,
            limits=settings.limits,
        )
    except SubmissionError as error:
        _say(f"The submission cannot be graded: {error}")
        return results.tell_unreadable(str(error), told)
    _tell_staff(report, settings, told)
    try:
        return results.tell_report(report, metadata)
    except Exception as error:  # noqa: BLE001 - the score is known, whatever its report lacks
        _explain(error)
        return results.tell_score(report, told)


def _tell_staff(report: Report, settings: Settings, metadata: Metadata) -> None:
    """Print the whole report, hidden checks included."""
    from grader.report.terminal import render
    from grader.report.visibility import Reader

    try:
        sys.stdout.write(render(report, Reader(Audience.INSTRUCTOR)))
    except Exception as error:  # noqa: BLE001 - nobody's grade hangs on this
        _explain(error)
    if metadata.total_points is not None and metadata.total_points != report.max_score:
        _say(
            f"Gradescope counts {metadata.total_points:g} points for the assignment, "
            f"{settings.assignment} has {report.max_score:g}."
        )


def _explain(error: Exception) -> None:
    """Tell staff what broke: where, unless it is one of the errors that say it all."""
    if isinstance(error, GraderError):
        _say(f"Not graded: {error}")
    else:
        sys.stdout.write("".join(traceback.format_exception(error)))
        _say("Not graded: the grader broke. Please report it with the lines above.")


def _say(message: str) -> None:
    sys.stdout.write(f"grade: {printable(message, limit=2000)}\n")
    sys.stdout.flush()

"""Checks one's own code from a notebook cell or a test, and gives what shows itself there."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.errors import SandboxError
from grader.model import Progress, Report, Status
from grader.own import check_command, check_own_code
from grader.records import record
from grader.report.terminal import Detail, render
from grader.report.visibility import shown
from grader.settings import Limits

if TYPE_CHECKING:
    from grader.session import Session

_PASSING = frozenset({Status.PASSED, Status.NEEDS_REVIEW})


@record
class Checked:
    """What checking one's own code gave. It is no grade: its owner ran it.

    As text it is the report that a terminal shows; notebooks show the same below the cell.
    """

    report: Report
    """What a student may read of it."""
    command: str = ""
    """What checks the same again."""
    verbose: bool = False
    """Whether passed checks and versions are shown too."""

    @property
    def score(self) -> float:
        """Points earned."""
        return self.report.score

    @property
    def max_score(self) -> float:
        """Points to be earned, those that a person gives included."""
        return self.report.max_score

    @property
    def percent(self) -> float:
        """Points earned, in percent."""
        return self.report.percent

    @property
    def passed(self) -> bool:
        """Whether all is right that can be checked without a person."""
        return all(check.outcome.status in _PASSING for check in self.report.checks)

    def out_of(self, points: float) -> float:
        """Return the share that was earned of some points, from 0 to all of them.

        As the last line of a cell of nbgrader's tests it gives partial credit. Points that a
        person has to give are not counted.

        Parameters
        ----------
        points : float
            What the cell is worth.

        Raises
        ------
        ValueError
            If they are negative.
        SandboxError
            If the grader itself broke, which costs nobody points.
        """
        if not points >= 0:
            raise ValueError(f"points is {points!r}, expected a number from 0 up")
        self.require_final()
        judged = self.report.max_score - self.report.pending
        share = min(1.0, self.report.score / judged) if judged > 0 else float(self.passed)
        return float(points) if self.passed else points * share

    def require_final(self) -> None:
        """Raise an error if the grader broke.

        Raises
        ------
        SandboxError
            If any check ended by a fault of the grader.
        """
        if self.report.needs_regrade:
            raise SandboxError(
                "the grader itself broke on a check, which is no mistake of yours; run this "
                "again, and report it if it stays"
            )

    def __repr__(self) -> str:
        return self._render(colour=False).rstrip("\n")

    def _repr_html_(self) -> str:
        from grader.report.coloured import write_block

        return write_block(self._render(colour=True))

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Write it for IPython, in colours on a terminal."""
        del cycle
        colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        printer.text(self._render(colour=colour).rstrip("\n"))

    def _render(self, *, colour: bool) -> str:
        detail = Detail.EVERYTHING if self.verbose else Detail.FAILURES
        return render(self.report, colour=colour, detail=detail, command=self.command)


def check(
    *targets: str,
    path: str | Path | None = None,
    assignment: str | Path | Sequence[str | Path] = (),
    seed: int | None = None,
    timeout: float | None = None,
    verbose: bool = False,
    progress: Progress | None = None,
) -> Checked:
    """Run the public checks on one's own code, in a process of its own.

    Without a path it is the files of the present folder as they are on disk and, within IPython,
    the functions that the session's cells defined. Where a function was defined in a cell and is
    still what its name means, that definition counts before any file; where the name was
    imported, or is not known in the session, the file counts, whether it was imported again since
    it was edited or not.

    Parameters
    ----------
    *targets : str
        Functions and classes, as ``affine_forward`` or ``layers:affine_forward``; none for all.
    path : str or Path, optional
        A folder, a notebook, a Python file or an archive, which alone is checked.
    assignment : str, Path or sequence of these
        Names or folders; by default those that the code looks like.
    seed : int, optional
        Seed of the inputs; by default the assignment's own.
    timeout : float, optional
        Seconds that one check may take; by default 30.
    verbose : bool
        Whether what is shown tells of passed checks and versions, too.
    progress : callable, optional
        Called with what is being checked, how many checks are done, and how many there are.

    Returns
    -------
    Checked
        With ``score``, ``max_score``, ``percent`` and ``passed``; ``print`` shows what is wrong.

    Raises
    ------
    ValueError
        If the time is not above 0.
    SelectionError
        If no public check is about one of the targets.
    SubmissionError
        If the code cannot be read or looks like no assignment.
    AssignmentError
        If an assignment is wrong or its expected values are stale.
    SandboxError
        If no worker can be started.
    """
    if timeout is not None and not timeout > 0:
        raise ValueError(f"timeout is {timeout!r}, expected seconds above 0")
    assignments = (assignment,) if isinstance(assignment, str | Path) else tuple(assignment)
    session = _find_session() if path is None else None
    folder = Path(path or ".")
    opened = session.open(folder) if session is not None else None
    # A reference that stands in draws its weights in this process, from seeds of its own.
    drawn = np.random.get_state()  # noqa: NPY002 - the session's, which must go on as it was
    try:
        report = check_own_code(
            opened or folder,
            assignments,
            targets=targets,
            limits=Limits() if timeout is None else Limits(cpu_seconds=timeout),
            seed=seed,
            progress=progress,
        )
    finally:
        np.random.set_state(drawn)  # noqa: NPY002
    if session is not None and opened is not None:
        about = dict.fromkeys(target for row in report.checks for target in row.targets)
        notes = session.tell_unchecked(opened, folder, about)
        report = replace(report, warnings=(*report.warnings, *notes))
    command = check_command(
        folder if session is None else None,
        assignments,
        targets=targets,
        timeout=timeout,
        seed=seed,
    )
    return Checked(shown(report), command, verbose)


def assert_passes(
    *targets: str,
    path: str | Path | None = None,
    assignment: str | Path | Sequence[str | Path] = (),
    seed: int | None = None,
    timeout: float | None = None,
) -> None:
    """Raise an error that tells what is wrong, unless all public checks pass.

    Parameters
    ----------
    *targets, path, assignment, seed, timeout
        As for :func:`check`, which may raise its errors here, too.

    Raises
    ------
    AssertionError
        If any check fails; its message is the report.
    SandboxError
        If the grader itself broke, or no worker can be started.
    """
    __tracebackhide__ = True  # pytest shows where the test stands
    result = check(*targets, path=path, assignment=assignment, seed=seed, timeout=timeout)
    result.require_final()
    if not result.passed:
        raise AssertionError(f"\n{result}")


def _find_session() -> Session | None:
    from grader.session import find_session

    return find_session()

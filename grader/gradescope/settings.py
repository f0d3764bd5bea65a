"""What an autograder was made with, kept in a file of its zip."""

from __future__ import annotations

import json
from pathlib import Path

from grader import __version__
from grader.errors import AssignmentError
from grader.records import record
from grader.settings import Limits

FILE = "settings.json"


@record
class Settings:
    """How every submission is graded."""

    assignment: str
    """Name of an assignment, or of a hand-in, that is packed with the grader."""
    isolation: str = "auto"
    cpu_seconds: float = Limits().cpu_seconds
    """CPU seconds that one check may take."""

    @property
    def limits(self) -> Limits:
        """Bounds of each check."""
        return Limits(cpu_seconds=self.cpu_seconds)


def write_settings(settings: Settings) -> str:
    """Return the text of the file."""
    return (
        json.dumps(
            {
                "grade": __version__,
                "assignment": settings.assignment,
                "isolation": settings.isolation,
                "cpu_seconds": settings.cpu_seconds,
            },
            indent=1,
        )
        + "\n"
    )


def read_settings(folder: Path) -> Settings:
    """Return what a folder's file says.

    Raises
    ------
    AssignmentError
        If it is absent or damaged.
    """
    path = folder / FILE
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return Settings(str(data["assignment"]), str(data["isolation"]), float(data["cpu_seconds"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise AssignmentError(
            f"{path} is absent or damaged: make the autograder again with grade gradescope"
        ) from error

"""Finds a renderer by the name of its format, without importing the others."""

from __future__ import annotations

from importlib import import_module
from typing import Protocol

from grader.model import Report
from grader.report.visibility import STUDENT, Reader


class Renderer(Protocol):
    """Writes a report in one format."""

    def __call__(self, report: Report, reader: Reader = STUDENT, /) -> str:
        """Return `report` with what `reader` may see."""


_MODULES = {
    "classroom50": "grader.report.classroom50",
    "csv": "grader.report.csv_report",
    "github": "grader.report.github",
    "gradescope": "grader.report.gradescope",
    "html": "grader.report.html",
    "json": "grader.report.json_report",
    "junit": "grader.report.junit",
    "markdown": "grader.report.markdown",
    "terminal": "grader.report.terminal",
}


def format_names() -> tuple[str, ...]:
    """Return the names of all formats, in alphabetical order."""
    return tuple(sorted(_MODULES))


def renderer(name: str) -> Renderer:
    """Return the function that renders a report in a format.

    Parameters
    ----------
    name : str
        One of :func:`format_names`.

    Returns
    -------
    Renderer
        Returns text ready to be written as UTF-8.

    Raises
    ------
    ValueError
        If there is no such format.
    """
    if name not in _MODULES:
        raise ValueError(f"format is {name!r}, expected one of: {', '.join(format_names())}")
    render: Renderer = import_module(_MODULES[name]).render
    return render

"""Finds a renderer by the name of its format, without importing the others."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from grader.model import Report

_MODULES = {
    "json": "grader.report.json_report",
    "terminal": "grader.report.terminal",
}


def format_names() -> tuple[str, ...]:
    """Return the names of all formats, in alphabetical order."""
    return tuple(sorted(_MODULES))


def renderer(name: str) -> Callable[[Report], str]:
    """Return the function that renders a report in a format.

    Parameters
    ----------
    name : str
        One of :func:`format_names`.

    Returns
    -------
    callable
        Takes a `Report`, returns text ready to be written as UTF-8.

    Raises
    ------
    ValueError
        If there is no such format.
    """
    if name not in _MODULES:
        raise ValueError(f"format is {name!r}, expected one of: {', '.join(format_names())}")
    render: Callable[[Report], str] = import_module(_MODULES[name]).render
    return render

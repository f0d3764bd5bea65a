from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader.report.registry import format_names, renderer

if TYPE_CHECKING:
    from grader.model import Report


@pytest.mark.parametrize("name", format_names())
def test_every_format_renders(report: Report, name: str) -> None:
    """Every registered name gives a function from a report to text that can be written."""
    text = renderer(name)(report)
    assert text.endswith("\n")
    text.encode("utf-8")


def test_an_unknown_format_names_the_known_ones() -> None:
    """A misspelt format is refused with the choices."""
    with pytest.raises(ValueError, match="'jsn', expected one of: classroom50, csv, github"):
        renderer("jsn")

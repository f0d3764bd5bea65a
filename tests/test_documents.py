"""Pages that name checks name those that there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from grader.course.catalogue import assignment_names, load_assignment

PAGE = Path(__file__).parent.parent / "docs" / "statements.md"


def read_sections() -> list[tuple[list[str], list[str]]]:
    """Return the assignments of each table, and the checks that it names."""
    sections: list[tuple[list[str], list[str]]] = []
    known = set(assignment_names())
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        named = [name for name in re.findall(r"`([^`]+)`", line) if name in known]
        if line.startswith(("## ", "Only in ", "In ")) and named:
            sections.append((named, []))
        elif line.startswith("| ") and sections:
            sections[-1][1].extend(re.findall(r"`([^`]+)`", line.split(" | ")[-1]))
    return sections


SECTIONS = read_sections()


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: "+".join(section[0]))
def test_every_check_that_a_statement_names_is_there(
    section: tuple[list[str], list[str]],
) -> None:
    """Each assignment of a table has every check of it."""
    names, checks = section
    assert checks
    for name in names:
        assert set(checks) <= {check.id for check in load_assignment(name).assignment.checks}


def test_every_assignment_has_its_statements() -> None:
    """No assignment is left out of the page."""
    assert {name for names, _ in SECTIONS for name in names} == set(assignment_names())

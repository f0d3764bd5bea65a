from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from grader.cli import main
from grader.course.assignment import Assignment
from grader.course.catalogue import assignments_folder, load_assignment
from grader.model import Kind


def judged_in_cells(assignment: Assignment) -> set[str]:
    """Return the functions that cells of notebooks judge."""
    cells = (check for check in assignment.checks if check.kind is Kind.NOTEBOOK_CELL)
    return {target for check in cells for target in check.targets}


@pytest.mark.parametrize("name", ["fully_connected", "softmax"])
def test_a_released_handout_can_be_imported_and_judges_the_same_functions(
    name: str, tmp_path: Path
) -> None:
    """What was released is a natural handout: import finds its stubs and cells again."""
    folder = tmp_path / "course" / name
    shutil.copytree(assignments_folder() / name, folder)
    assert main(["regenerate", str(folder)]) == 0
    assert main(["release", str(folder), "--into", str(tmp_path / "out")]) == 0
    draft = tmp_path / "draft"
    assert main(["import", str(tmp_path / "out/starter.zip"), "--into", str(draft)]) == 0
    assert main(["validate", str(draft), "--seeds", "1"]) == 0
    original = load_assignment(folder).assignment
    imported = load_assignment(draft).assignment
    assert judged_in_cells(imported) == judged_in_cells(original)
    assert judged_in_cells(original)

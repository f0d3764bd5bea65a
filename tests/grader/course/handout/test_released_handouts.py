from pathlib import Path

from grader.checks.cells import CellCheck
from grader.cli.entry import main
from grader.course.catalogue import load_assignment


def judged_in_cells(folder: str | Path) -> set[str]:
    """Return the targets that an assignment's notebook cells judge."""
    checks = load_assignment(folder).assignment.checks
    cells = [check for check in checks if isinstance(check, CellCheck)]
    return {target for check in cells for target in check.targets}


def test_a_released_handout_comes_back_as_an_assignment_on_the_same_functions(
    tmp_path: Path,
) -> None:
    """What was released for students is imported, and its cells judge what they judged before."""
    assert main(["release", "fully_connected", "--into", str(tmp_path / "out")]) == 0
    starter = tmp_path / "out" / "starter.zip"
    draft = tmp_path / "week3"
    assert main(["import", str(starter), "--into", str(draft), "--quiet"]) == 0
    assert judged_in_cells(draft) == judged_in_cells("fully_connected")
    assert "0 comparisons left unjudged" in (draft / "IMPORT.md").read_text(encoding="utf-8")

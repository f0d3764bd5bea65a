"""Makes an nbgrader course whose one assignment is the notebook's nine checks as graded cells.

Usage: python benchmarks/nbgrader_course.py COURSE PACKAGE, where COURSE is the folder to fill and
PACKAGE the folder that holds ``cs231n``. It needs nbformat.
"""

import ast
import shutil
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

ASSIGNMENT = "fully_connected"
_CHECKS = Path(__file__).with_name("notebook_checks.py")
_METADATA = {
    "schema_version": 3,
    "cell_type": "code",
    "grade": True,
    "solution": False,
    "task": False,
    "locked": True,
    "points": 1,
}


def make_course(course: Path, package: Path) -> None:
    """Write a course folder with one release to generate and one submission to grade.

    Parameters
    ----------
    course : Path
        Folder to write to.
    package : Path
        Folder that holds the student's package, which is handed in beside the notebook.
    """
    text = _CHECKS.read_text(encoding="utf-8")
    for folder in ("source", "submitted/student"):
        place = course / folder / ASSIGNMENT
        shutil.copytree(package, place)
        nbformat.write(_make_notebook(text), place / "checks.ipynb")
    config = "c = get_config()\nc.CourseDirectory.course_id = 'benchmark'\n"
    (course / "nbgrader_config.py").write_text(config, encoding="utf-8")


def _make_notebook(text: str) -> nbformat.NotebookNode:
    """Return one set-up cell, and a graded cell that defines and runs each check."""
    setup, cells = [], []
    for node in ast.parse(text).body:
        source = ast.get_source_segment(text, node) or ""
        name = getattr(node, "name", "")
        if name.startswith("check_"):
            cell = new_code_cell(f"{source}\n\n\n{name}()", id=name.replace("_", "-"))
            cell.metadata["nbgrader"] = {**_METADATA, "grade_id": name}
            cells.append(cell)
        else:
            setup.append(source)
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(
        cells=[new_code_cell("\n".join(setup), id="setup"), *cells],
        metadata={"kernelspec": kernel},
    )


if __name__ == "__main__":
    make_course(Path(sys.argv[1]), Path(sys.argv[2]))

"""A course of the real nbgrader whose tests call the grader: run by ``tox run -e nbgrader``."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

pytest.importorskip("nbgrader", reason="tox run -e nbgrader has it")

EXPECTED = {"right": (4.0, 4.0), "half": (2.0, 3.9), "nothing": (0.0, 0.0), "files": (4.0, 4.0)}
"""Lowest and highest points, by student."""


def make_notebook(answers: tuple[str, str], tests: str) -> Any:
    """Return a notebook with two cells to be solved and a cell of tests for four points."""
    cells = [nbformat.v4.new_code_cell(source) for source in (*answers, tests)]
    for number, cell in enumerate(cells):
        is_test = number == 2
        cell.metadata["nbgrader"] = {
            "schema_version": 3,
            "grade_id": f"affine-{number}",
            "grade": is_test,
            "solution": not is_test,
            "locked": is_test,
            "task": False,
            **({"points": 4} if is_test else {}),
        }
    return nbformat.v4.new_notebook(
        cells=cells,
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
        },
    )


@pytest.fixture(scope="module")
def scores(
    tmp_path_factory: pytest.TempPathFactory,
    layers: str,
    answers: dict[str, tuple[str, str]],
    example: Callable[[str], str],
    kernel_environment: dict[str, str],
) -> dict[str, dict[str, str]]:
    """Return the rows of the gradebook that nbgrader wrote, by student."""
    course = tmp_path_factory.mktemp("course")
    (course / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.course_id = 'networks'\n"
    )

    programs = Path(sys.executable).parent

    def nbgrader(*arguments: str) -> None:
        ended = subprocess.run(
            [sys.executable, "-m", "nbgrader", *arguments],
            cwd=course,
            # It calls programs that are installed beside it by their names.
            env={
                **os.environ,
                **kernel_environment,
                "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            },
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr

    def write(folder: Path, name: str) -> None:
        folder.mkdir(parents=True)
        nbformat.write(make_notebook(answers[name], example("In nbgrader")), folder / "Week1.ipynb")

    write(course / "source" / "week1", "nothing")
    nbgrader("generate_assignment", "week1")
    for name in answers:
        write(course / "submitted" / name / "week1", name)
    (course / "submitted" / "files" / "week1" / "layers.py").write_text(layers)
    nbgrader("autograde", "week1")
    nbgrader("export", "--to", "grades.csv")
    with (course / "grades.csv").open(newline="") as table:
        return {row["student_id"]: row for row in csv.DictReader(table)}


@pytest.mark.parametrize("name", EXPECTED)
def test_the_gradebook_has_the_share_that_was_earned(
    name: str, scores: dict[str, dict[str, str]]
) -> None:
    """Of four points, by what is right, in cells and in files."""
    lowest, highest = EXPECTED[name]
    assert lowest <= float(scores[name]["score"]) <= highest
    assert float(scores[name]["max_score"]) == 4.0

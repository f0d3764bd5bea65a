"""What students install: what it does not hold, and what it does where nothing else is."""

from __future__ import annotations

import json
import subprocess
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import grader
from grader.course.catalogue import assignment_names, load_assignment
from grader.model import Report
from grader.own import check_own_code
from grader.settings import Visibility

ROOT = Path(__file__).parent.parent.parent
RunGrade = Callable[..., "subprocess.CompletedProcess[str]"]
LEFT_OUT = (
    *("assignments", "course/handout", "course/release", "course/starter", "families"),
    "gradescope",
)


def read_project(folder: Path) -> dict[str, Any]:
    """Return what a folder's pyproject.toml declares of its package."""
    text = (folder / "pyproject.toml").read_text(encoding="utf-8")
    project: dict[str, Any] = tomllib.loads(text)["project"]
    return project


def test_wheel_is_pure(student_wheel: Path) -> None:
    """It needs no compiler and fits every system, and its command is ``grade``."""
    assert student_wheel.name == f"grade_student-{grader.__version__}-py3-none-any.whl"
    with zipfile.ZipFile(student_wheel) as wheel:
        information = f"grade_student-{grader.__version__}.dist-info"
        tags = wheel.read(f"{information}/WHEEL").decode()
        commands = wheel.read(f"{information}/entry_points.txt").decode()
        licence = wheel.read(f"{information}/licenses/LICENSE").decode()
    assert "Root-Is-Purelib: true" in tags
    assert "Tag: py3-none-any" in tags
    assert "grade = grader.cli:main" in commands
    assert licence == (ROOT / "LICENSE").read_text()


def test_wheel_holds_no_answers(student_wheel: Path) -> None:
    """No reference, no assignment, no expected value, no hidden check and nothing compiled."""
    with zipfile.ZipFile(student_wheel) as wheel:
        names = wheel.namelist()
    tops = {name.split("/")[0] for name in names}
    assert tops == {"grader", f"grade_student-{grader.__version__}.dist-info"}
    suffixes = {Path(name).suffix for name in names}
    assert suffixes.isdisjoint({".npz", ".npy", ".ipynb", ".so", ".pyd", ".pyx", ".c", ".pyc"})
    assert [name for name in names if name.startswith(tuple(f"grader/{n}" for n in LEFT_OUT))] == []


def test_wheel_names_nothing_hidden(student_wheel: Path) -> None:
    """No file declares a hidden check, and no file names one of any assignment."""
    hidden = {
        check.id.encode()
        for name in assignment_names()
        for check in load_assignment(name).assignment.checks
        if check.visibility is not Visibility.PUBLIC
    }
    assert hidden
    with zipfile.ZipFile(student_wheel) as wheel:
        for name in wheel.namelist():
            content = wheel.read(name)
            assert b"visibility=Visibility.HIDDEN" not in content, name
            assert [each for each in hidden if b'"%b"' % each in content] == [], name


def test_wheel_holds_all_the_rest(student_wheel: Path) -> None:
    """Every other file of the grader is there: modules, templates, schemas; no module is old."""
    package = ROOT / "grader"
    with zipfile.ZipFile(student_wheel) as wheel:
        held = {name.removeprefix("grader/") for name in wheel.namelist()}
    files = (path for path in package.rglob("*") if path.is_file())
    sources = {file.relative_to(package).as_posix() for file in files if file.suffix != ".pyc"}
    missing = {name for name in sources - held if not name.startswith(LEFT_OUT)}
    assert missing == set()
    assert "left_by_an_earlier_build.py" not in held
    assert "report/report.schema.json" in held


def test_packages_need_the_same() -> None:
    """What both wheels have in common is written down twice, and does not differ."""
    whole, student = map(read_project, (ROOT, ROOT / "packaging" / "student"))
    for key in ("authors", "dependencies", "license", "requires-python", "scripts"):
        assert whole[key] == student[key], key


@pytest.fixture(scope="module")
def whole(submissions: dict[str, Path]) -> dict[str, Report]:
    """Return what public checks give with everything installed."""
    return {name: check_own_code(path, ["softmax"]) for name, path in submissions.items()}


@pytest.mark.parametrize("work", ["correct", "broken"])
@pytest.mark.parametrize("command", [["check"], []])
def test_bundle_gives_the_same_score_without_the_reference(
    command: list[str],
    work: str,
    run_student: RunGrade,
    bundle: Path,
    submissions: dict[str, Path],
    whole: dict[str, Report],
    tmp_path: Path,
) -> None:
    """Public checks earn what they earn with everything installed."""
    options = ["--assignment", str(bundle), "--format", "json"]
    done = run_student(*command, str(submissions[work]), *options, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    rows = {row["id"]: (row["status"], row["score"]) for row in found["checks"]}
    assert rows == {row.id: (row.outcome.status, row.score) for row in whole[work].checks}
    assert ("failed" in {row["status"] for row in found["checks"]}) == (work == "broken")
    assert (found["grader"]["isolation"] == "weak") == bool(command)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["regenerate"], 2, "grade regenerate is for staff"),
        (["validate", "softmax"], 2, "grade validate is for staff"),
        (["release", "softmax", "--into", "out"], 2, "grade release is for staff"),
        (["list"], 0, "No assignments came with this installation"),
        (["show", "softmax"], 4, "none came with this installation"),
        (["check", "."], 3, "none came with this installation"),
    ],
)
def test_what_needs_more_says_so(
    arguments: list[str], code: int, said: str, run_student: RunGrade, tmp_path: Path
) -> None:
    """One line tells that this installation is the students' own."""
    (tmp_path / "layers.py").write_text("def affine_forward(x, w, b):\n    return x, None\n")
    done = run_student(*arguments, cwd=tmp_path)
    assert done.returncode == code
    assert said in done.stdout + done.stderr
    told = [line for line in done.stderr.splitlines() if "without isolation" not in line]
    assert len(told) <= 1

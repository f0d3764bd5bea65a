"""The command of the action, where what GitHub names cannot be written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader.cli import main
from grader.course.bundle import BUNDLE, write_declaration
from grader.course.catalogue import load_assignment
from grader.course.expected import FILE, compute, pack

TINY = """\
from grader import Assignment, FunctionCall, Question, ValueCheck, normal

relu = ValueCheck(
    id="relu_forward",
    experiment=FunctionCall(
        target="layers:relu_forward", arguments={"x": normal(3, 4)}, results={"out": (0,)}
    ),
    points={"out": 4},
)
assignment = Assignment(
    name="tiny",
    title="ReLU",
    notebooks=("OnlyReLU",),
    questions=(Question(id="relu", title="ReLU", checks=(relu,)),),
)
"""
RIGHT = "import numpy as np\n\n\ndef relu_forward(x):\n    return np.maximum(x, 0), x\n"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Go to a repository with a right submission and the course's bundle, as the action does."""
    (tmp_path / "declared").mkdir()
    (tmp_path / "declared" / "assignment.py").write_text(TINY)
    assignment = load_assignment(tmp_path / "declared").assignment
    values = pack(compute(assignment, assignment.default_seed))
    folder = tmp_path / "repository"
    (folder / "bundle").mkdir(parents=True)
    (folder / "bundle" / FILE).write_bytes(values)
    (folder / "bundle" / BUNDLE).write_text(write_declaration(assignment, values))
    (folder / "layers.py").write_text(RIGHT)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("RUNNER_TEMP", str(tmp_path))
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))
    return folder


def run(*arguments: str) -> int:
    """Run the command on the repository that this is in."""
    return main(["ci", "--bundle", "bundle", "--isolation", "weak", *arguments])


@pytest.mark.parametrize("variable", ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"])
@pytest.mark.parametrize("name", ["absent/file", "declared"])
def test_what_cannot_be_written_is_one_line_and_the_grade_is_kept(
    repository: Path,
    variable: str,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Whichever of GitHub's files it is, the other and the report are written."""
    root = repository.parent
    monkeypatch.setenv(variable, str(root / name))
    assert run() == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert said.startswith(f"grade: cannot write {root / name}, which {variable} names: ")
    assert json.loads((root / "grade.json").read_text())["score"] == 4
    if variable == "GITHUB_OUTPUT":
        assert "This score is advisory" in (root / "summary").read_text()
    else:
        assert "score<<" in (root / "output").read_text()


def test_what_cannot_be_graded_is_told_although_the_summary_cannot_be_written(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The exit code is that of why nothing was graded."""
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(repository))
    (repository / "bundle" / FILE).unlink()
    assert run() == 4
    assert "expected.npz: it cannot be read" in capsys.readouterr().err

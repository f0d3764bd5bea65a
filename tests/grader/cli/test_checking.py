"""The command for one's own code, in real folders and as on another system."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import grader
from grader.candidate.plain import PlainStarter
from grader.cli import main
from grader.model import Status
from grader.own import NOTICE, check_own_code
from grader.settings import Limits

ROOT = Path(grader.__file__).parent.parent
CORRECT = ROOT / "examples" / "submission"
PROGRAM = Path(__file__).with_name("other_system_program.py")
SAID = f"grade: {NOTICE}\n"

MIXED = """\
import os, sys
import numpy as np


def affine_forward(x, w, b):
    print("x" * 1_000_000)
    return x.reshape(x.shape[0], -1).dot(w) + b, (x, w, b)


def affine_backward(dout, cache):
    raise KeyError("cache")


def relu_forward(x):
    while True:
        x = np.maximum(0, x)


def svm_loss(x, y):
    os._exit(0)
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Go to a folder of one's own with a complete solution."""
    shutil.copytree(CORRECT, tmp_path / "own")
    monkeypatch.chdir(tmp_path / "own")
    return tmp_path / "own"


def run_elsewhere(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program as on a system that has nothing of what Linux alone has."""
    return subprocess.run(
        [sys.executable, "-W", "error", str(PROGRAM), *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def read(out: str) -> dict[str, Any]:
    """Return a report that was printed as JSON."""
    document: dict[str, Any] = json.loads(out)
    return document


def test_this_folder_is_checked(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All is right, one line says that nothing is isolated, and no file is left."""
    before = sorted(own.rglob("*"))
    assert main(["check"]) == 0
    captured = capsys.readouterr()
    assert captured.err == SAID
    assert "100 %" in captured.out
    assert "this is no grade" in captured.out
    assert "grade check -v" in captured.out
    assert sorted(own.rglob("*")) == before


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize(
    "words",
    [
        ["affine_forward"],
        ["layers:affine_forward", "."],
        ["--target", "affine_forward", "./cs231n/.."],
        ["affine_forward", "--target", "affine_forward"],
    ],
)
def test_a_target_is_checked_alone(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Other functions are neither shown nor counted, and the report says how it was run."""
    assert main(["check", *words, "--format", "json"]) == 0
    report = read(capsys.readouterr().out)
    assert {check["id"].partition(".")[0] for check in report["checks"]} == {"affine_forward"}
    assert [question["title"] for question in report["questions"]] == ["Affine layer: forward"]
    assert report["score"] == report["max_score"] == 5.75
    assert report["grader"]["isolation"] == "weak"
    assert "without isolation" in report["warnings"][0]


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--target", "afine_forward"], "did you mean affine_forward?"),
        (["afine_forward"], "did you mean affine_forward?; there is no file or folder"),
        (["a/b", "c/d"], "a/b and c/d are two paths"),
        ([""], "the name is empty"),
        (["--format", "poem"], "there is no format 'poem'"),
        (["-q", "-v"], "exclude each other"),
    ],
)
def test_wrong_usage_is_one_line_and_its_code(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """As for every other command; the notice may stand before it."""
    assert main(["check", *arguments]) == 2
    captured = capsys.readouterr()
    error = captured.err.removeprefix(SAID)
    assert said in error
    assert error.count("\n") == 1
    assert captured.out == ""


def test_a_score_can_be_asked_for(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The exit codes are those of grading."""
    layers = own / "cs231n" / "layers.py"
    layers.write_text(layers.read_text().replace("def relu_forward", "def another"))
    wanted = ["--target", "relu_forward", "--fail-under", "50", "-q"]
    assert main(["check", str(own), *wanted]) == 1
    assert main(["check", "./nowhere"]) == 3
    capsys.readouterr()


@pytest.mark.usefixtures("own")
def test_the_report_says_how_to_check_the_same_again(capsys: pytest.CaptureFixture[str]) -> None:
    """A target that a folder is called like is named as a target, and the folder as a path."""
    Path("affine_forward").mkdir()
    assert main(["check", "--target", "affine_forward"]) == 0
    assert "grade check --target affine_forward -v" in capsys.readouterr().out
    Path("affine_forward").rmdir()
    assert main(["check", "affine_forward"]) == 0
    assert "grade check affine_forward -v" in capsys.readouterr().out


def test_plain_processes_give_all_points_to_a_correct_solution() -> None:
    """They are what other systems have."""
    report = check_own_code(CORRECT, starter=PlainStarter())
    assert report.score == report.max_score > 0
    assert {check.outcome.status for check in report.checks} == {Status.PASSED}


def test_plain_processes_survive_what_goes_wrong(tmp_path: Path) -> None:
    """What prints, raises, hangs and exits is told for what it is."""
    (tmp_path / "layers.py").write_text(MIXED)
    names = ("affine_forward", "affine_backward", "relu_forward", "svm_loss")
    report = check_own_code(
        tmp_path,
        ["fully_connected"],
        targets=names,
        limits=Limits(cpu_seconds=0.5),
        starter=PlainStarter(),
    )
    found = {check.id: check.outcome.status for check in report.checks}
    assert found["affine_forward.out"] is Status.PASSED
    assert found["affine_backward.dw"] is Status.ERRORED
    assert found["relu_forward.out"] is Status.TIMED_OUT
    assert found["svm_loss.loss"] is Status.CRASHED
    assert Status.GRADER_ERROR not in found.values()


def test_own_code_is_checked_on_other_systems() -> None:
    """Without fork, descriptors of processes and all else that Linux alone has."""
    ended = run_elsewhere("check", str(CORRECT), "-q")
    assert ended.stdout.startswith("95.38 of 95.38 points, 100 %"), ended.stderr
    assert (ended.returncode, ended.stderr) == (0, SAID)


def test_other_peoples_code_needs_to_be_trusted_by_name_there() -> None:
    """Grading refuses, unless weak is asked for."""
    submission = str(ROOT / "tests" / "cases" / "softmax" / "cs231n_correct" / "submission")
    command = [submission, "--assignment", "softmax", "-q", "--format", "terminal"]
    refused = run_elsewhere(*command)
    assert (refused.returncode, refused.stdout) == (5, "")
    assert "macOS has neither" in refused.stderr
    assert "grade check" in refused.stderr
    graded = run_elsewhere(*command, "--isolation", "weak")
    assert graded.returncode == 0, graded.stderr
    assert graded.stdout.startswith("82 of 100 points")  # the others are for a person to give

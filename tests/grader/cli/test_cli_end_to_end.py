from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import grader
from grader.cli import main
from grader.course.catalogue import assignments_folder
from grader.course.expected import FILE
from grader.report.json_reading import report_from_json
from grader.report.terminal import render

ROOT = str(Path(grader.__file__).parent.parent)

LAYERS = """\
import numpy as np


def affine_forward(x, w, b):
    out = x.reshape(x.shape[0], -1).dot(w) + b
    return out, (x, w, b)


def affine_backward(dout, cache):
    x, w, b = cache
    N = x.shape[0]
    dx = dout.dot(w.T).reshape(x.shape)
    dw = x.reshape(N, -1).T.dot(dout) / N
    db = dout.sum(axis=0)
    return dx, dw, db


def relu_forward(x):
    return np.maximum(0, x), x


def relu_backward(dout, cache):
    while True:
        dout = dout * (cache > 0)


def svm_loss(x, y):
    margins = x - x[np.arange(len(y)), y][:, None] + 1
    if margins.size:
        raise ValueError("\\x1b[2J\\n::error::owned\\u202e")
"""


@pytest.fixture(scope="module")
def assignment(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a copy of an assignment, its expected values made by the reference of this tree."""
    folder = tmp_path_factory.mktemp("course") / "fully_connected"
    shutil.copytree(assignments_folder() / "fully_connected", folder)
    assert main(["regenerate", str(folder)]) == 0
    return str(folder)


@pytest.fixture
def submission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Go to a folder that holds a submission: some right, some wrong, one that never ends."""
    monkeypatch.chdir(tmp_path)
    package = tmp_path / "work" / "cs231n"
    package.mkdir(parents=True)
    (package / "layers.py").write_text(LAYERS)
    return Path("work")


def start(*arguments: str) -> subprocess.Popen[str]:
    """Start the program in a process group of its own.

    Tests that run in the background of a shell ignore Ctrl-C, and would hand that on.
    """
    return subprocess.Popen(
        [sys.executable, "-m", "grader", *arguments],
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": ROOT},
        start_new_session=True,
    )


def statuses(document: dict[str, Any]) -> dict[str, str]:
    """Return the status of every check."""
    return {check["id"]: check["status"] for check in document["checks"]}


def test_a_submission_becomes_a_report(
    submission: Path, assignment: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The terminal and the JSON tell the same truth about what is right, wrong and never ends."""
    assert main([str(submission), "--assignment", assignment, "--timeout", "1"]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    written = Path("work.grade.json").read_text()
    document = json.loads(written)
    schema = json.loads(files("grader.report").joinpath("report.schema.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(document)
    found = statuses(document)
    assert found["affine_forward.out"] == found["affine_backward.dx"] == "passed"
    assert found["affine_backward.dw"] == "failed"
    assert found["relu_backward.dx"] == "timed_out"
    assert found["svm_loss.loss"] == "errored"
    assert found["adam.m"] == "missing"
    assert "grader_error" not in found.values()
    command = f"grade work --assignment {shlex.quote(assignment)}"
    report = report_from_json(written)
    again = render(report, command=command, saved=("work.grade.json",))
    assert captured.out == again


def test_the_terminal_says_what_is_wrong_and_is_safe(
    submission: Path, assignment: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each failure is told with its line; what the student's exception says does no harm."""
    main([str(submission), "--assignment", assignment, "--timeout", "1", "--format", "terminal"])
    text = capsys.readouterr().out
    heads = [line.split() for line in text.splitlines() if line.startswith("FAIL affine_backward ")]
    assert [(head[1], head[-1]) for head in heads] == [("affine_backward", "cs231n/layers.py:13")]
    assert " > 13 |     dw = x.reshape(N, -1).T.dot(dout) / N" in text
    assert "TIMEOUT relu_backward" in text
    assert "1.0 CPU s" in text
    assert "cs231n/layers.py:30 in svm_loss" in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert not [line for line in text.splitlines() if line.lstrip().startswith("::")]


def test_the_same_seed_gives_the_same_report(
    submission: Path, assignment: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two runs differ in nothing but times, and in what was sampled of an endless loop."""
    documents = []
    (submission / "cs231n" / "layers.py").write_text(LAYERS.replace("while True", "if True"))
    for _ in range(2):
        main([str(submission), "--assignment", assignment, "--format", "json", "--seed", "3"])
        document = json.loads(capsys.readouterr().out)
        document.pop("seconds")
        for check in document["checks"]:
            check.pop("seconds")
        documents.append(document)
    assert documents[0] == documents[1]
    assert documents[0]["grader"]["seed"] == 3


def test_below_the_threshold_is_code_1(submission: Path, assignment: str) -> None:
    """A submission of a few functions does not reach half of the points."""
    (submission / "cs231n" / "layers.py").write_text("def affine_forward(x, w, b):\n    pass\n")
    assert main([str(submission), "--assignment", assignment, "-q", "--fail-under", "50"]) == 1


@pytest.mark.parametrize("name", ["bad.zip", "absent.zip", "empty"])
def test_an_unreadable_submission_is_one_line_and_code_3(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
) -> None:
    """Garbage, nothing at all and an empty folder are named, and no report is written."""
    monkeypatch.chdir(tmp_path)
    Path("bad.zip").write_bytes(b"PK\x03\x04 garbage")
    Path("empty").mkdir()
    assert main([name]) == 3
    captured = capsys.readouterr()
    assert captured.err.startswith("grade: ")
    assert name in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.zip", "empty"]


@pytest.mark.parametrize("command", ["grade", "show", "regenerate"])
def test_an_assignment_that_raises_is_one_line_and_code_4(
    submission: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    """An instructor's mistake is told with its file and line, without a traceback of ours."""
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "assignment.py").write_text("import grader\n\nassignment = 1 / 0\n")
    arguments = {"grade": [str(submission), "--assignment", "mine"]}
    assert main(arguments.get(command, [command, "mine"])) == 4
    error = capsys.readouterr().err
    assert "assignment.py:3: ZeroDivisionError" in error
    assert error.count("\n") == 1


def test_assignments_are_listed_and_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """Every assignment has a line, and shows its questions with their points."""
    assert main(["list"]) == 0
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert "fully_connected" in names
    assert main(["show", "fully_connected"]) == 0
    text = capsys.readouterr().out
    assert "affine_backward" in text
    assert "dw" in text
    assert "points" in text


def test_an_unknown_assignment_names_the_known(
    submission: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A misspelt assignment is answered with the choices."""
    assert main([str(submission), "--assignment", "fully"]) == 4
    assert "fully_connected" in capsys.readouterr().err


def test_stale_values_are_found_and_renewed(
    assignment: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Checking changes nothing and ends with code 4 if values are stale, renewing mends them."""
    folder = tmp_path / "copy"
    shutil.copytree(assignment, folder)
    assert main(["regenerate", "--check", str(folder)]) == 0
    (folder / FILE).unlink()
    assert main(["regenerate", "--check", str(folder)]) == 4
    assert not (folder / FILE).exists()
    assert "run grade regenerate" in capsys.readouterr().err
    assert main(["regenerate", str(folder)]) == 0
    assert (folder / FILE).exists()
    assert main(["regenerate", "--check", str(folder)]) == 0


def test_the_doctor_examines_this_machine(capsys: pytest.CaptureFixture[str]) -> None:
    """Isolation levels, NumPy and the compiler are told; the code says whether grading works."""
    code = main(["doctor"])
    text = capsys.readouterr().out
    for word in ("strict", "standard", "weak", "NumPy", "compiler", "kernels"):
        assert f"\n{word} " in text
    assert code == (5 if "auto: refuses" in text else 0)


def test_an_interrupt_ends_everything(submission: Path, assignment: str) -> None:
    """Ctrl-C while student code hangs is one line, code 130, and leaves no process behind."""
    running = start(str(submission), "--assignment", assignment, "--timeout", "60")
    children = Path(f"/proc/{running.pid}/task/{running.pid}/children")
    if not children.exists():
        running.kill()
        running.communicate()
        pytest.skip("this system does not list a process's children")
    deadline = time.monotonic() + 30
    while not children.read_text().split() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(3.0)  # by then it waits for the function that hangs
    started = [int(child) for child in children.read_text().split()]
    os.killpg(running.pid, signal.SIGINT)
    try:
        output, error = running.communicate(timeout=30)
    finally:
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGKILL)
            running.communicate()
    assert (running.returncode, output, error) == (130, "", "grade: stopped.\n")
    assert started
    assert not [child for child in started if Path(f"/proc/{child}").exists()]

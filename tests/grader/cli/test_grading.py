from __future__ import annotations

import json
import os
import pty
import re
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

import grader.pipeline
from grader.cli import main

if TYPE_CHECKING:
    from pathlib import Path

    from grader.model import Report


@pytest.fixture
def asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, report: Report
) -> list[dict[str, object]]:
    """Put a finished report in grading's place, and return what it was asked for."""
    calls: list[dict[str, object]] = []

    def grade(submission: Path, assignments: object, **settings: object) -> Report:
        calls.append({"submission": submission, "assignments": assignments, **settings})
        return report

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(grader.pipeline, "grade", grade)
    return calls


@pytest.mark.usefixtures("asked")
def test_by_default_a_report_is_printed_and_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The terminal gets text whose last line names the JSON file."""
    assert main(["work.zip"]) == 0
    text = capsys.readouterr().out
    assert text.splitlines()[-1] == "Full report: work.grade.json"
    assert json.loads((tmp_path / "work.grade.json").read_text())["score"] == 10


@pytest.mark.usefixtures("asked")
def test_a_format_replaces_the_defaults(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Asking for JSON on standard output gives JSON only, and writes nothing."""
    assert main(["work.zip", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["schema_version"] == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("asked")
def test_quiet_prints_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Who asks for quiet gets the score."""
    assert main(["-q", "work.zip"]) == 0
    assert capsys.readouterr().out.count("\n") == 1


@pytest.mark.usefixtures("asked")
def test_verbose_prints_the_versions(capsys: pytest.CaptureFixture[str]) -> None:
    """Who asks for everything also gets how it was graded."""
    assert main(["work.zip", "-v"]) == 0
    assert "isolation: strict" in capsys.readouterr().out


def test_options_reach_the_grading(asked: list[dict[str, object]]) -> None:
    """Every option arrives where it is used."""
    options = "work.zip --assignment a --assignment b --isolation weak --timeout 2.5 --seed 7"
    assert main(options.split()) == 0
    (call,) = asked
    assert str(call["submission"]) == "work.zip"
    assert call["assignments"] == ("a", "b")
    assert (call["isolation"], call["seed"]) == ("weak", 7)
    assert getattr(call["limits"], "cpu_seconds", None) == 2.5


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize(("percent", "code"), [("28", 0), ("28.6", 1), ("100", 1), ("0", 0)])
def test_a_score_below_the_threshold_is_code_1(percent: str, code: int) -> None:
    """Ten of 35 points are 28.57 percent."""
    assert main(["-q", "work.zip", "--fail-under", percent]) == code


def test_the_threshold_itself_is_not_below(
    monkeypatch: pytest.MonkeyPatch, report: Report, tmp_path: Path
) -> None:
    """A sum of tenths that misses 30 percent by rounding alone has reached it."""
    close = replace(report, score=sum([0.1] * 3), max_score=1.0)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(grader.pipeline, "grade", lambda *_, **__: close)
    assert main(["-q", "work.zip", "--fail-under", "30"]) == 0


@pytest.mark.usefixtures("asked")
def test_a_report_that_cannot_be_written_is_still_printed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """An unwritable file is one clear line and code 2, and the score is not lost."""
    assert main(["work.zip", "--format", "terminal", "--format", "json:absent/a.json"]) == 2
    captured = capsys.readouterr()
    assert captured.err == (
        "grade: cannot write absent/a.json: No such file or directory. "
        "Choose another: --format json:FILE\n"
    )
    assert captured.out.startswith("10 of 35 points")
    assert "Full report" not in captured.out


@pytest.mark.usefixtures("asked")
def test_the_next_command_grades_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    """What to run next names the submission as it was named, and its assignments."""
    assert main(["./list", "--assignment", "my course"]) == 0
    assert "grade ./list --assignment 'my course' -v" in capsys.readouterr().out


def run_on_a_terminal(arguments: list[str]) -> tuple[int, str]:
    """Run the program with its standard output on a pseudo-terminal."""
    controller, terminal = pty.openpty()
    before = sys.stdout
    try:
        with os.fdopen(terminal, "w") as sys.stdout:
            code = main(arguments)
    finally:
        sys.stdout = before
    pieces = []
    while True:
        try:
            piece = os.read(controller, 65536)
        except OSError:
            break
        if not piece:
            break
        pieces.append(piece)
    os.close(controller)
    return code, b"".join(pieces).decode()


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize(
    ("name", "value", "coloured"),
    [("NO_COLOR", "", True), ("NO_COLOR", "1", False), ("TERM", "dumb", False)],
)
def test_colours_are_for_terminals_that_want_them(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, coloured: bool
) -> None:
    """A terminal gets colours unless NO_COLOR is set or it has none."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv(name, value)
    _, text = run_on_a_terminal(["work.zip", "-q"])
    assert bool(re.search(r"\x1b\[[0-9;]*m", text)) is coloured


@pytest.mark.usefixtures("asked")
def test_a_file_gets_no_colours(capsys: pytest.CaptureFixture[str]) -> None:
    """What is no terminal gets plain text."""
    main(["work.zip"])
    assert "\x1b" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("given", "said"),
    [([""], "the name is empty"), (["work.zip", "--timeout", "1e308"], "at most 86400")],
)
def test_what_cannot_be_meant_is_code_2(
    asked: list[dict[str, object]],
    capsys: pytest.CaptureFixture[str],
    given: list[str],
    said: str,
) -> None:
    """An empty name is not this folder, and nobody waits for ever."""
    assert main(given) == 2
    assert asked == []
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.err.count("\n") == 1

"""Saved reports are written again in other formats, for whom they may be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import grader.pipeline
import grader.report.terminal
from grader.cli import main
from grader.model import Audience
from grader.report import json_report
from grader.report.visibility import Reader

if TYPE_CHECKING:
    from grader.model import Report


@pytest.fixture
def saved(tmp_path: Path, report: Report, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Save a report for instructors, in a folder that is the current one."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "full.json"
    file.write_text(json_report.render(report, Reader(Audience.INSTRUCTOR)))
    return file


def test_rendering_again_gives_the_same_text(
    saved: Path, report: Report, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is printed is what grading printed."""
    assert main(["render", saved.name]) == 0
    command = "grade submission.zip"
    assert capsys.readouterr().out == grader.report.terminal.render(report, command=command)


def test_an_instructors_report_is_written_for_students_too(saved: Path, tmp_path: Path) -> None:
    """The student's version of the saved report is the one that grading would have written."""
    assert main(["render", saved.name, "--format", "json:student.json"]) == 0
    student = json.loads((tmp_path / "student.json").read_text())
    whole = json.loads(saved.read_text())
    assert (student["audience"], whole["audience"]) == ("student", "instructor")
    hidden = [row for row in student["checks"] if row["visibility"] == "hidden"]
    assert hidden
    assert {row["detail"] for row in hidden} == {"location"}
    assert all(row["evidence"]["got"] is None for row in hidden)


def test_a_students_report_is_not_written_for_instructors(
    saved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What it lacks cannot be shown, so that it is refused in one line."""
    main(["render", saved.name, "--format", "json:student.json"])
    assert main(["render", "student.json", "--for", "instructor"]) == 3
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert "--for instructor" in captured.err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "not a JSON report"),
        (b"\xff\xfe", "not JSON"),
        (b'{"schema_version": 1}', "schema_version is 1, expected 2"),
        (b"[" * 100_000, "not a JSON report"),
        (None, "cannot be read"),
    ],
)
def test_what_is_no_report_is_refused_in_one_line(
    saved: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, said: str
) -> None:
    """Damaged files, other versions and files that are not there end with code 3."""
    if content is None:
        saved.unlink()
    else:
        saved.write_bytes(content)
    assert main(["render", saved.name]) == 3
    captured = capsys.readouterr().err
    assert captured.count("\n") == 1
    assert said in captured
    assert saved.name in captured


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs a device without an end")
def test_what_never_ends_is_not_read_to_its_end(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The size of a device or a pipe is known only once it is read."""
    monkeypatch.setattr("grader.cli.rendering._LARGEST", 1000)
    assert main(["render", "/dev/zero"]) == 3
    assert "too large for a report" in capsys.readouterr().err


def test_a_moment_is_one(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A time without its zone is refused with an example."""
    assert main(["render", saved.name, "--at", "2026-12-01"]) == 2
    assert "2026-12-01T23:59-08:00" in capsys.readouterr().err
    assert main(["render", saved.name, "--at", "2026-12-01T00:00Z", "-q"]) == 0


def test_a_report_does_not_overwrite_itself(
    saved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file that is read is not written to."""
    before = saved.read_bytes()
    assert main(["render", saved.name, "--format", f"json:{saved.name}"]) == 2
    assert saved.read_bytes() == before
    assert "choose another file" in capsys.readouterr().err


@pytest.fixture
def broken_terminal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, report: Report
) -> pytest.MonkeyPatch:
    """Put a finished report in grading's place, and break the terminal's format."""

    def fail(*_: object, **__: object) -> str:
        raise RuntimeError("no such colour\x1b[2J")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(grader.pipeline, "grade", lambda *_, **__: report)
    monkeypatch.setattr("grader.cli.writing.render", fail)
    return monkeypatch


@pytest.mark.usefixtures("broken_terminal")
@pytest.mark.parametrize("options", [[], ["--format", "terminal", "--format", "json:x.json"]])
def test_a_format_that_breaks_does_not_lose_the_grade(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str]
) -> None:
    """JSON is written first; the other formats are, too; what broke is one line."""
    assert main(["work.zip", *options]) == 70
    (file,) = tmp_path.glob("*.json")
    assert json.loads(file.read_text())["score"] == 10
    said = capsys.readouterr().err
    assert "the terminal report could not be made: RuntimeError: no such colour\\x1b[2J" in said


@pytest.mark.usefixtures("broken_terminal")
def test_the_only_format_breaks_and_the_grade_is_saved(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where no JSON was asked for it is written all the same, unless a file is there already."""
    assert main(["work.zip", "--format", "terminal"]) == 70
    assert json.loads((tmp_path / "work.grade.json").read_text())["score"] == 10
    assert "the grade is saved in work.grade.json" in capsys.readouterr().err


@pytest.mark.usefixtures("broken_terminal")
def test_a_score_below_does_not_hide_that_a_format_broke() -> None:
    """The exit code tells of what was lost rather than of the score."""
    assert main(["work.zip", "--fail-under", "99"]) == 70

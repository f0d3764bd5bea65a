from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import grader.pipeline
from grader.cli import main
from grader.cli.entry import program
from grader.errors import AssignmentError, GraderError, SandboxError, SubmissionError

ROOT = str(Path(grader.__file__).parent.parent)


def run_python(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python on the code under test."""
    environment = {**os.environ, "PYTHONPATH": ROOT}
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
        timeout=60,
    )


def break_grading(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Make grading raise `error`."""

    def grade(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(grader.pipeline, "grade", grade)


def test_help_names_commands_options_and_codes(capsys: pytest.CaptureFixture[str]) -> None:
    """Help tells both ways to call the program, every option and every command."""
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    assert "grade SUBMISSION [OPTIONS]" in text
    for name in (*program.commands, "--assignment", "--fail-under", "--version", "Exit codes"):
        assert name in text


def test_help_after_a_submission_is_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    """Who asks for help last gets the same help."""
    main(["--help"])
    first = capsys.readouterr().out
    assert main(["work.zip", "--help"]) == 0
    assert capsys.readouterr().out == first


def test_no_arguments_are_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    """The program called with nothing says how it is called, on standard error."""
    assert main([]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Usage: grade SUBMISSION" in captured.err


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """The version is the package's."""
    assert main(["--version"]) == 0
    assert grader.__version__ in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--seed"], "requires an argument"),
        (["x.zip", "--seed", "-1"], "--seed"),
        (["x.zip", "--timeout", "0"], "0 is no time"),
        (["x.zip", "--timeout", "nan"], "nan is no time"),
        (["x.zip", "--fail-under", "101"], "no percentage"),
        (["x.zip", "--fail-under", "nan"], "no percentage"),
        (["x.zip", "--isolation", "none"], "'none' is not one of"),
        (["x.zip", "--format", "jsn"], "no format 'jsn'"),
        (["x.zip", "-q", "-v"], "exclude each other"),
        (["x.zip", "y.zip"], "unexpected extra argument"),
        (["x.zip", "--frobnicate"], "No such option"),
        (["list", "extra"], "unexpected extra argument"),
        (["show"], "Missing argument"),
    ],
)
def test_wrong_usage_is_one_line_and_code_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    """What cannot be meant is refused before anything is graded."""
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SubmissionError("x.zip: it is empty"), 3),
        (AssignmentError("assignment.py:3: bad"), 4),
        (SandboxError("no isolation"), 5),
        (GraderError("other"), 1),
    ],
)
def test_each_error_has_its_line_and_code(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    error: GraderError,
    code: int,
) -> None:
    """An error raised on purpose is its message in one line, and its own exit code."""
    break_grading(monkeypatch, error)
    assert main(["x.zip"]) == code
    captured = capsys.readouterr()
    assert captured.err == f"grade: {error}\n"
    assert captured.out == ""


def test_an_error_cannot_write_to_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A member's name in an error is as harmless as in a report."""
    break_grading(monkeypatch, SubmissionError("member \x1b[2J\n::error::x\u202e is damaged"))
    assert main(["x.zip"]) == 3
    assert capsys.readouterr().err == ("grade: member \\x1b[2J\\n::error::x\\u202e is damaged\n")


def test_our_own_defects_are_one_line_to_report(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unexpected exception is called internal, and asks to be reported."""
    break_grading(monkeypatch, RuntimeError("oh"))
    assert main(["x.zip"]) == 70
    error = capsys.readouterr().err
    assert error.startswith("grade: internal error: RuntimeError: oh. Please report it")
    assert error.count("\n") == 1


def test_our_own_defects_show_where_when_asked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With -v an unexpected exception comes with its traceback."""
    break_grading(monkeypatch, RuntimeError("oh"))
    assert main(["x.zip", "-v"]) == 70
    assert "Traceback (most recent call last)" in capsys.readouterr().err


def test_an_interrupt_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C ends with 130 and without a traceback."""
    break_grading(monkeypatch, KeyboardInterrupt())
    assert main(["x.zip"]) == 130
    assert capsys.readouterr().err == "grade: stopped.\n"


def test_a_misspelt_command_is_guessed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What is no file and nearly a command is answered with that command."""
    monkeypatch.chdir(tmp_path)
    break_grading(monkeypatch, SubmissionError("lst: no such file"))
    assert main(["lst"]) == 3
    assert capsys.readouterr().err.endswith("no such file; did you mean: grade list?\n")


@pytest.mark.parametrize("given", [["./list"], ["--", "list"], ["-q", "list"]])
def test_a_file_named_like_a_command_can_be_graded(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, given: list[str]
) -> None:
    """A path, or an option before it, says that a submission is meant."""
    asked: list[object] = []

    def grade(submission: Path, *_: object, **__: object) -> None:
        asked.append(submission)
        raise SubmissionError("seen")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(grader.pipeline, "grade", grade)
    assert main(given) == 3
    assert asked == [Path("list")]


def test_help_imports_nothing_heavy() -> None:
    """Help answers without NumPy, rich, the pipeline, notebooks or assignments."""
    heavy = ("numpy", "rich", "nbformat", "grader.pipeline", "grader.course", "reference")
    program_text = (
        "import sys; from grader.cli import main; main(['--help']);"
        f"print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)"
    )
    assert run_python("-c", program_text).stderr == "[]\n"


def test_the_module_is_the_program() -> None:
    """``python -m grader`` is the same as ``grade``."""
    ran = run_python("-m", "grader", "--version")
    assert ran.returncode == 0
    assert grader.__version__ in ran.stdout


def test_a_closed_pipe_is_no_error() -> None:
    """Output that nobody reads any more ends the program quietly."""
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as nobody:
        ran = subprocess.run(
            [sys.executable, "-m", "grader", "--help"],
            stdout=nobody,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": ROOT},
            check=False,
            timeout=60,
        )
    assert (ran.returncode, ran.stderr) == (141, "")

"""The command that tells which known mistakes pass."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader.cli import main

DECLARED = '''\
"""Rectified linear units only."""

from grader import Assignment, FunctionCall, Question, ValueCheck, uniform

relu = ValueCheck(
    id="relu_forward",
    experiment=FunctionCall(
        target="layers:relu_forward",
        arguments={"x": uniform(3, 4, low=1.0, high=2.0)},
        results={"out": (0,)},
    ),
    points={"out": 4},
)

assignment = Assignment(
    name="NAME",
    title="Rectified linear units",
    notebooks=(),
    questions=(Question(id="relu", title="ReLU", checks=(relu,)),),
)
'''


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Go to a folder with two assignments and a hand-in of both."""
    monkeypatch.chdir(tmp_path)
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "assignment.py").write_text(DECLARED.replace("NAME", name))
        assert main(["regenerate", name]) == 0
    (tmp_path / "both").mkdir()
    declared = 'HandIn(name="both", title="Both", parts={"first": 30, "second": 10})'
    (tmp_path / "both/hand_in.py").write_text(
        f"from grader import HandIn\n\nhand_in = {declared}\n"
    )
    return tmp_path


@pytest.mark.usefixtures("course")
def test_the_table_shows_what_nothing_finds(capsys: pytest.CaptureFixture[str]) -> None:
    """A check on positive numbers alone lets a ReLU pass that does nothing."""
    capsys.readouterr()
    assert main(["audit", "first"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "first: Rectified linear units"
    assert "known mistakes of 1 function: the notebook's cells let" in lines[1]
    assert any("no cell asks" in line and "let it pass" in line for line in lines)
    assert all(line == line.rstrip() for line in lines)


@pytest.mark.usefixtures("course")
def test_a_hand_in_stands_for_its_parts(capsys: pytest.CaptureFixture[str]) -> None:
    """In one JSON document."""
    capsys.readouterr()
    assert main(["audit", "both", "--json"]) == 0
    audits = json.loads(capsys.readouterr().out)["audits"]
    assert [audit["name"] for audit in audits] == ["first", "second"]


@pytest.mark.usefixtures("course")
def test_the_table_can_be_markdown(capsys: pytest.CaptureFixture[str]) -> None:
    """For an issue or a page."""
    capsys.readouterr()
    assert main(["audit", "first/assignment.py", "--markdown"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("# Rectified linear units: known mistakes\n")
    assert "|---|---|---|" in out


@pytest.mark.usefixtures("course")
@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["audit", "first", "--json", "--markdown"], 2, "exclude each other"),
        (["audit", "nothing"], 4, "no assignment 'nothing'"),
        (["audit"], 2, "HANDOUT|ASSIGNMENT"),
    ],
)
def test_wrong_usage_is_one_line_and_its_code(
    arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """As for every other command."""
    capsys.readouterr()
    assert main(arguments) == code
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1

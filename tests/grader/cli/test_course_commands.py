from __future__ import annotations

from pathlib import Path

import pytest

from grader.cli import main

DECLARED = '''\
"""Rectified linear units only."""

from grader import Assignment, FunctionCall, Question, ValueCheck, normal

relu = ValueCheck(
    id="relu_forward",
    experiment=FunctionCall(
        target="layers:relu_forward",
        arguments={"x": normal(3, 4)},
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
RIGHT = "import numpy as np\n\n\ndef relu_forward(x):\n    return np.maximum(x, 0), x\n"


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Go to a folder with two assignments, a hand-in of both, and a right submission."""
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
    package = tmp_path / "work/cs231n"
    package.mkdir(parents=True)
    (package / "layers.py").write_text(RIGHT)
    return tmp_path


@pytest.mark.usefixtures("course")
def test_validate_prints_a_line_for_each_assignment(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A hand-in stands for its parts; code 0 says that all are proved."""
    capsys.readouterr()
    assert main(["validate", "both", "--seeds", "1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert all(line.endswith("proved on 1 seed (1 check, 4 points)") for line in lines)


def test_validate_lists_problems_and_goes_on(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Code 4 says that something is wrong, whatever comes after it."""
    declared = (course / "first/assignment.py").read_text()
    (course / "first/assignment.py").write_text(declared.replace("normal(3, 4)", "normal(3, 5)"))
    capsys.readouterr()
    assert main(["validate", "first", "second", "nowhere", "--seeds", "1"]) == 4
    out = capsys.readouterr().out
    assert "first: 1 problem (1 check, 4 points)\n  " in out
    assert "is stale" in out
    assert "second: proved on 1 seed" in out
    assert "nowhere: 1 problem (cannot be validated)" in out


@pytest.mark.usefixtures("course")
def test_release_says_what_it_wrote_and_proved(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What students get can be graded at once."""
    capsys.readouterr()
    assert main(["release", "first", "--into", "out"]) == 0
    out = capsys.readouterr().out
    assert "out/bundle: 3 files, also as bundle.zip" in out
    assert "Proved: the starter can be imported and earns 0 points" in out
    assert main(["out/starter.zip", "--assignment", "out/bundle", "-q"]) == 0
    assert "0 of 4 points" in capsys.readouterr().out


def test_release_into_an_older_release_is_refused(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is overwritten, and the message is one line."""
    assert main(["release", "first", "--into", "out", "--edition", "nndl"]) == 0
    assert (course / "out/starter/nndl/layers.py").is_file()
    assert main(["release", "first", "--into", "out"]) == 4
    assert capsys.readouterr().err == (
        "grade: out is there and not empty: choose another with --into\n"
    )


@pytest.mark.usefixtures("course")
def test_a_hand_in_is_graded_by_its_own_table(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Subtotals are in its points, and so is the total."""
    capsys.readouterr()
    assert main(["work", "--assignment", "both", "--format", "terminal"]) == 0
    out = capsys.readouterr().out
    assert "40 of 40 points" in out
    assert "30/30" in out
    assert "10/10" in out


def test_hand_ins_are_listed_and_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """With their parts."""
    main(["list"])
    assert "hand-in of fully_connected, batch_normalization" in capsys.readouterr().out
    assert main(["show", "cs231n_assignment2"]) == 0
    assert "fully_connected: 25 points" in capsys.readouterr().out

"""Checks called from Python: results, points, errors."""

from __future__ import annotations

import pickle
import shlex
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import grader
from grader.checked import Checked
from grader.errors import SandboxError, SelectionError, SubmissionError
from grader.model import Outcome, Report, Status

ROOT = Path(grader.__file__).parent.parent
CORRECT = ROOT / "examples" / "submission"


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    """Return a folder in which a half of two functions is right."""
    folder = tmp_path / "own"
    shutil.copytree(CORRECT, folder)
    layers = folder / "cs231n" / "layers.py"
    start = "def relu_forward(x):"
    layers.write_text(layers.read_text().replace(start, f"{start}\n    return '</pre>' / 0"))
    return folder


def test_what_is_right_passes() -> None:
    """Nothing is raised, and a cell that is worth three points gives three."""
    grader.assert_passes("relu_forward", path=CORRECT)
    result = grader.check("relu_forward", path=CORRECT, assignment="fully_connected")
    assert result.passed
    assert result.percent == 100
    assert result.out_of(3) == 3.0
    assert result.score == result.max_score > 0


def test_the_session_s_random_numbers_go_on() -> None:
    """Although a reference that stands in for what is wrong draws its weights here."""
    before = pickle.dumps(np.random.get_state())  # noqa: NPY002 - what students draw from
    grader.check("TwoLayerNet", path=ROOT / "examples" / "mistakes")
    assert pickle.dumps(np.random.get_state()) == before  # noqa: NPY002


def test_what_is_wrong_raises_its_report(wrong: Path) -> None:
    """The message has what a terminal shows, and how to check again."""
    with pytest.raises(AssertionError) as caught:
        grader.assert_passes("relu_forward", path=wrong)
    assert "ERROR relu_forward" in str(caught.value)
    assert "cs231n/layers.py:" in str(caught.value)
    # A long path moves to a line of its own, behind a backslash that a shell understands.
    again = f"grade check relu_forward {shlex.quote(str(wrong))}"
    assert again in str(caught.value).replace(" \\\n", " ")


def test_part_of_the_points_is_earned(wrong: Path) -> None:
    """By the points of the functions asked for."""
    result = grader.check("relu_forward", "affine_forward", path=str(wrong))
    assert not result.passed
    assert 0 < result.out_of(4) < 4
    assert result.out_of(4) == pytest.approx(4 * result.score / result.max_score)
    with pytest.raises(ValueError, match="points is -1"):
        result.out_of(-1)


def test_html_escapes_what_students_wrote(wrong: Path) -> None:
    """Their code cannot end the element that it stands in."""
    page = grader.check("relu_forward", path=wrong)._repr_html_()
    assert page.count("</pre>") == 1
    assert "&lt;/pre&gt;" in page
    assert "\x1b" not in page


def test_wrong_arguments_are_errors() -> None:
    """With a sentence each."""
    with pytest.raises(SelectionError, match="did you mean relu_forward"):
        grader.check("relu_forwards", path=CORRECT)
    with pytest.raises(ValueError, match="timeout is 0"):
        grader.check("relu_forward", path=CORRECT, timeout=0)


def test_a_fault_of_the_grader_is_no_failure(report: Report) -> None:
    """No points are given and none are taken."""
    broken = Checked(replace(report, needs_regrade=True))
    with pytest.raises(SandboxError, match="no mistake of yours"):
        broken.out_of(1)


def test_what_a_person_judges_is_no_failure(report: Report) -> None:
    """Its points are not counted in those of a cell either."""
    (essay,) = (check for check in report.checks if check.id == "essay.text")
    done = replace(report.checks[0], outcome=Outcome(Status.PASSED), score=4.0, max_score=4.0)
    small = replace(
        report, checks=(done, essay), score=4.0, max_score=9.0, pending=5.0, needs_regrade=False
    )
    assert Checked(small).passed
    assert Checked(small).out_of(2) == 2.0


def test_a_folder_that_looks_like_nothing_is_told_so(tmp_path: Path) -> None:
    """With what to do about it."""
    (tmp_path / "hello.py").write_text("def greet():\n    return 1\n")
    with pytest.raises(SubmissionError, match="choose one with --assignment"):
        grader.check(path=tmp_path)

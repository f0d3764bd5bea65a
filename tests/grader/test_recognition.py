"""Which assignment a submission is for, told without being asked."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.course import catalogue
from grader.course.catalogue import Shelf
from grader.course.expected import regenerate
from grader.errors import SubmissionError
from grader.model import Report, Status
from grader.pipeline import grade
from grader.recognition import choose_assignments, tell_left_out, without_unasked
from grader.submission.archive import open_submission
from grader.submission.locate import locate

CASES = Path(__file__).parent.parent / "cases" / "fully_connected"
DROPOUT = '''\
"""Dropout in test mode, which changes nothing."""

from grader import Assignment, FunctionCall, Question, ValueCheck, normal

check = ValueCheck(
    id="dropout_forward",
    experiment=FunctionCall(
        target="layers:dropout_forward",
        arguments={"x": normal(3, 4), "dropout_param": {"mode": "test", "p": 0.5}},
        results={"out": (0,)},
    ),
    points={"out": 5},
)

assignment = Assignment(
    name="dropout",
    title="Dropout",
    notebooks=("Dropout",),
    questions=(Question(id="dropout", title="Test mode", checks=(check,)),),
)
'''


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of two assignments that stands in for those of this program."""
    folder = tmp_path / "assignments"
    own = catalogue.assignments_folder() / "fully_connected"
    shutil.copytree(own, folder / "fully_connected")
    (folder / "dropout").mkdir()
    (folder / "dropout/assignment.py").write_text(DROPOUT)
    monkeypatch.setattr(catalogue, "assignments_folder", lambda: folder)
    regenerate(catalogue.load_assignment("dropout"))
    return folder


@pytest.fixture
def hand_in(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes files to a folder and gives that folder."""

    def write(**files: str) -> Path:
        folder = tmp_path / "work"
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return folder

    return write


def names_for(submission: Path, *asked: str) -> list[str]:
    """Return the names of the assignments that are chosen."""
    chosen = choose_assignments(open_submission(submission), asked, Shelf())
    return [loaded.assignment.name for loaded in chosen]


def make_notebook(code: str = "") -> str:
    """Return a notebook of one code cell."""
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "outputs": [], "source": code}
    notebook = {"cells": [{**cell, "execution_count": None}], "metadata": {}}
    return json.dumps({**notebook, "nbformat": 4, "nbformat_minor": 5})


RELU = "import numpy as np\ndef relu_forward(x):\n    return np.maximum(x, 0), x\n"
DROP = "def dropout_forward(x, dropout_param):\n    out = x * 1\n    return out, None\n"
NEARLY_ALL = (
    *("affine_forward", "affine_backward", "relu_forward", "relu_backward"),
    *("affine_relu_forward", "affine_relu_backward", "svm_loss", "softmax_loss"),
    *("sgd_momentum", "rmsprop"),
)
ALL_BUT_ADAM = "".join(f"def {name}(*args):\n    return args[0] + 1\n" for name in NEARLY_ALL)
STUBS = "def relu_forward(x):\n    pass\ndef dropout_forward(x, dropout_param):\n    pass\n"


@pytest.mark.usefixtures("course")
@pytest.mark.parametrize(
    ("files", "names"),
    [
        ({"layers.py": RELU}, ["fully_connected"]),
        ({"layers.py": DROP}, ["dropout"]),
        ({"layers.py": RELU + DROP}, ["dropout"]),
        ({"layers.py": ALL_BUT_ADAM + DROP}, ["dropout", "fully_connected"]),
        ({"layers.py": RELU + STUBS.partition("pass\n")[2]}, ["fully_connected"]),
        ({"layers.py": STUBS}, ["dropout"]),
        ({"layers.py": RELU + DROP, "Dropout.ipynb": make_notebook()}, ["dropout"]),
        ({"layers.py": RELU, "a/Dropout (1).ipynb": make_notebook()}, ["dropout"]),
        ({"layers.py": DROP, "fully_connected-nets-Copy1.ipynb": make_notebook()}, None),
        ({"layers.py": DROP, "FullyConnectedNets_solved.ipynb": make_notebook()}, None),
        ({"layers.py": DROP, "Other.ipynb": make_notebook()}, ["dropout"]),
        ({"Other.ipynb": make_notebook(DROP)}, ["dropout"]),
        ({"layers.py": RELU + "print 'python 2'\n"}, ["fully_connected"]),
    ],
    ids=[
        *("one target", "another", "all of one, little of another", "nearly all of two"),
        *("a stub does not count", "stubs only", "notebook first"),
        *("copied notebook", "another copy", "solved", "unknown notebook", "in a notebook"),
        "unreadable",
    ],
)
def test_assignment_is_recognised(
    hand_in: Callable[..., Path], files: dict[str, str], names: list[str] | None
) -> None:
    """Notebook names decide first, then written targets, then stubs."""
    assert names_for(hand_in(**files)) == (names or ["fully_connected"])


@pytest.mark.usefixtures("course")
def test_what_is_asked_for_is_graded(hand_in: Callable[..., Path]) -> None:
    """``--assignment`` overrides what the submission looks like; doubles count once."""
    folder = hand_in(**{"layers.py": RELU})
    assert names_for(folder, "dropout", "dropout") == ["dropout"]


@pytest.mark.usefixtures("course")
def test_nothing_recognised_lists_the_choices(hand_in: Callable[..., Path]) -> None:
    """Work of another course is one clear line."""
    folder = hand_in(**{"main.py": "def main():\n    return 42\n"})
    with pytest.raises(SubmissionError, match="--assignment: dropout, fully_connected"):
        grade(folder)


@pytest.fixture
def both(course: Path) -> Report:
    """Return the report of a submission that holds the work of two assignments."""
    assert course.is_dir()
    return grade(CASES / "cs231n_correct/submission")


def test_several_assignments_are_graded_together(both: Report) -> None:
    """Each has its subtotal, and the total is their sum."""
    assert [(a.name, a.score, a.max_score) for a in both.assignments] == [
        ("dropout", 5.0, 5.0),
        ("fully_connected", 100.0, 100.0),
    ]
    assert (both.score, both.max_score) == (105.0, 105.0)


def test_ids_of_several_assignments_are_told_apart(both: Report) -> None:
    """With more than one assignment its name goes before questions and checks."""
    ids = [check.id for check in both.checks]
    assert len(set(ids)) == len(ids)
    assert "dropout/dropout_forward.out" in ids
    assert "fully_connected/affine_forward.out" in ids
    questions = {question.id for question in both.questions}
    assert {check.question for check in both.checks} == questions


def test_one_of_several_can_lack_everything(course: Path, hand_in: Callable[..., Path]) -> None:
    """What is asked for and not handed in is a full report of missing checks."""
    assert course.is_dir()
    report = grade(hand_in(**{"layers.py": RELU}), ["dropout"])
    assert (report.score, report.max_score) == (0.0, 5.0)
    assert [check.outcome.status for check in report.checks] == [Status.MISSING]
    assert report.missing == ("layers:dropout_forward",)


def test_given_function_that_was_not_asked_for_is_left_out(hand_in: Callable[..., Path]) -> None:
    """Some years have no svm_loss: it is neither in their notebook nor in their modules."""
    source = CASES / "cs231n_correct/submission/cs231n/layers.py"
    text = source.read_text()
    start = text.index("def svm_loss")
    without = text[:start] + text[text.index("def softmax_loss") :]
    folder = hand_in(
        **{
            "layers.py": without,
            "FullyConnectedNets.ipynb": make_notebook(
                "softmax_loss, affine_relu_backward, TwoLayerNet"
            ),
        }
    )
    report = grade(folder)
    assert not any(check.id.startswith("svm_loss") for check in report.checks)
    assert report.max_score == 96.0
    assert any("SVM loss" in said and "4 points" in said for said in report.warnings)
    (folder / "FullyConnectedNets.ipynb").write_text(
        make_notebook("svm_loss, affine_relu_backward, TwoLayerNet")
    )
    asked = grade(folder)
    assert asked.max_score == 100.0
    assert not any("SVM loss" in said for said in asked.warnings)
    assert "layers:svm_loss" in asked.missing


def test_a_notebook_without_the_assignments_functions_takes_nothing_away(
    hand_in: Callable[..., Path],
) -> None:
    """An emptied notebook is no handout of another year: every question stays in the total."""
    folder = hand_in(**{"layers.py": RELU, "FullyConnectedNets.ipynb": make_notebook("1 + 1")})
    report = grade(folder)
    assert report.max_score == 100.0
    assert "fc_net:TwoLayerNet" in report.missing


OLD_YEAR = CASES.parent / "batch_normalization/style_old_flat/submission"
DELETED = """\
class FullyConnectedNet(object):

  def __init__(self, hidden_dims, normalization=None):
    self.normalization = normalization
"""


@pytest.mark.parametrize(
    ("files", "is_asked"),
    [
        ({}, False),
        ({"fc_net.py": DELETED}, True),
        ({"fc_net.py": DELETED.replace("normalization=", "use_batchnorm=0, normalization=")}, True),
        ({"fc_net.py": DELETED.replace("normalization=None", "**options")}, True),
        ({"fc_net.py": ""}, True),
        ({"layer_utils.py": "from layers import layernorm_forward\n"}, True),
        ({"Other.ipynb": make_notebook("# LayerNorm comes next")}, True),
        ({"BatchNormalization.ipynb": make_notebook("batchnorm_forward")}, False),
        ({"BatchNormalization.ipynb": make_notebook("layernorm_forward")}, True),
        ({"BatchNormalization.ipynb": make_notebook("1 + 1")}, False),
    ],
    ids=[
        *("old year", "deleted from a current starter", "both names", "neither name"),
        *("no network", "named in a module", "named in a notebook"),
        *("notebook of that year", "notebook of a later year", "emptied notebook"),
    ],
)
def test_modules_of_an_earlier_year_show_what_was_not_asked(
    hand_in: Callable[..., Path], files: dict[str, str], *, is_asked: bool
) -> None:
    """``use_batchnorm`` without ``normalization``, and no layernorm: it is not in the total.

    Deleting the functions of a current year takes nothing out of it.
    """
    folder = hand_in(**{path.name: path.read_text() for path in OLD_YEAR.iterdir()} | files)
    assignment = Shelf().declaration("batch_normalization").assignment
    handed_in = open_submission(folder)
    asked_for = without_unasked(assignment, handed_in, locate(handed_in, assignment.targets))
    ids = {question.id for question in asked_for.questions}
    assert ("layernorm" in ids) == is_asked
    assert ids | {"layernorm"} == {question.id for question in assignment.questions}
    said = tell_left_out(assignment, asked_for)
    assert any("Layer normalisation" in each for each in said) != is_asked

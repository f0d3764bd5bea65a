"""What happens around a check: changed inputs, broken checks, places in the code, progress."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

import pytest

from grader.course.catalogue import load_assignment
from grader.course.expected import regenerate
from grader.model import Report, Status
from grader.pipeline import grade
from grader.settings import Limits, Visibility

CORRECT = Path(__file__).parent.parent / "cases/fully_connected/cs231n_correct/submission"
ASSIGNMENT = ("fully_connected",)
LAYERS = "cs231n/layers.py"

TWO_CHECKS = '''\
"""A sound check, and one that breaks."""

from grader import Assignment, FunctionCall, Question, ValueCheck, normal


class Broken(ValueCheck):
    def examine(self, candidate, expected, seed):
        raise ZeroDivisionError("ours")


def check(kind, name):
    experiment = FunctionCall(
        target="layers:relu_forward", arguments={"x": normal(3, 4)}, results={"out": (0,)}
    )
    return kind(id=name, experiment=experiment, points={"out": 5})


assignment = Assignment(
    name="two",
    title="Two",
    notebooks=(),
    questions=(
        Question(id="a", title="A", checks=(check(Broken, "broken"),)),
        Question(id="b", title="B", checks=(check(ValueCheck, "sound"),)),
    ),
)
'''


LATER = '''\
"""A hidden check before one that is shown once it is due, and a public one."""

from grader import Assignment, FunctionCall, Question, ValueCheck, Visibility, normal


def check(name, visibility):
    experiment = FunctionCall(
        target="layers:relu_forward", arguments={"x": normal(3, 4)}, results={"out": (0,)}
    )
    return ValueCheck(id=name, experiment=experiment, points={"out": 5}, visibility=visibility)


assignment = Assignment(
    name="later",
    title="Later",
    notebooks=(),
    questions=(
        Question(id="a", title="A", checks=(
            check("hidden", Visibility.HIDDEN),
            check("later", Visibility.AFTER_DUE),
            check("open", Visibility.PUBLIC),
        )),
    ),
)
'''

HOARDER = """\
import numpy as np

SEEN = []


def relu_forward(x):
    out = np.maximum(x, 0) * (1 + 1e-9 * len(SEEN))
    SEEN.append(x)
    return out, x
"""


@pytest.fixture
def submission(tmp_path: Path) -> Path:
    """Return a copy of the correct submission."""
    return shutil.copytree(CORRECT, tmp_path / "submission")


def change(submission: Path, old: str, new: str, file: str = LAYERS) -> None:
    """Replace one passage of one file."""
    path = submission / file
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


def failing(report: Report) -> dict[str, str]:
    """Return the messages of what did not pass, by check."""
    return {c.id: c.outcome.message for c in report.checks if c.outcome.status is not Status.PASSED}


def test_gradient_check_fails_a_layer_that_changes_its_input(submission: Path) -> None:
    """The values are right, but whoever calls it still needs x."""
    change(submission, "out = np.maximum(0, x)\n", "x[x < 0] = 0\n    out = x\n")
    report = grade(submission, ASSIGNMENT)
    assert failing(report)["relu_backward.dx"] == "relu_forward changes its input x in place."


def test_gradient_check_fails_a_loss_that_changes_its_input(submission: Path) -> None:
    """Shifting the scores in place spoils them for the caller."""
    change(
        submission,
        "shifted_logits = x - np.max(x, axis=1, keepdims=True)\n",
        "x -= np.max(x, axis=1, keepdims=True)\n    shifted_logits = x\n",
    )
    messages = failing(grade(submission, ASSIGNMENT))
    assert messages["softmax_loss_gradient.dx"] == "softmax_loss changes its input x in place."


@pytest.fixture
def two_checks(tmp_path: Path) -> Path:
    """Return an assignment of which one check is broken."""
    folder = tmp_path / "two"
    folder.mkdir()
    (folder / "assignment.py").write_text(TWO_CHECKS)
    regenerate(load_assignment(folder))
    return folder


def test_broken_check_is_our_fault(two_checks: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A check that raises is a grader_error, marks the report, and the others go on."""
    with caplog.at_level(logging.CRITICAL, logger="grader"):
        report = grade(CORRECT, [two_checks])
    statuses = {check.id: check.outcome.status for check in report.checks}
    assert statuses == {"broken.out": Status.GRADER_ERROR, "sound.out": Status.PASSED}
    assert report.needs_regrade
    assert "will be graded again" in report.checks[0].outcome.message
    assert "ours" not in report.checks[0].outcome.message


def test_nothing_told_later_knows_what_is_never_told(tmp_path: Path) -> None:
    """A check shown once it is due runs before any hidden one, wherever it is declared."""
    folder = tmp_path / "later"
    folder.mkdir()
    (folder / "assignment.py").write_text(LATER)
    regenerate(load_assignment(folder))
    hoarder = tmp_path / "submission"
    (hoarder / "cs231n").mkdir(parents=True)
    (hoarder / LAYERS).write_text(HOARDER)
    found = {check.id: check.outcome for check in grade(hoarder, [folder]).checks}
    assert {outcome.status for outcome in found.values()} == {Status.PASSED}
    assert found["open.out"].error == 0
    # One call came before it, that of the public check; the hidden one came after both.
    assert found["later.out"].error == pytest.approx(0.5e-9, rel=1e-3)
    assert found["hidden.out"].error == pytest.approx(1e-9, rel=1e-3)


def test_failure_shows_the_line_that_made_the_part(submission: Path) -> None:
    """The place is where dw is computed, with the lines around it and one of them marked."""
    change(submission, "dw = rows.T.dot(dout)", "dw = rows.T.dot(dout) * 2")
    report = grade(submission, ASSIGNMENT)
    outcome = next(c.outcome for c in report.checks if c.id == "affine_backward.dw")
    assert outcome.location is not None
    assert outcome.location.file == LAYERS
    marked = [line for line in outcome.evidence.excerpt if line.marked]
    assert [line.number for line in marked] == [outcome.location.line]
    assert marked[0].text.strip() == "dw = rows.T.dot(dout) * 2"
    assert len(outcome.evidence.excerpt) == 5


def test_exception_shows_the_students_own_lines(submission: Path) -> None:
    """Location and traceback are the student's; none of ours is in it."""
    change(submission, "db = np.sum(dout, axis=0)", "db = np.summ(dout, axis=0)")
    report = grade(submission, ASSIGNMENT)
    outcome = next(c.outcome for c in report.checks if c.id == "affine_backward.dx")
    assert outcome.status is Status.ERRORED
    assert "AttributeError" in outcome.message
    assert outcome.location is not None
    assert outcome.location.file == LAYERS
    assert len(outcome.evidence.traceback) == 2
    assert outcome.evidence.traceback[0].startswith("cs231n/layers.py:")
    assert not any("grader/" in line for line in outcome.evidence.traceback)


def test_state_left_by_one_check_does_not_cost_another(submission: Path) -> None:
    """A function that only works once in a process is tried again in a fresh one."""
    change(
        submission,
        "def relu_backward(dout, cache):\n",
        "def relu_backward(dout, cache):\n    del globals()['affine_forward']\n",
    )
    report = grade(submission, ASSIGNMENT)
    assert not report.needs_regrade
    # A training, and a law of the function itself, call it in one worker again and again.
    again = (".accuracy", "relu_backward.properties.")
    lost = {name for name in failing(report) if not any(part in name for part in again)}
    own = ("affine_forward.", "relu_", "svm_loss", "softmax_loss", "sgd", "rmsprop", "adam")
    assert not any(check_id.startswith(own) for check_id in lost)


def test_progress_names_every_check_in_order() -> None:
    """The display is told of each check before it runs, and of how many; hidden ones last."""
    seen: list[tuple[str, int, int]] = []
    report = grade(
        CORRECT, ASSIGNMENT, progress=lambda name, done, total: seen.append((name, done, total))
    )
    hidden = [check.visibility is not Visibility.PUBLIC for check in report.checks]
    rows = [check.id.rpartition(".")[0] for check in report.checks]
    in_order = sorted(zip(hidden, rows, strict=True), key=lambda pair: pair[0])
    names = list(dict.fromkeys(row for _, row in in_order))
    assert [name for name, _, _ in seen] == names
    assert [done for _, done, _ in seen] == list(range(len(names)))
    assert {total for _, _, total in seen} == {len(names)}


def test_slow_code_that_ends_loses_nothing(submission: Path) -> None:
    """A function that takes its time is right as long as the limit is not reached."""
    change(
        submission,
        "def relu_forward(x):\n",
        "def relu_forward(x):\n    for _ in range(300000): pass\n",
    )
    assert grade(submission, ASSIGNMENT, limits=Limits(cpu_seconds=20.0)).percent == 100.0


def test_prints_without_end_cost_nothing(submission: Path) -> None:
    """Megabytes on standard output are read and dropped."""
    change(
        submission,
        "def affine_forward(x, w, b):\n",
        "def affine_forward(x, w, b):\n    print('x' * 200000)\n",
    )
    assert grade(submission, ASSIGNMENT).percent == 100.0

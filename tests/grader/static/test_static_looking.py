"""What findings do to a report: rows that earn nothing, notes, and clocks that decide."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from grader.course.assignment import Assignment, Question
from grader.course.catalogue import load_assignment
from grader.model import CheckResult, Outcome, Report, Status
from grader.pipeline import grade
from grader.settings import Policy, Rule
from grader.static.code import Code
from grader.static.looking import DEFAULTS, find_all, look
from grader.submission.archive import open_submission
from grader.submission.locate import locate

CASES = Path(__file__).parent.parent.parent / "cases"
SOFTMAX = "cs231n/classifiers/softmax.py"
VECTORISED = "softmax_loss_vectorized"
START = f"def {VECTORISED}(W, X, y, reg):\n"


def spoil(case: str, folder: Path, file: str, *edits: tuple[str, str]) -> Path:
    """Return a copy of a correct submission in which some text is another."""
    submission = shutil.copytree(CASES / case / "submission", folder / "submission")
    path = submission / file
    text = path.read_text()
    for old, new in edits:
        assert text.count(old) == 1
        text = text.replace(old, new)
    path.write_text(text)
    return submission


def lost(report: Report) -> dict[str, CheckResult]:
    """Return the rows that did not pass, but for those that a person judges."""
    settled = (Status.PASSED, Status.NEEDS_REVIEW)
    return {c.id: c for c in report.checks if c.outcome.status not in settled}


def test_numeric_backward_earns_nothing_for_its_gradients_and_says_so(tmp_path: Path) -> None:
    """The forward pass and the networks keep their points; the row shows line and reason."""
    submission = spoil(
        "fully_connected/cs231n_correct",
        tmp_path,
        "cs231n/layers.py",
        (
            "def relu_backward(dout, cache):\n",
            (
                "def relu_backward(dout, cache):\n"
                "    h = 1e-6\n"
                "    f = lambda x: relu_forward(x)[0]\n"
                "    return dout * (f(cache + h) - f(cache - h)) / (2 * h)\n"
            ),
        ),
    )
    rows = lost(grade(submission, ["fully_connected"]))
    assert rows
    assert all(check.targets[-1] == "layers:relu_backward" for check in rows.values())
    outcome = rows["relu_backward.dx"].outcome
    assert "differences of a forward pass" in outcome.message
    assert outcome.location is not None
    assert outcome.location.file == "cs231n/layers.py"


LOOP = """    if True:
        loss, dW = 0.0, np.zeros_like(W)
        for i in range(len(y)):
            scores = X[i].dot(W)
            scores = scores - np.max(scores)
            p = np.exp(scores) / np.sum(np.exp(scores))
            loss += -np.log(p[y[i]])
            for j in range(W.shape[1]):
                dW[:, j] += (p[j] - (j == y[i])) * X[i]
        return loss / len(y) + reg * np.sum(W * W), dW / len(y) + 2 * reg * W
"""


def test_naive_code_in_a_vectorised_function_earns_nothing(tmp_path: Path) -> None:
    """A loop that is no faster than the naive version costs what the function would earn."""
    submission = spoil("softmax/cs231n_correct", tmp_path, SOFTMAX, (START, START + LOOP))
    rows = lost(grade(submission, ["softmax"]))
    assert rows
    assert all(VECTORISED in check_id for check_id in rows)
    message = rows[f"{VECTORISED}.loss.loss"].outcome.message
    assert message == f"{VECTORISED} has a loop and is no faster than softmax_loss_naive."


def test_loop_that_hardly_costs_time_is_told_and_keeps_its_points(tmp_path: Path) -> None:
    """A loop over the classes is much faster than one over the examples."""
    edit = (
        "    dW = X.T.dot(dscores) / num_train",
        "    dW = np.stack([X.T.dot(column) for column in dscores.T], axis=1) / num_train",
    )
    submission = spoil("softmax/cs231n_correct", tmp_path, SOFTMAX, edit)
    report = grade(submission, ["softmax"])
    assert not lost(report)
    told = [warning for warning in report.warnings if "has a loop" in warning]
    assert len(told) == 1
    assert told[0].startswith(f"{SOFTMAX}:")
    assert "times as fast as your softmax_loss_naive" in told[0]


def test_printed_answers_are_told_and_not_charged(tmp_path: Path) -> None:
    """The fresh inputs charge a table already; the note says what is to be taken out."""
    edit = (
        "def affine_forward(x, w, b):\n",
        (
            "def affine_forward(x, w, b):\n"
            "    if x.shape == (99,):\n"
            "        return [1.49834967, 1.70660132, 1.91485297], None\n"
        ),
    )
    submission = spoil("fully_connected/cs231n_correct", tmp_path, "cs231n/layers.py", edit)
    report = grade(submission, ["fully_connected"])
    assert report.percent == 100.0
    assert any("affine_forward holds 3 numbers" in warning for warning in report.warnings)


class Clock:
    """A candidate that must not be asked for the time."""

    cpu_seconds = 0.0


def test_policies_decide_between_nothing_a_note_and_a_charge(tmp_path: Path) -> None:
    """The same finding is dropped, told or charged, as the assignment says."""
    submission = spoil(
        "softmax/cs231n_correct",
        tmp_path,
        SOFTMAX,
        (
            "def softmax_loss_naive(W, X, y, reg):\n",
            (
                "def softmax_loss_naive(W, X, y, reg):\n"
                "    return softmax_loss_vectorized(W, X, y, reg)\n"
            ),
        ),
    )
    assignment = only("softmax_loss_naive", load_assignment("softmax").assignment)
    located = locate(open_submission(submission), assignment.targets)
    code = Code(located.definitions, located.sources)
    results = passed(assignment)
    for policy, charged, told in (
        (Policy.OFF, 0, 0),
        (Policy.ADVISORY, 0, 1),
        (Policy.SCORED, len(results), 0),
    ):
        decided = replace(assignment, static={Rule.NAIVE_CALLS_FAST: policy})
        looked = look(results, decided, code, Clock(), 0)  # type: ignore[arg-type]
        failed = [one for one in looked.results if one.outcome.status is Status.FAILED]
        assert (len(failed), len(looked.notes)) == (charged, told)


def only(question: str, assignment: Assignment) -> Assignment:
    """Return an assignment of one question, its declared checks alone."""
    kept: list[Question] = []
    for one in assignment.questions:
        if one.id == question:
            checks = tuple(check for check in one.checks if not check.id.endswith(".cell"))
            kept.append(replace(one, checks=checks))
    return replace(assignment, questions=tuple(kept), vectorised=())


def passed(assignment: Assignment) -> list[CheckResult]:
    """Return a passed row for every part of an assignment."""
    return [
        CheckResult(
            f"{check.id}.{part}",
            question.id,
            check.kind,
            check.targets,
            Outcome(Status.PASSED),
            0.0,
            1.0,
        )
        for question, check in assignment.rows()
        for part in check.parts
    ]


def test_every_rule_has_a_default_and_unknown_rules_are_refused() -> None:
    """An assignment cannot name a rule that there is not."""
    assert set(DEFAULTS) == set(Rule)
    assignment = load_assignment("softmax").assignment
    with pytest.raises(ValueError, match="static names 'loop'"):
        replace(assignment, static={"loop": Policy.OFF})


@pytest.mark.parametrize("submission", sorted(CASES.glob("*/*_correct/submission")), ids=str)
def test_correct_submissions_break_no_rule(submission: Path) -> None:
    """Nothing is found in a whole correct submission."""
    assignment = load_assignment(submission.parent.parent.name).assignment
    located = locate(open_submission(submission), assignment.targets)
    assert not list(find_all(assignment, Code(located.definitions, located.sources)))

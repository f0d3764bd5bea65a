"""Failures of submissions are explained: by name, by the shape of the error, or not at all."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.candidate.naming import Naming
from grader.candidate.sandboxed import SandboxedCandidate
from grader.candidate.zygote import Zygote
from grader.course.assignment import Assignment
from grader.course.catalogue import load_assignment
from grader.course.trial import TrialCandidate
from grader.diagnosis.explaining import Explainer
from grader.diagnosis.fingerprints import make_fingerprints
from grader.model import Certainty, CheckResult, Evidence, Kind, Outcome, Status
from grader.pipeline import grade
from grader.sandboxing import choose_level, make_candidate
from grader.settings import Limits, Visibility
from grader.submission.archive import open_submission
from grader.submission.locate import locate
from grader.submission.overlay import lay_out
from reference.models.fully_connected import FullyConnectedNet
from reference.targets import resolve

LAYERS = """
import numpy as np

def affine_forward(x, w, b):
    return x.reshape(len(x), -1) @ w + b, (x, w, b)

def affine_backward(dout, cache):
    x, w, b = cache
    rows = x.reshape(len(x), -1)
    dx = (dout @ w.T).reshape(x.shape)
    dw = rows.T @ dout
    db = dout.sum(axis=0)
    return dx, dw, db

def relu_forward(x):
    return np.maximum(x, 0), x

def relu_backward(dout, x):
    return dout * (x > 0)
"""


@pytest.fixture(scope="module")
def assignment() -> Assignment:
    """Return the assignment on fully connected networks."""
    return load_assignment("fully_connected").assignment


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    """Give one warm parent for all tests."""
    with Zygote() as parent:
        yield parent


class Student:
    """A submission of one module, changed in some places."""

    def __init__(self, assignment: Assignment, zygote: Zygote, folder: Path) -> None:
        self.assignment, self._zygote, self._folder = assignment, zygote, folder
        self.candidate: SandboxedCandidate | None = None

    def explain(
        self, row: str, *changes: tuple[str, str], status: Status = Status.FAILED
    ) -> Outcome:
        """Return what is said of a failing row."""
        return self.explainer(*changes).explain([make_row(row, status)])[0].outcome

    def explainer(self, *changes: tuple[str, str], fingerprints: object = None) -> Explainer:
        """Return what explains the submission's failures."""
        text = textwrap.dedent(LAYERS)
        for old, new in changes:
            assert text.count(old) == 1
            text = text.replace(old, new)
        (self._folder / "cs231n").mkdir(exist_ok=True)
        (self._folder / "cs231n" / "layers.py").write_text(text, encoding="utf-8")
        submission = open_submission(self._folder)
        located = locate(submission, self.assignment.targets)
        limits = Limits(cpu_seconds=10.0)
        naming = Naming(located.definitions, {})
        self.candidate = make_candidate(
            lay_out(submission, located),
            located,
            naming,
            self._zygote,
            level=choose_level("auto"),
            limits=limits,
        )
        return Explainer(self.assignment, {}, self.candidate, fingerprints)


@pytest.fixture
def student(assignment: Assignment, zygote: Zygote, tmp_path: Path) -> Iterator[Student]:
    """Give a submission, and end its workers afterwards."""
    made = Student(assignment, zygote, tmp_path)
    yield made
    if made.candidate is not None:
        made.candidate.restart()


def make_row(row: str, status: Status = Status.FAILED, **evidence: object) -> CheckResult:
    """Return a failing row of one function."""
    name = row.partition(".")[0]
    targets = tuple(f"layers:{one}" for one in (name.replace("backward", "forward"), name))
    outcome = Outcome(status, "It is wrong.", hint="Why?", evidence=Evidence(**evidence))
    return CheckResult(
        row, "question", Kind.GRADIENT, tuple(dict.fromkeys(targets)), outcome, 0.0, 1.0
    )


def test_known_mistake_is_named_with_its_hint(student: Student) -> None:
    """The hint is the mistake's own, and it fits at all sizes."""
    outcome = student.explain("affine_backward.dw", ("rows.T @ dout", "rows.T @ dout / len(x)"))
    assert outcome.diagnosis == "weights_divided_by_n"
    assert outcome.evidence.certainty is Certainty.EVERYWHERE
    assert outcome.evidence.mistake
    assert outcome.evidence.explanation
    assert outcome.hint.endswith("?")
    assert outcome.hint != "Why?"


def test_two_mistakes_at_once_are_both_named(student: Student) -> None:
    """No single mistake fits, but a pair does."""
    outcome = student.explain(
        "affine_backward.dw",
        ("rows.T @ dout", "rows.T @ dout / len(x)"),
        ("dout.sum(axis=0)", "dout.sum(axis=1)"),
    )
    names = outcome.diagnosis.split("+")
    assert "weights_divided_by_n" in names
    assert len(names) == 2
    assert ", and also " in outcome.evidence.mistake


def test_unknown_error_is_told_by_its_shape(student: Student) -> None:
    """No known mistake makes every entry three times as large."""
    outcome = student.explain("affine_backward.dx", ("x.shape)\n", "x.shape) * 3\n"))
    assert outcome.diagnosis == "constant_factor"
    assert outcome.evidence.certainty is Certainty.SHAPE
    assert "3 times" in outcome.evidence.explanation


def test_cache_kept_outside_is_told(student: Student) -> None:
    """A backward pass that reads what the last forward pass left mixes calls up."""
    outcome = student.explain(
        "affine_backward.dw",
        ("def affine_forward(x, w, b):", "def affine_forward(x, w, b):\n    kept.append(x * 0.9)"),
        ("import numpy as np", "import numpy as np\nkept = []"),
        ("rows = x.reshape(len(x), -1)", "rows = kept[-1].reshape(len(kept[-1]), -1)"),
    )
    assert outcome.diagnosis == "stale_cache"


def test_right_function_is_never_diagnosed(student: Student) -> None:
    """Though a row says that it fails, nothing is said of a function that is right."""
    outcome = student.explain("affine_backward.dw")
    assert outcome.diagnosis == ""
    assert outcome.hint == "Why?"


def test_raising_function_is_not_diagnosed(student: Student) -> None:
    """A function that always raises tells nothing; its traceback says what there is to say."""
    outcome = student.explain(
        "affine_backward.dw", ("rows.T @ dout", "rows @ dout @ dout"), status=Status.ERRORED
    )
    assert outcome.diagnosis == ""


@pytest.mark.parametrize("status", [Status.PASSED, Status.MISSING, Status.NEEDS_REVIEW])
def test_only_failures_are_looked_at(student: Student, status: Status) -> None:
    """Rows that passed, or that nobody wrote yet, are left as they are."""
    explainer = student.explainer(("rows.T @ dout", "rows.T @ dout / len(x)"))
    row = make_row("affine_backward.dw", status)
    assert explainer.explain([row]) == [row]
    assert explainer._found == {}


def test_consequences_are_not_looked_at(student: Student) -> None:
    """What fails because of another function is told there."""
    explainer = student.explainer(("rows.T @ dout", "rows.T @ dout / len(x)"))
    row = make_row("affine_backward.dw", builds_on=("affine_forward",))
    assert explainer.explain([row]) == [row]


def test_endless_function_is_not_called_again(student: Student) -> None:
    """A function that used up its time in a check does not get more for an explanation."""
    explainer = student.explainer(("rows.T @ dout", "rows.T @ dout / len(x)"))
    rows = [make_row("affine_backward.dx", Status.TIMED_OUT), make_row("affine_backward.dw")]
    assert explainer.explain(rows) == rows
    assert "layers:affine_backward" not in explainer._found


def test_part_that_a_mistake_does_not_change_gets_another_explanation(student: Student) -> None:
    """Beside a known mistake in one gradient, the shape of the error in another is told."""
    changes = (("rows.T @ dout", "rows.T @ dout / len(x)"), ("x.shape)\n", "x.shape) * 3\n"))
    known = student.explain("affine_backward.dw", *changes)
    assert (known.diagnosis, known.evidence.certainty) == (
        "weights_divided_by_n",
        Certainty.LIKELY,
    )
    assert student.explain("affine_backward.dx", *changes).diagnosis == "constant_factor"


def test_bundle_names_mistakes_by_fingerprints_alone(
    student: Student, assignment: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With fingerprints, neither the reference nor the catalogue is asked."""
    fingerprints = make_fingerprints(assignment)
    monkeypatch.setattr("grader.diagnosis.explaining.know", None)
    changes = (("rows.T @ dout", "rows.T @ dout / len(x)"),)
    explainer = student.explainer(*changes, fingerprints=fingerprints)
    outcome = explainer.explain([make_row("affine_backward.dw")])[0].outcome
    assert outcome.diagnosis == "weights_divided_by_n"
    assert outcome.evidence.certainty is Certainty.EVERYWHERE


def test_exception_is_not_explained_by_a_function_that_gives_everything(student: Student) -> None:
    """A mistake of the forward pass is not why the backward pass raises."""
    changes = (("@ w + b, (x", "@ w, (x"),)
    row = make_row("affine_backward.dw", Status.ERRORED)
    said = replace(row.outcome, message="ValueError: shapes (2,3) and (2,3) not aligned")
    explainer = student.explainer(*changes)
    outcome = explainer.explain([replace(row, outcome=said)])[0].outcome
    assert outcome.diagnosis == ""
    assert "product" in outcome.hint
    assert explainer.explain([make_row("affine_forward.out")])[0].outcome.diagnosis


def test_hidden_exception_is_not_asked_about(student: Student) -> None:
    """Code may choose what it raises by inputs that nobody is to see."""
    row = make_row("affine_backward.dw", Status.ERRORED)
    said = replace(row.outcome, message="KeyError: 'W1'")
    hidden = replace(row, outcome=said, visibility=Visibility.HIDDEN)
    assert student.explainer().explain([hidden]) == [hidden]


@pytest.mark.parametrize(
    ("error", "tolerance", "evidence", "diagnosis"),
    [
        (2e-8, 1e-10, {"measure": "relative error"}, "last_digits"),
        (2e-3, 1e-10, {"measure": "relative error"}, ""),
        (2e-8, 1e-7, {"measure": "relative error"}, ""),
        (2e-8, 1e-10, {"measure": "absolute error", "expected": "2.5", "count": 1}, "last_digits"),
        (2e-8, 1e-10, {"measure": "absolute error", "expected": "1e-6", "count": 1}, ""),
        (2e-8, 1e-10, {"measure": "absolute error", "expected": "2.5", "count": 9}, ""),
    ],
)
def test_result_that_is_nearly_right_is_told_so(
    student: Student, error: float, tolerance: float, evidence: dict[str, object], diagnosis: str
) -> None:
    """Where the probes find nothing, a tiny error speaks for a constant or a dtype."""
    row = make_row("affine_backward.dw", **evidence)
    near = replace(row.outcome, error=error, tolerance=tolerance)
    outcome = student.explainer().explain([replace(row, outcome=near)])[0].outcome
    assert outcome.diagnosis == diagnosis
    assert ("digits are right" in outcome.evidence.explanation) == bool(diagnosis)


def test_error_seen_in_a_part_goes_before_a_mistake_that_does_not_show_there(
    student: Student,
) -> None:
    """The forward pass forgets its bias, which is not why a gradient is three times too large."""
    outcome = student.explain(
        "affine_backward.dx", ("@ w + b, (x", "@ w, (x"), ("x.shape)\n", "x.shape) * 3\n")
    )
    assert outcome.diagnosis == "constant_factor"


@pytest.mark.parametrize(
    ("row", "diagnosis"),
    [("loss_reg_3_14.loss", "regularisation"), ("loss_reg_0.loss", ""), ("reg_3_14.W2", "")],
)
def test_wrong_regularisation_is_told_where_it_may_show(
    assignment: Assignment, row: str, diagnosis: str
) -> None:
    """One weight counts twice and another not at all, in the loss alone."""

    class Network(FullyConnectedNet):
        def loss(self, X: Any, y: Any = None) -> Any:
            result = super().loss(X, y)
            if y is None:
                return result
            first, second = ((self.params[name] ** 2).sum() for name in ("W1", "W2"))
            return result[0] + 0.5 * self.reg * (second - first), result[1]

    candidate = TrialCandidate(
        lambda name: Network if name.endswith("FullyConnectedNet") else resolve(name)
    )
    row = f"FullyConnectedNet.{row}"
    failing = replace(make_row(row), targets=("fc_net:FullyConnectedNet",))
    outcome = Explainer(assignment, {}, candidate).explain([failing])[0].outcome
    assert outcome.diagnosis == diagnosis
    if diagnosis:
        assert outcome.evidence.certainty is Certainty.SHAPE
        assert "W1 is missing; W2 is held 2 times" in outcome.evidence.explanation


def test_description_of_first_parameters_has_no_shape(assignment: Assignment) -> None:
    """What is kept of a parameter is its shape, deviation and mean: no rows and columns."""

    class Network(FullyConnectedNet):
        def __init__(self, *arguments: Any, **keywords: Any) -> None:
            super().__init__(*arguments, **keywords)
            self.params["b1"] = self.params["b1"] + 0.3

    candidate = TrialCandidate(
        lambda name: Network if name.endswith("FullyConnectedNet") else resolve(name)
    )
    failing = replace(make_row("FullyConnectedNet.init.b1"), targets=("fc_net:FullyConnectedNet",))
    assert Explainer(assignment, {}, candidate).explain([failing]) == [failing]


def test_a_loss_of_zero_has_no_wrong_regularisation(assignment: Assignment) -> None:
    """Where nothing is worked out, the regularisation is the least that is missing."""

    class Network(FullyConnectedNet):
        def loss(self, X: Any, y: Any = None) -> Any:
            return super().loss(X) if y is None else (0.0, {})

    candidate = TrialCandidate(
        lambda name: Network if name.endswith("FullyConnectedNet") else resolve(name)
    )
    row = make_row("FullyConnectedNet.loss_reg_3_14.loss")
    failing = replace(row, targets=("fc_net:FullyConnectedNet",))
    assert Explainer(assignment, {}, candidate).explain([failing])[0].outcome.diagnosis == "zero"


def test_a_network_is_not_accused_of_what_another_function_does_not_find(tmp_path: Path) -> None:
    """A name that is missing, in a helper below, is no sign of any formula of the network."""
    case = Path(__file__).parents[2] / "cases/dropout/cs231n_correct/submission"
    folder = shutil.copytree(case, tmp_path / "work")
    with next(folder.rglob("fc_net.py")).open("a", encoding="utf-8") as network:
        network.write(
            "\n\ndef affine_backward(dout, cache):\n    return no_such_name(dout, cache)\n"
        )
    report = grade(folder, ["dropout"])
    raised = [row for row in report.checks if row.outcome.status is Status.ERRORED]
    assert raised
    assert all(row.targets[-1] == "fc_net:FullyConnectedNet" for row in raised)
    assert {row.outcome.diagnosis for row in report.checks} == {""}
    assert all("NameError" in row.outcome.message for row in raised)

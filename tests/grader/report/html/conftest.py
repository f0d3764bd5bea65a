"""Reports of several kinds, as pages show them, and a browser to look at them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.model import (
    AssignmentInfo,
    Certainty,
    CheckResult,
    Curve,
    ErrorMap,
    Evidence,
    GraderInfo,
    Kind,
    Location,
    Outcome,
    QuestionScore,
    Report,
    SourceLine,
    SourceText,
    Status,
    SubmissionInfo,
)
from grader.settings import Detail, Disclosure, Visibility

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = Path("/usr/bin/chromium")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
LAYERS = "cs231n/layers.py"
FUNCTION = (
    "def affine_backward(dout, cache):",
    '    """',
    "    Computes the backward pass of an affine layer, as a docstring of",
    "    several lines tells 'at length' and with # no comment in it.",
    '    """',
    "    x, w, b = cache",
    "    N = x.shape[0]",
    *(f"    unused_{number} = {number}  # a line between" for number in range(12)),
    "    dx = dout.dot(w.T).reshape(x.shape)",
    "    dw = x.reshape(N, -1).T.dot(dout) / N",
    "    db = dout.sum(axis=0)",
    "    return dx, dw, db",
)
MARKED_LINE = 51 + FUNCTION.index("    dw = x.reshape(N, -1).T.dot(dout) / N")
LOSSES = Curve(
    "loss",
    "iteration",
    tuple(range(0, 400, 10)),
    tuple(2.3 * math.exp(-step / 12) + 0.2 for step in range(40)),
)
ACCURACIES = tuple(
    Curve(name, "epoch", tuple(range(6)), values)
    for name, values in (
        ("training accuracy", (0.1, 0.4, 0.6, 0.75, 0.85, 0.9)),
        ("validation accuracy", (0.1, 0.35, 0.5, 0.55, 0.58, 0.57)),
    )
)
PASSED = Outcome(Status.PASSED, error=3e-11, tolerance=1e-10)
WRONG_DW = Outcome(
    Status.FAILED,
    "Every entry of dw is 0.1000 of what it should be (30 of 30).",
    error=0.82,
    tolerance=1e-10,
    hint="which function averages over the batch, and did it do so before dout reached you?",
    diagnosis="divided_by_n",
    location=Location(LAYERS, MARKED_LINE),
    evidence=Evidence(
        index=(0, 0),
        got="-0.237343",
        expected="-2.373429",
        wrong=30,
        count=30,
        inputs="x (10,2,3), w (6,5)",
        notes=tuple(f"Something measured, number {number}." for number in range(6)),
        mistake="gradient of the weights divided by N",
        explanation="The gradient is averaged over the examples, which the loss has done already.",
        certainty=Certainty.EVERYWHERE,
        excerpt=(SourceLine(MARKED_LINE, FUNCTION[MARKED_LINE - 51], marked=True),),
        counterexample="x = np.ones((2, 3))\nprint(affine_backward(x, cache))",
        error_map=ErrorMap((6, 5), ("90012", "00000", "00345"), "axis 0", "axis 1"),
    ),
)


def make_check(
    check_id: str,
    outcome: Outcome,
    *,
    score: float = 0.0,
    max_score: float = 2.0,
    question: str = "affine",
    visibility: Visibility = Visibility.PUBLIC,
) -> CheckResult:
    """Return one row about the function that `check_id` names."""
    return CheckResult(
        id=check_id,
        question=question,
        kind=Kind.GRADIENT,
        targets=(f"layers:{check_id.partition('.')[0]}",),
        outcome=outcome,
        score=score,
        max_score=max_score,
        visibility=visibility,
        seconds=0.25,
    )


def make_report(*checks: CheckResult) -> Report:
    """Return a report of one assignment that holds `checks`, all about one question."""
    score, most = sum(check.score for check in checks), sum(check.max_score for check in checks)
    waiting = [check for check in checks if check.outcome.status is Status.NEEDS_REVIEW]
    pending = sum(check.max_score for check in waiting)
    return Report(
        assignments=(
            AssignmentInfo("fc", "Fully connected networks", "cs231n", "a" * 64, score, most),
        ),
        submission=SubmissionInfo("submission.zip", "b" * 64, "cs231n", (LAYERS,)),
        grader=GraderInfo("0.1.0", "3.11.7", "2.4.6", "strict", 4711),
        questions=(QuestionScore("affine", "Affine layer", score, most, pending),),
        checks=checks,
        score=score,
        max_score=most,
        pending=pending,
        seconds=1.5,
        sources=(SourceText(LAYERS, 51, FUNCTION),),
    )


def make_good() -> Report:
    """Return a report in which all is right, with trainings."""
    training = replace(PASSED, evidence=Evidence(curves=(LOSSES, *ACCURACIES)))
    return make_report(
        make_check("affine_forward.out", PASSED, score=4.0, max_score=4.0),
        make_check("affine_forward.hidden.out", PASSED, score=2, visibility=Visibility.HIDDEN),
        make_check("TwoLayerNet.training.accuracy", training, score=2.0),
    )


def make_bad() -> Report:
    """Return a report that holds one outcome of every kind."""
    raised = Outcome(
        Status.ERRORED,
        "It raises ValueError: shapes (10,2,3) and (6,5) not aligned.",
        location=Location(LAYERS, 22),
        evidence=Evidence(
            traceback=(
                f"{LAYERS}:22 in affine_forward",
                "    out = x.dot(w) + b",
                "ValueError: shapes (10,2,3) and (6,5) not aligned",
            ),
        ),
    )
    timed_out = Outcome(
        Status.TIMED_OUT,
        "Stopped after 30 CPU s.",
        location=Location(LAYERS, 612),
        evidence=Evidence(samples=((Location(LAYERS, 612), 7), (Location(LAYERS, 611), 3))),
    )
    essay = Evidence(answer="Because of ReLU.\n\nAnd of <b>dropout</b>.", notes=("Why?",))
    follows = Outcome(
        Status.FAILED, "dw is wrong.", evidence=Evidence(builds_on=("affine_backward",))
    )
    hidden = replace(WRONG_DW, evidence=replace(WRONG_DW.evidence, got="5.55", expected="6.66"))
    untrained = Outcome(
        Status.FAILED, "It learned nothing.", evidence=Evidence(curves=(LOSSES, *ACCURACIES))
    )
    report = make_report(
        make_check("affine_forward.out", PASSED, score=4.0, max_score=4.0),
        make_check("affine_backward.dx", PASSED, score=2.0),
        make_check("affine_backward.dw", WRONG_DW),
        make_check("affine_backward.hidden.dw", hidden, visibility=Visibility.HIDDEN),
        make_check("affine_backward.later.dw", hidden, visibility=Visibility.AFTER_DUE),
        make_check("relu_forward.out", raised, max_score=3.0),
        make_check("conv_backward_naive.dw", timed_out, max_score=6.0),
        make_check("adam.next_w", Outcome(Status.MISSING, "adam is not written yet.")),
        make_check("sgd.next_w", Outcome(Status.CRASHED, "The worker ended by signal 11.")),
        make_check("svm_loss.loss", Outcome(Status.BLOCKED, "optim.py cannot be imported.")),
        make_check("essay.text", Outcome(Status.NEEDS_REVIEW, evidence=essay), max_score=5.0),
        make_check("softmax_loss.dx", Outcome(Status.GRADER_ERROR), score=2.0),
        make_check("affine_relu.dw", follows),
        make_check("TwoLayerNet.loss", replace(PASSED, carried_forward=True), score=2.0),
        make_check("TwoLayerNet.training.accuracy", untrained),
    )
    return replace(
        report,
        needs_regrade=True,
        warnings=("cs231n/vis_utils.py was replaced by the course's own.",),
        missing=("layers:dropout_forward", "optim:adam"),
    )


def make_unfinished() -> Report:
    """Return the report of a starter: nothing is written, and hundreds of checks say so."""
    checks = []
    for number in range(60):
        name = f"function_{number}"
        said = "{} is not written yet." if number % 3 else "No file defines {}."
        where = Location(LAYERS, number + 1) if number % 3 else None
        outcome = Outcome(Status.MISSING, said.format(name), location=where)
        checks += [make_check(f"{name}.part_{part}", outcome) for part in range(5)]
    return make_report(*checks)


def make_several() -> Report:
    """Return the report of two assignments that were graded together."""
    report = make_good()
    assignments = tuple(
        AssignmentInfo(name, f"Assignment {name}", "cs231n", name[0] * 64, 20, 40, 5)
        for name in ("first", "second")
    )
    questions = tuple(
        QuestionScore(f"{each.name}/{number}", f"Question {number}", number, 4, number / 2)
        for each in assignments
        for number in range(3)
    )
    return replace(report, assignments=assignments, questions=questions)


def make_named() -> Report:
    """Return a report with names in other scripts, with emoji, and of great length."""
    file = "הגשה/שכבות \U0001f9e0.py"
    wrong = replace(
        WRONG_DW,
        message="كل القيم خاطئة \U0001f389 " + "x" * 10_000_000,
        location=Location(file, 52),
    )
    report = make_report(
        make_check("פונקציה_" + "ארוכה_" * 40 + ".dw", wrong),
        make_check(
            "f.\u202eevil", replace(wrong, message="\u202egnp.exe \U0001f469\u200d\U0001f4bb")
        ),
        make_check("f" * 3000 + ".out", PASSED, score=1.0),
    )
    return replace(
        report,
        submission=replace(report.submission, name="הגשה_סופית \U0001f389" + "w" * 900 + ".zip"),
        sources=(SourceText(file, 51, ("# הערה", "x = 'שלום'; " + "y" * 5000)),),
        questions=(QuestionScore("affine", "שאלה " + "ד" * 300, 1, 6),),
    )


REPORTS = {
    "good": make_good,
    "bad": make_bad,
    "unfinished": make_unfinished,
    "several": make_several,
    "named": make_named,
}


@pytest.fixture(params=REPORTS)
def any_report(request: pytest.FixtureRequest) -> Report:
    """Return a report of each kind in turn."""
    report: Report = REPORTS[request.param]()
    return report


@pytest.fixture
def bad_report() -> Report:
    """Return a report that holds one outcome of every kind."""
    return make_bad()


@pytest.fixture
def good_report() -> Report:
    """Return a report in which all is right."""
    return make_good()


@pytest.fixture
def hidden_report() -> Report:
    """Return a report with a check of which students are told nothing but its verdict."""
    marked = Evidence(
        index=(7, 7, 7),
        got="SECRET-got",
        expected="SECRET-expected",
        wrong=777_001,
        count=777_002,
        inputs="SECRET-inputs",
        notes=("SECRET-note",),
        traceback=("SECRET-traceback",),
        samples=((Location("SECRET-sampled.py", 777_003), 777_004),),
        excerpt=(SourceLine(777_005, "SECRET-line", marked=True),),
        measure="SECRET-measure",
        answer="SECRET-answer",
        mistake="SECRET-mistake",
        explanation="SECRET-explanation",
        counterexample="SECRET-counterexample",
        error_map=ErrorMap((777, 7), ("777",), "SECRET-down", "SECRET-across"),
        curves=(Curve("SECRET-curve", "SECRET-unit", (0, 1), (777_006, 777_007)),),
    )
    outcome = Outcome(
        Status.FAILED,
        "SECRET-message",
        error=0.777_008,
        tolerance=0.777_009,
        hint="SECRET-hint",
        diagnosis="SECRET-diagnosis",
        location=Location("SECRET-place.py", 777_010),
        evidence=marked,
    )
    statuses = (Status.FAILED, Status.ERRORED, Status.TIMED_OUT, Status.CRASHED)
    nothing = Disclosure(Detail.STATUS, Detail.STATUS)
    return replace(
        make_report(
            *(
                replace(
                    make_check(f"f_{status}.hidden.out", replace(outcome, status=status)),
                    visibility=Visibility.HIDDEN,
                    disclosure=nothing,
                    seconds=777.011,
                )
                for status in statuses
            )
        ),
        sources=(SourceText("SECRET-place.py", 777_010, ("SECRET-source",)),),
        seconds=777.012,
    )


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return one Chromium for all tests of a session."""
    if not CHROMIUM.exists():
        pytest.skip(f"there is no Chromium at {CHROMIUM}: apt-get install chromium")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as run:
        opened = run.chromium.launch(executable_path=str(CHROMIUM), args=list(QUIET))
        yield opened
        opened.close()

"""Reports built by hand, as the pipeline would make them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.model import (
    AssignmentInfo,
    CheckResult,
    Evidence,
    GraderInfo,
    Kind,
    Location,
    Outcome,
    QuestionScore,
    Report,
    SourceLine,
    Status,
    SubmissionInfo,
)
from grader.settings import Visibility

LAYERS = "cs231n/layers.py"


def make_check(
    check_id: str, outcome: Outcome, *, score: float = 0.0, max_score: float = 2.0
) -> CheckResult:
    """Return one row about the function that `check_id` names."""
    return CheckResult(
        id=check_id,
        question="affine",
        kind=Kind.GRADIENT,
        targets=(f"layers:{check_id.partition('.')[0]}",),
        outcome=outcome,
        score=score,
        max_score=max_score,
        seconds=0.25,
    )


def make_report(*checks: CheckResult) -> Report:
    """Return a report of one question that holds `checks`."""
    score = sum(check.score for check in checks)
    max_score = sum(check.max_score for check in checks)
    return Report(
        assignments=(
            AssignmentInfo(
                "fully_connected", "Fully connected networks", "cs231n", "a" * 64, score, max_score
            ),
        ),
        submission=SubmissionInfo("submission.zip", "b" * 64, "cs231n", (LAYERS,)),
        grader=GraderInfo("0.1.0", "3.11.7", "2.4.6", "strict", 0),
        questions=(QuestionScore("affine", "Affine layer", score, max_score),),
        checks=checks,
        score=score,
        max_score=max_score,
        seconds=1.5,
    )


PASSED = Outcome(Status.PASSED, error=3e-11, tolerance=1e-10)

WRONG_DW = Outcome(
    Status.FAILED,
    "Every entry of dw is 0.1000 of what it should be (30 of 30).",
    error=0.82,
    tolerance=1e-10,
    hint="which function averages over the batch, and did it do so before dout reached you?",
    diagnosis="divided by N",
    location=Location(LAYERS, 71),
    evidence=Evidence(
        index=(0, 0),
        got="-0.237343",
        expected="-2.373429",
        wrong=30,
        count=30,
        inputs="x (10,2,3), w (6,5)",
        notes=("It fits at N=7 too.",),
        excerpt=(
            SourceLine(70, "    dx = dout.dot(w.T).reshape(x.shape)"),
            SourceLine(71, "    dw = x.reshape(N, -1).T.dot(dout) / N", marked=True),
        ),
    ),
)

RAISED = Outcome(
    Status.ERRORED,
    "It raises ValueError: shapes (10,2,3) and (6,5) not aligned.",
    location=Location(LAYERS, 22),
    evidence=Evidence(
        inputs="x (10,2,3), w (6,5)",
        traceback=(
            f"{LAYERS}:22 in affine_forward",
            "    out = x.dot(w) + b",
            "ValueError: shapes (10,2,3) and (6,5) not aligned",
        ),
    ),
)

TIMED_OUT = Outcome(
    Status.TIMED_OUT,
    "Stopped after 30 CPU s.",
    location=Location(LAYERS, 612),
    evidence=Evidence(
        inputs="x (4,3,5,5), w (2,3,3,3)",
        samples=((Location(LAYERS, 612), 7), (Location(LAYERS, 611), 3)),
    ),
)


@pytest.fixture
def report() -> Report:
    """Return a report that holds one outcome of every kind."""
    stand_in = replace(PASSED, carried_forward=True)
    whole = make_report(
        make_check("affine_forward.out", PASSED, score=4.0, max_score=4.0),
        make_check("affine_backward.dx", PASSED, score=2.0),
        make_check("affine_backward.dw", WRONG_DW),
        make_check("relu_forward.out", RAISED, max_score=3.0),
        make_check("relu_forward.purity", RAISED, max_score=1.0),
        make_check("conv_backward_naive.dw", TIMED_OUT, max_score=6.0),
        make_check("adam.next_w", Outcome(Status.MISSING, "adam is not written yet.")),
        make_check("sgd.next_w", Outcome(Status.CRASHED, "The worker ended by signal 11.")),
        make_check("svm_loss.loss", Outcome(Status.BLOCKED, "optim.py cannot be imported.")),
        make_check("essay.text", Outcome(Status.NEEDS_REVIEW), max_score=5.0),
        make_check("softmax_loss.dx", Outcome(Status.GRADER_ERROR), score=2.0),
        replace(
            make_check("TwoLayerNet.loss", stand_in, score=2.0),
            targets=("fc_net:TwoLayerNet", "layers:affine_backward"),
        ),
        replace(make_check("affine_forward.secret", WRONG_DW), visibility=Visibility.HIDDEN),
    )
    return replace(
        whole,
        needs_regrade=True,
        warnings=("cs231n/vis_utils.py was replaced by the course's own.",),
        missing=("layers:dropout_forward", "optim:adam"),
    )

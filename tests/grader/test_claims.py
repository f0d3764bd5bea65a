from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from grader.answers import LONGEST, answers_of
from grader.checks.cells import CellCheck, parts_of
from grader.checks.review import ReviewCheck
from grader.claims import compare_claims
from grader.course.assignment import Assignment, Question
from grader.model import CheckResult, Evidence, Outcome, Status
from grader.submission.archive import Submission, open_submission

SETUP = "import numpy as np\nfrom cs231n.layers import *"
CELL = """\
out, cache = relu_forward(x)
dx = relu_backward(dout, cache)
dx_num = eval_numerical_gradient_array(lambda x: relu_forward(x)[0], x, dout)
print('dx error: ', rel_error(dx_num, dx))
assert out.shape == (3, 4)
"""
DX, SHAPE = parts_of(CELL)
CHECK = CellCheck(
    id="relu.cell",
    points={DX: 2, SHAPE: 2},
    source=CELL,
    setup=(SETUP,),
    tolerances={DX: 1e-9},
)


def assignment_of(*checks: Any) -> Assignment:
    """Return an assignment of one question."""
    question = Question(id="relu", title="ReLU", checks=checks)
    return Assignment(name="tiny", title="Tiny", notebooks=("ReLU",), questions=(question,))


def hand_in(tmp_path: Path, name: str = "ReLU", *cells: Mapping[str, Any]) -> Submission:
    """Return a submission that is one notebook."""
    folder = tmp_path / "work"
    folder.mkdir(exist_ok=True)
    notebook = {"nbformat": 4, "metadata": {}, "cells": cells}
    (folder / f"{name}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    return open_submission(folder)


def code(source: str = CELL, output: str = "", raised: str = "") -> dict[str, Any]:
    """Return a code cell, run if it has an output."""
    outputs: list[dict[str, Any]] = []
    if output:
        outputs.append({"output_type": "stream", "name": "stdout", "text": output})
    if raised:
        outputs.append({"output_type": "error", "ename": raised, "evalue": "wrong"})
    return {"cell_type": "code", "metadata": {}, "source": source, "outputs": outputs}


def words(source: str, **metadata: Any) -> dict[str, Any]:
    """Return a markdown cell."""
    return {"cell_type": "markdown", "source": source, "metadata": metadata}


def row(part: str, status: Status, error: float | None = None) -> CheckResult:
    """Return what the grader found for one part."""
    outcome = Outcome(status, error=error, tolerance=1e-9, evidence=Evidence(notes=("First.",)))
    return CheckResult(f"relu.cell.{part}", "relu", CHECK.kind, CHECK.targets, outcome, 0.0, 2.0)


def notes(result: CheckResult) -> list[str]:
    """Return what was noted besides."""
    first, *others = result.outcome.evidence.notes
    assert first == "First."
    return others


@pytest.mark.parametrize(
    ("said", "status", "measured", "note"),
    [
        ("1e-12", Status.FAILED, 0.8, "says 1.0e-12, we measure 8.0e-01 (ReLU.ipynb, cell 2)"),
        ("0.8", Status.PASSED, 1e-12, "says 8.0e-01, we measure 1.0e-12 (ReLU.ipynb, cell 2)"),
        ("nan", Status.PASSED, 1e-12, "says nan, we measure 1.0e-12"),
        ("1e-12", Status.ERRORED, None, "says 1.0e-12, and here it does not get that far"),
        ("1e-12", Status.PASSED, 1e-11, None),
        ("0.8", Status.FAILED, 0.7, None),
        ("1e-6", Status.PASSED, 1e-12, None),
        ("1e-12", Status.FAILED, 0.0, None),
        ("1e-12", Status.MISSING, None, None),
        ("1e-12", Status.GRADER_ERROR, None, None),
    ],
)
def test_disagreement_about_passing_is_noted(
    said: str, status: Status, measured: float | None, note: str | None, tmp_path: Path
) -> None:
    """A note is added where notebook and measurement disagree, and never a point."""
    submission = hand_in(tmp_path, "ReLU", words("# ReLU"), code(output=f"dx error:  {said}\n"))
    before = row(DX, status, measured)
    (after,) = compare_claims([before], assignment_of(CHECK), submission)
    assert (after.score, after.max_score) == (before.score, before.max_score)
    assert after.outcome.status is status
    found = notes(after)
    assert [note in one for one in found] == ([True] if note else [])


def test_assertions_claim_by_how_the_cell_ended(tmp_path: Path) -> None:
    """A cell that ran through claims that its assertions hold; one that raised does not."""
    through = hand_in(tmp_path, "ReLU", code(output="dx error: 1e-12\n"))
    (failed,) = compare_claims([row(SHAPE, Status.FAILED)], assignment_of(CHECK), through)
    assert "ran without an error" in notes(failed)[0]
    raised = hand_in(tmp_path, "ReLU", code(raised="AssertionError"))
    (passed,) = compare_claims([row(SHAPE, Status.PASSED)], assignment_of(CHECK), raised)
    assert "shows AssertionError: wrong" in notes(passed)[0]


def test_cell_that_was_never_run_is_noted_where_points_are_lost(tmp_path: Path) -> None:
    """An empty output explains a failure; a right answer needs no explanation."""
    submission = hand_in(tmp_path, "ReLU", code())
    rows = [row(DX, Status.FAILED, 0.8), row(SHAPE, Status.PASSED)]
    failed, passed = compare_claims(rows, assignment_of(CHECK), submission)
    assert "never ran it (ReLU.ipynb, cell 1)" in notes(failed)[0]
    assert notes(passed) == []


@pytest.mark.parametrize(
    "cells",
    [
        [],
        [words("relu_forward")],
        [code("relu_forward(", "dx error: 1e-12")],
        [code(CELL.replace("'dx error: '", "'dx mistake: '"), "dx error: 1e-12\n")],
        [code("print(relu_forward(x))", "dx error: 1e-12")],
    ],
)
def test_no_copy_no_claim(cells: list[dict[str, Any]], tmp_path: Path) -> None:
    """Deleted cells, and outputs that are not those of the cell, say nothing."""
    rows = [row(DX, Status.FAILED, 0.8)]
    assert compare_claims(rows, assignment_of(CHECK), hand_in(tmp_path, "R", *cells)) == rows


def test_submission_without_notebooks_claims_nothing(tmp_path: Path) -> None:
    """Python files alone are left as they are."""
    (tmp_path / "layers.py").write_text("def relu_forward(x):\n    return x, x\n")
    rows = [row(DX, Status.FAILED, 0.8)]
    assert compare_claims(rows, assignment_of(CHECK), open_submission(tmp_path)) == rows


FIRST = ReviewCheck(
    id="inline_1",
    points={"answer": 2},
    prompt="**Inline question 1.** Why should the loss be near -log(0.1) with random weights?\n\n"
    "**Your answer:**",
)
SECOND = ReviewCheck(
    id="inline_2",
    points={"answer": 2},
    prompt="**Inline question 2.** Describe what the visualised SVM weights look like, and why.",
)
THEIRS = "**Inline Question 1**\n\nWhy do we expect our loss to be close to -log(0.1)? Explain.**"


@pytest.mark.parametrize(
    ("cells", "answer"),
    [
        ([words(f"{THEIRS}\n\n**Your answer:** *Fill this in*")], ""),
        ([words(f"{THEIRS}\n\n**Your answer:** Ten equal chances.")], "Ten equal chances."),
        ([words(f"{THEIRS}\n\n## Answer:\n[FILL THIS IN]\n")], ""),
        ([words(f"{THEIRS}\n\n## Answer:\nTen equal chances.")], "Ten equal chances."),
        (
            [words(f"{THEIRS}\n\n$\\color{{blue}}{{\\textit Your Answer:}}$ Ten chances.")],
            "Ten chances.",
        ),
        (
            [
                words(
                    f"{THEIRS}\n\n$\\color{{blue}}{{\\textit Your Answer:}}$\n\n\n"
                    "$\\color{blue}{\\textit Your Explanation:}$\n\n"
                )
            ],
            "",
        ),
        ([words(THEIRS), words("**Your Answer**: 十分之一.")], "十分之一."),
        ([words(THEIRS), words("Ten equal chances.")], "Ten equal chances."),
        ([words(THEIRS), code("x = 1")], ""),
        ([words(THEIRS), code("x = 1"), words("And now the gradient.")], ""),
        ([words(THEIRS), code("x = 1"), words("## Solutions:\nTen chances.")], "Ten chances."),
        ([words(THEIRS), code("x"), {**words("1) Ten?"), "cell_type": "raw"}], "1) Ten?"),
        ([words(THEIRS), words("# Next part\nText.")], ""),
        ([words(THEIRS), words("Inline question 2: what do they look like?")], ""),
        ([words("Something else."), code("x = 1")], ""),
        ([], ""),
        (
            [words("All mine.", grader={"id": "inline_1", "review": True, "solution": True})],
            "All mine.",
        ),
        ([words("Mine, too.", nbgrader={"grade_id": "inline_1"})], "Mine, too."),
    ],
)
def test_answer_is_what_stands_below_its_question(
    cells: list[dict[str, Any]], answer: str, tmp_path: Path
) -> None:
    """Answers of every year are found, and what the handout put in their place is none."""
    submission = hand_in(tmp_path, "ReLU", *cells)
    assert answers_of(assignment_of(CHECK, FIRST), submission) == {"inline_1": answer}


SEARCH = ReviewCheck(
    id="search",
    points={"answer": 3},
    prompt="results = {}\nbest_softmax = None\nlearning_rates = [1e-7, 5e-5]\nprint(best_softmax)",
)


def test_code_that_a_person_judges_is_the_answer(tmp_path: Path) -> None:
    """What was added to the handout's cell does not hide it; the untouched cell is no answer."""
    mine = SEARCH.prompt.replace("print", "for rate in learning_rates:\n    train(rate)\nprint")
    others = [words("results, best softmax, learning rates"), code("learning_rates = 3")]
    submission = hand_in(tmp_path, "ReLU", *others, code(mine))
    assert answers_of(assignment_of(SEARCH), submission) == {"search": mine}
    untouched = hand_in(tmp_path, "ReLU", *others, code(SEARCH.prompt))
    assert answers_of(assignment_of(SEARCH), untouched) == {"search": ""}


@pytest.mark.parametrize(
    "text",
    [
        f"Your answer{' ' * 400_000}x",
        f"question{' ' * 400_000}x",
        "$\\color{" * 50_000,
        f"{THEIRS}\n\nYour answer:" + "[" * 400_000,
    ],
    ids=range(4),
)
def test_hostile_prose_takes_no_time(text: str, tmp_path: Path) -> None:
    """No pattern is tried at every place of an endless line again and again."""
    submission = hand_in(tmp_path, "ReLU", words(text), words(text))
    started = time.process_time()
    assert answers_of(assignment_of(FIRST, SECOND), submission).keys() == {"inline_1", "inline_2"}
    assert time.process_time() - started < 5


def test_each_question_is_asked_once(tmp_path: Path) -> None:
    """A year that asks only one of two questions leaves the other without an answer."""
    submission = hand_in(tmp_path, "ReLU", words(f"{THEIRS}\n\n**Your answer:** Ten."))
    answers = answers_of(assignment_of(SECOND, FIRST), submission)
    assert answers == {"inline_1": "Ten.", "inline_2": ""}


def test_endless_answer_is_cut(tmp_path: Path) -> None:
    """A person reads so much and no more."""
    cell = words(f"{THEIRS}\n\n**Your answer:** {'word ' * 20_000}")
    answers = answers_of(assignment_of(FIRST), hand_in(tmp_path, "ReLU", cell))
    assert len(answers["inline_1"]) == LONGEST


def test_without_review_checks_nothing_is_asked(tmp_path: Path) -> None:
    """Notebooks are not even read."""
    assert answers_of(assignment_of(CHECK), hand_in(tmp_path, "ReLU")) == {}

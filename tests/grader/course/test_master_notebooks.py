from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.checks.cells import CellCheck
from grader.checks.review import ReviewCheck
from grader.course.assignment import Assignment
from grader.course.catalogue import assignment_names, load_assignment, load_declaration
from grader.course.notebook import digest_of_masters
from grader.errors import AssignmentError
from grader.settings import Visibility

Declare = Callable[..., Path]

SETUP = "import numpy as np\nfrom cs231n.layers import *"
FORWARD = """\
x = np.linspace(-0.5, 0.5, num=4)
out, _ = relu_forward(x)
correct_out = np.array([0., 0., 0.16666667, 0.5])
print('difference: ', rel_error(out, correct_out))
assert out.shape == (4,)
"""
MORE = {"id": "more.cell", "question": "relu", "points": 1}


def code(source: str, **tag: Any) -> dict[str, Any]:
    """Return a code cell with our metadata."""
    return {"cell_type": "code", "source": source, "metadata": {"grader": tag} if tag else {}}


def words(source: str, **tag: Any) -> dict[str, Any]:
    """Return a markdown cell with our metadata."""
    return {**code(source, **tag), "cell_type": "markdown"}


def forward(**changes: Any) -> dict[str, Any]:
    """Return the check cell that most notebooks here hold."""
    tag = {"id": "relu.cell", "question": "relu", "points": 4}
    return code(changes.pop("source", FORWARD), **tag | changes)


@pytest.fixture
def read(declare: Declare) -> Callable[..., Assignment]:
    """Return a function that loads an assignment whose master holds the cells given."""

    def load(*cells: object, content: str | None = None) -> Assignment:
        folder = declare(("questions=", 'masters=("relu.ipynb",), questions='))
        notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
        text = json.dumps(notebook) if content is None else content
        (folder / "relu.ipynb").write_text(text, encoding="utf-8")
        return load_assignment(folder).assignment

    return load


def cell_check(assignment: Assignment, name: str = "relu.cell") -> CellCheck:
    """Return the check of one cell."""
    (check,) = (check for check in assignment.checks if check.id == name)
    assert isinstance(check, CellCheck)
    return check


def test_tagged_cell_becomes_a_check_of_its_question(read: Callable[..., Assignment]) -> None:
    """The check comes after the declared ones and shares its points among its parts."""
    assignment = read(words("# ReLU"), code(SETUP, setup=True), forward(needs=["relu_forward"]))
    assert [check.id for check in assignment.questions[0].checks] == ["relu_forward", "relu.cell"]
    check = cell_check(assignment)
    assert check.source == FORWARD
    assert check.setup == (SETUP,)
    assert check.needs == ("relu_forward",)
    assert check.targets == ("layers:relu_forward",)
    assert len(check.points) == 2
    assert set(check.points.values()) == {2.0}


def test_points_and_tolerances_may_be_given_by_part(read: Callable[..., Assignment]) -> None:
    """Parts without points of their own are judged for none."""
    check = cell_check(
        read(code(SETUP, setup=True), forward(points={"out": 3}, tolerance={"out": 6e-8}))
    )
    assert check.points["out"] == 3.0
    assert sum(check.points.values()) == 3.0
    assert len(check.points) == 2
    assert check.tolerances == {"out": 6e-8}


def test_one_tolerance_is_for_every_part(read: Callable[..., Assignment]) -> None:
    """A number stands for all parts."""
    check = cell_check(read(code(SETUP, setup=True), forward(tolerance=6e-8)))
    assert check.tolerances == dict.fromkeys(check.points, 6e-8)


def test_setup_is_what_stands_above_and_what_a_cell_comes_after(
    read: Callable[..., Assignment],
) -> None:
    """Cells named under ``after`` run too, with those that they come after themselves."""
    later = code("assert out[0] == 0", **MORE, after=["second"])
    check = cell_check(
        read(
            code(SETUP, setup=True),
            forward(),
            code("y = x", id="second", solution=True, after=["relu.cell"]),
            code("z = 1"),
            later,
            code("import time", setup=True),
        ),
        "more.cell",
    )
    assert check.setup == (SETUP, FORWARD, "y = x")


def test_predicates_are_parts(read: Callable[..., Assignment]) -> None:
    """What is judged by eye in the notebook is judged by its predicate."""
    source = "out, _ = relu_forward(np.ones(3))\nprint(out.mean())"
    check = cell_check(
        read(
            code(SETUP, setup=True),
            forward(source=source, predicates={"mean": "abs(out.mean() - 1) < 1e-9"}),
        )
    )
    assert check.points == {"mean": 4.0}


def test_hidden_tests_become_a_hidden_check(read: Callable[..., Assignment]) -> None:
    """They run after the visible part, which does not hold them, and points are shared."""
    source = f"{FORWARD}### BEGIN HIDDEN TESTS\nassert out[3] == 0.5\n### END HIDDEN TESTS\n"
    assignment = read(code(SETUP, setup=True), forward(source=source, points=6))
    shown, hidden = cell_check(assignment), cell_check(assignment, "relu.cell.hidden")
    assert "out[3]" not in shown.source
    assert shown.visibility is Visibility.PUBLIC
    assert hidden.visibility is Visibility.HIDDEN
    assert "correct_out" not in hidden.source
    assert hidden.setup == (SETUP, shown.source)
    assert sum(shown.points.values()) == 4.0
    assert sum(hidden.points.values()) == 2.0


def test_review_cell_keeps_its_question_and_loses_its_solution(
    read: Callable[..., Assignment],
) -> None:
    """A person sees what the handout asks; a pure solution is asked by the text above it."""
    asked = words(
        "**Inline question.** Why?\n### BEGIN SOLUTION\nBecause.\n### END SOLUTION",
        id="why",
        question="relu",
        points=3,
        review=True,
    )
    answer = words("So there.", id="how", question="relu", points=2, review=True, solution=True)
    assignment = read(code(SETUP, setup=True), forward(), asked, words("And how?"), answer)
    why, how = assignment.checks[-2:]
    assert isinstance(why, ReviewCheck)
    assert isinstance(how, ReviewCheck)
    assert (why.prompt, why.points) == ("**Inline question.** Why?", {"answer": 3.0})
    assert how.prompt == "And how?"


def test_metadata_of_nbgrader_make_checks(read: Callable[..., Assignment]) -> None:
    """The question is the one whose id the grade id begins with."""
    cell = forward()
    cell["metadata"] = {
        "nbgrader": {
            "schema_version": 3,
            "grade": True,
            "solution": False,
            "locked": True,
            "grade_id": "relu_test",
            "points": 2,
        }
    }
    check = cell_check(read(code(SETUP, setup=True), cell), "relu_test")
    assert sum(check.points.values()) == 2.0


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ([forward(question="tanh")], "cell 1: check relu.cell is for question 'tanh'.*of relu"),
        ([code("assert 1", id="a", points=1)], "cell 1: check a names no question; expected one"),
        ([forward(), forward()], "cell 2: id 'relu.cell' is taken by relu.ipynb, cell 1"),
        ([forward(id="relu_forward")], "cell 1: id 'relu_forward' is taken by the declaration"),
        ([forward(points=None)], "cell 1: points is None"),
        ([code("assert 1", id="a", question="relu")], "cell 1: check a has no points; add"),
        ([forward(wheight=2)], "cell 1: unknown key 'wheight', expected some of id, question"),
        ([forward(source="x = (")], "cell 1: check relu.cell: line 1 is no Python"),
        ([forward(source="x = 1")], "check relu.cell: it compares nothing; add an assert"),
        ([forward(points={"dx": 1})], "points names part 'dx', expected some of "),
        ([forward(tolerance={"dx": 1})], "tolerance names part 'dx', expected some of "),
        ([forward(needs=["tanh"])], "cell 1: \"needs\" names 'tanh', and no check has this id"),
        ([forward(needs=["relu.cell"])], "cell 1: \"needs\" names 'relu.cell', the check itself"),
        ([forward(after=["tanh"])], "cell 1: \"after\" names 'tanh', and no code cell has"),
        ([forward(after=["relu.cell"])], "names 'relu.cell', which comes after this cell itself"),
        ([forward(source="### END HIDDEN TESTS")], "'### END HIDDEN TESTS' has no counterpart"),
        ([words("Why?", **MORE)], 'cell 1: check more.cell: it is no code; add "review": true'),
        ([words("nothing")], "no cell of it is a check; give one the metadata"),
        (["no cell"], "cell 1: it is 'no cell', expected a cell"),
    ],
)
def test_bad_metadata_are_one_line_with_their_cell(
    read: Callable[..., Assignment], cells: list[object], said: str
) -> None:
    """Notebook, cell, what is wrong and what was expected are all told."""
    with pytest.raises(AssignmentError, match=said) as caught:
        read(*cells)
    assert "relu.ipynb" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "it is not the JSON of a notebook"),
        ('{"cells": [', "it is not the JSON of a notebook"),
        ("[" * 100_000, "it is not the JSON of a notebook"),
        ('{"worksheets": [{"cells": []}], "nbformat": 3}', "no notebook of format 4"),
        ("[]", "no notebook of format 4"),
    ],
)
def test_what_is_no_notebook_is_told(
    read: Callable[..., Assignment], content: str, said: str
) -> None:
    """A damaged file, and one of an old format, are told with what to do."""
    with pytest.raises(AssignmentError, match=said):
        read(content=content)


def test_absent_notebook_is_told(declare: Declare) -> None:
    """The error names the file that the declaration asks for."""
    folder = declare(("questions=", 'masters=("nowhere.ipynb",), questions='))
    with pytest.raises(AssignmentError, match=r"nowhere\.ipynb: there is no such notebook"):
        load_assignment(folder)


def test_digest_follows_tagged_cells_only(read: Callable[..., Assignment], tmp_path: Path) -> None:
    """Prose may be mended without making values stale; a check cell may not."""

    def digest(*cells: object) -> str:
        read(*cells)
        folder = tmp_path / "tiny"
        return digest_of_masters(folder, load_declaration(folder).assignment.masters)

    setup = code(SETUP, setup=True)
    before = digest(words("One."), setup, forward())
    assert digest(words("Two."), setup, forward()) == before
    assert digest(words("One."), setup, forward(points=5)) != before
    assert digest(words("One."), setup, forward(source=FORWARD.replace("4", "5"))) != before


BY_THEMSELVES = {
    "fast_conv.cell": "compares with our fast layers, on images too large to be known by heart",
    "fast_pool.cell": "the same",
    "dropout_forward.cell": "looks at how many of freshly drawn entries are zero",
}
"""Cells that need no other check, with the reason."""


@pytest.mark.parametrize("name", assignment_names())
def test_cells_earn_nothing_without_fresh_inputs(name: str) -> None:
    """A notebook's inputs can be learnt by heart: its points need what drawn ones show."""
    checks = {check.id: check for check in load_assignment(name).assignment.checks}
    for check in checks.values():
        if isinstance(check, CellCheck) and check.targets and check.id not in BY_THEMSELVES:
            asked = {
                checks[other].targets[-1]
                for need in check.needs
                for other in (need, need.rpartition(".")[0])
                if other in checks
            }
            assert check.targets[-1] in asked, check.id

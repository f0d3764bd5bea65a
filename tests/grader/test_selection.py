"""A few functions of an assignment, and public checks alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.course.assignment import Assignment
from grader.course.catalogue import load_assignment
from grader.errors import SelectionError
from grader.selection import Selection
from grader.settings import Visibility


@pytest.fixture(scope="module")
def assignment() -> Assignment:
    """Return a real assignment."""
    return load_assignment("fully_connected").assignment


def select(assignment: Assignment, *names: str) -> Selection:
    """Return the public checks of some functions."""
    return Selection.of(names, [assignment], public_only=True)


def test_without_names_everything_is_wanted(assignment: Assignment) -> None:
    """An assignment without hidden checks stays as it is."""
    everything = Selection.of((), [assignment], public_only=False)
    assert everything == Selection()
    assert everything.narrow(assignment) is assignment


@pytest.mark.parametrize("name", ["affine_forward", "layers:affine_forward"])
def test_a_name_may_be_short_or_canonical(assignment: Assignment, name: str) -> None:
    """Both mean the same."""
    assert select(assignment, name).targets == {"layers:affine_forward"}


def test_only_checks_of_the_function_are_left(assignment: Assignment) -> None:
    """Not those of others that call it, such as its own backward pass."""
    narrowed = select(assignment, "affine_forward").narrow(assignment)
    assert {check.targets[-1] for check in narrowed.checks} == {"layers:affine_forward"}
    assert 0 < narrowed.points < assignment.points


def test_names_add_up(assignment: Assignment) -> None:
    """Several are checked together."""
    names = ("affine_forward", "relu_backward")
    single = sum(select(assignment, name).narrow(assignment).points for name in names)
    assert select(assignment, *names).narrow(assignment).points == single


def test_a_function_that_years_hand_out_counts_by_itself(assignment: Assignment) -> None:
    """Nobody's own work is missing beside it."""
    given = next(question for question in assignment.questions if question.given)
    target = given.checks[-1].targets[-1]
    narrowed = select(assignment, target).narrow(assignment)
    assert narrowed.questions
    assert not any(question.given for question in narrowed.questions)


def test_hidden_checks_are_left_out(assignment: Assignment) -> None:
    """Also where their function is named."""
    questions = tuple(
        replace(
            question,
            checks=tuple(
                replace(check, visibility=Visibility.HIDDEN)
                if check.id == "affine_forward"
                else check
                for check in question.checks
            ),
        )
        for question in assignment.questions
    )
    partly = replace(assignment, questions=questions)
    ids = {check.id for check in select(partly, "affine_forward").narrow(partly).checks}
    assert ids
    assert "affine_forward" not in ids


def test_without_public_checks_there_is_nothing_to_run(assignment: Assignment) -> None:
    """It is an error that names the assignment."""
    question = assignment.questions[0]
    checks = tuple(replace(check, visibility=Visibility.HIDDEN) for check in question.checks)
    hidden = replace(assignment, questions=(replace(question, checks=checks),))
    with pytest.raises(SelectionError, match="fully_connected has no public checks"):
        select(hidden)


@pytest.mark.parametrize(
    ("name", "said"),
    [("afine_forward", "did you mean affine_forward"), ("7", "grade show fully_connected")],
)
def test_an_unknown_name_is_an_error(assignment: Assignment, name: str, said: str) -> None:
    """With what may have been meant, or where to look."""
    with pytest.raises(SelectionError, match=said) as caught:
        select(assignment, "affine_forward", name)
    assert repr(name) in str(caught.value)
    assert caught.value.exit_code == 2


def test_an_unknown_name_among_several_assignments_names_commands_that_there_are(
    assignment: Assignment,
) -> None:
    """One for each."""
    two = (assignment, replace(assignment, name="dropout"))
    with pytest.raises(
        SelectionError,
        match=r"of fully_connected and dropout is about '7'; see what there is: "
        r"grade show fully_connected and grade show dropout$",
    ):
        Selection.of(("7",), two, public_only=True)

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from grader import FunctionCall, ValueCheck, integers, normal
from grader.candidate.local import LocalCandidate
from grader.course.assignment import Assignment, Question
from grader.course.conventions import Choice, Convention, apply, combinations, label
from grader.course.expected import compute, values_of
from grader.judge import Judge
from grader.model import Status
from reference.targets import resolve

TARGET = "softmax:softmax_loss_naive"
ARGUMENTS = {"W": normal(6, 4), "X": normal(5, 6), "y": integers(4, 5), "reg": 0.5}


def call(**results: tuple[int, ...]) -> FunctionCall:
    """Return a call of the naive loss."""
    return FunctionCall(target=TARGET, arguments=ARGUMENTS, results=results)


PROBE = ValueCheck(id="probe", experiment=call(loss=(0,)), points={"loss": 1})
LOSS = ValueCheck(id="loss", experiment=call(loss=(0,)), points={"loss": 1})
GRADIENT = ValueCheck(id="gradient", experiment=call(dW=(1,)), points={"dW": 1})
FACTOR = Convention(
    name="factor",
    title="regularisation",
    choices={
        "whole": Choice(title="the factor 1"),
        "half": Choice(
            title="the factor one half", keywords={TARGET: {"regularization_factor": 0.5}}
        ),
    },
    probe=PROBE,
)
ASSIGNMENT = Assignment(
    name="tiny",
    title="Tiny",
    notebooks=(),
    questions=(Question(id="loss", title="Loss", checks=(LOSS, GRADIENT)),),
    conventions=(FACTOR,),
)


def statuses(candidate: LocalCandidate) -> dict[str, Status]:
    """Return the outcomes of a candidate, held to the choice it seems to have made."""
    values = compute(ASSIGNMENT, 1)
    judge = Judge(candidate, {}, {})  # type: ignore[arg-type]
    settled = judge.settle(ASSIGNMENT, values, 1)
    return {
        check.id: next(
            iter(check.run(candidate, values_of(values, ASSIGNMENT, check, settled), 1).values())
        ).status
        for check in ASSIGNMENT.checks
    }


@pytest.mark.parametrize("factor", [1.0, 0.5])
def test_either_choice_is_right_throughout(factor: float) -> None:
    """A loss and its gradient by one convention both pass, whichever it is."""
    candidate = LocalCandidate(lambda name: partial(resolve(name), regularization_factor=factor))
    assert set(statuses(candidate).values()) == {Status.PASSED}


def test_a_loss_by_one_convention_and_a_gradient_by_the_other_are_wrong() -> None:
    """The loss settles the convention; the gradient is held to it."""

    def mixed(W: object, X: object, y: object, reg: float) -> tuple[object, object]:
        half, _ = resolve(TARGET)(W, X, y, reg, regularization_factor=0.5)
        _, gradient = resolve(TARGET)(W, X, y, reg)
        return half, gradient

    found = statuses(LocalCandidate(lambda _: mixed))
    assert found == {"loss": Status.PASSED, "gradient": Status.FAILED}


def test_what_fits_no_choice_is_held_to_the_default() -> None:
    """A third factor fails, with the default's values as the right ones."""
    third = LocalCandidate(lambda name: partial(resolve(name), regularization_factor=2.0))
    assert set(statuses(third).values()) == {Status.FAILED}


def test_expected_values_are_stored_for_every_choice() -> None:
    """The default's carry no mark; the other's are marked, and differ."""
    values = compute(ASSIGNMENT, 1)
    assert {name.rpartition("/")[0] for name in values} == {
        *("loss/seeded", "gradient/seeded", "probe/seeded"),
        *("@factor=half/loss/seeded", "@factor=half/gradient/seeded"),
        "@factor=half/probe/seeded",
    }
    assert not np.allclose(values["loss/seeded/loss"], values["@factor=half/loss/seeded/loss"])


def test_a_check_of_other_functions_carries_no_mark() -> None:
    """Only what behaves differently is stored again."""
    other = ValueCheck(
        id="other",
        experiment=FunctionCall(
            target="layers:relu_forward", arguments={"x": normal(2, 3)}, results={"out": (0,)}
        ),
        points={"out": 1},
    )
    assert label((FACTOR,), {"factor": "half"}, other) == ""
    assert label((FACTOR,), {"factor": "half"}, LOSS) == "@factor=half/"
    assert label((FACTOR,), {"factor": "whole"}, LOSS) == ""


def test_another_target_can_stand_in() -> None:
    """A choice may name a reference of its own."""
    convention = Convention(
        name="other",
        title="Other",
        choices={
            "one": Choice(title="one"),
            "two": Choice(title="two", substitutes={TARGET: "softmax:softmax_loss_vectorized"}),
        },
        probe=PROBE,
    )
    find = apply(resolve, (convention,), {"other": "two"})
    assert find(TARGET) is resolve("softmax:softmax_loss_vectorized")
    assert list(combinations((convention,))) == [{"other": "one"}, {"other": "two"}]


def test_a_convention_needs_a_choice() -> None:
    """One way of doing it is none to choose."""
    with pytest.raises(ValueError, match="two or more"):
        Convention(name="x", title="X", choices={"one": Choice(title="one")}, probe=PROBE)

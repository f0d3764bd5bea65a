"""Which right results earn nothing because others that they need are wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.checks.base import Check
from grader.checks.experiments import FunctionCall
from grader.checks.gradient import GradientCheck
from grader.checks.value import ValueCheck
from grader.consequences import JudgedPart
from grader.holding_back import hold_back
from grader.inputs import normal
from grader.model import CheckResult, Outcome, Status


def judge(check: Check, **found: Status) -> list[JudgedPart]:
    """Return the rows of a check, those that are not named passed."""
    return [
        JudgedPart(
            check,
            part,
            CheckResult(
                id=f"{check.id}.{part}",
                question="q",
                kind=check.kind,
                targets=check.targets,
                outcome=Outcome(found.get(part, Status.PASSED), error=0.0, tolerance=1e-8),
                score=0.0,
                max_score=1.0,
            ),
        )
        for part in check.parts
    ]


def make_needing(
    status: Status, sibling: Status, forgiven: dict[str, frozenset[str]] | None = None
) -> list[CheckResult]:
    """Return the results of a check and of the sibling that its points need."""
    experiment = FunctionCall(
        target="layers:relu_forward", arguments={"x": normal(2)}, results={"out": (0,)}
    )
    printed = ValueCheck(id="printed", experiment=experiment, points={"out": 1}, needs=("fresh",))
    fresh = ValueCheck(id="fresh", experiment=experiment, points={"out": 1})
    judged = [*judge(printed, out=status), *judge(fresh, out=sibling)]
    return hold_back(judged, [one.result for one in judged], forgiven)


def test_a_printed_value_is_held_back_while_its_sibling_fails() -> None:
    """It keeps what was measured, and names the function that fails."""
    printed, fresh = make_needing(Status.PASSED, Status.FAILED)
    assert printed.outcome.status is Status.FAILED
    assert (printed.outcome.error, printed.outcome.tolerance) == (0.0, 1e-8)
    assert printed.outcome.evidence.builds_on == ("relu_forward",)
    assert "fresh" in printed.outcome.message
    assert fresh.outcome.evidence.builds_on == ()


@pytest.mark.parametrize("sibling", [Status.PASSED, Status.FAILED])
def test_only_what_passes_can_be_held_back(sibling: Status) -> None:
    """A printed value that is wrong says so, whatever its sibling does."""
    printed, _ = make_needing(Status.ERRORED, sibling)
    assert printed.outcome.status is Status.ERRORED
    assert make_needing(Status.PASSED, Status.PASSED)[0].outcome.status is Status.PASSED


def test_an_error_that_is_forgiven_holds_nothing_back() -> None:
    """A row that was judged without a function's error does not need that function right."""
    forgiven = {"printed.out": frozenset({"layers:relu_forward"})}
    printed, _ = make_needing(Status.PASSED, Status.FAILED, forgiven)
    assert printed.outcome.status is Status.PASSED
    elsewhere = {"printed.out": frozenset({"layers:relu_backward"})}
    printed, _ = make_needing(Status.PASSED, Status.FAILED, elsewhere)
    assert printed.outcome.status is Status.FAILED


LOSS = FunctionCall(
    target="layers:softmax_loss",
    arguments={"x": normal(2, 4)},
    results={"loss": (0,), "dx": (1,), "accuracy": (2,)},
    gradients={"dx": "x"},
)


def find_held(results: dict[str, int], **wrong: Status) -> set[str]:
    """Return which parts of a printed loss are held back by what is wrong of a fresh one."""
    gradients = {part: "x" for part in results if part.startswith("dx")}
    experiment = replace(
        LOSS, results={part: (place,) for part, place in results.items()}, gradients=gradients
    )
    make = GradientCheck if gradients else ValueCheck
    printed = make(
        id="printed",
        experiment=experiment,
        points=dict.fromkeys(results, 1),
        needs=("fresh",),
    )
    fresh = GradientCheck(id="fresh", experiment=LOSS, points=dict.fromkeys(LOSS.results, 1))
    judged = [*judge(printed), *judge(fresh, **wrong)]
    held = hold_back(judged, [one.result for one in judged])
    return {
        result.id.removeprefix("printed.")
        for result in held[: len(results)]
        if result.outcome.status is not Status.PASSED
    }


def test_another_part_of_the_sibling_holds_nothing_back() -> None:
    """Whose loss is right on fresh inputs has not learnt it by heart, whatever the gradient is."""
    printed = {"loss": 0, "dx": 1}
    assert find_held(printed, dx=Status.FAILED) == {"dx"}
    assert find_held(printed, loss=Status.ERRORED) == {"loss"}
    assert find_held(printed, loss=Status.FAILED, dx=Status.MISSING) == {"loss", "dx"}


def test_a_part_of_another_name_is_known_by_its_place() -> None:
    """What is called a sum here and a loss there is the first thing that the function returns."""
    assert find_held({"total": 0}, dx=Status.FAILED, accuracy=Status.FAILED) == set()
    assert find_held({"total": 0}, loss=Status.FAILED) == {"total"}


def test_what_the_sibling_does_not_have_needs_all_of_it() -> None:
    """A printed value may be learnt by heart unless something fresh speaks for it."""
    assert find_held({"count": 3}, loss=Status.FAILED) == {"count"}
    assert find_held({"count": 3}, accuracy=Status.FAILED) == {"count"}
    assert find_held({"dx_again": 3}, loss=Status.FAILED) == {"dx_again"}


def test_a_value_needs_no_gradients() -> None:
    """What comes back of a backward pass says nothing of numbers made before it."""
    assert find_held({"count": 3}, dx=Status.FAILED) == set()
    assert find_held({"dx_again": 3}, dx=Status.FAILED) == {"dx_again"}


def find_held_by_gradients(*needs: str) -> set[str]:
    """Return what is held back of a printed loss and gradient while fresh gradients are wrong."""
    parts = {"loss": 1, "dx": 1}
    printed = GradientCheck(id="printed", experiment=LOSS, points=parts, needs=needs)
    fresh = GradientCheck(id="fresh", experiment=LOSS, points={"loss": 1})
    gradients = GradientCheck(id="gradients", experiment=LOSS, points={"dx": 1})
    judged = [*judge(printed), *judge(fresh), *judge(gradients, dx=Status.FAILED)]
    held = hold_back(judged, [one.result for one in judged])
    return {
        one.part
        for one, result in zip(judged[:2], held[:2], strict=True)
        if result.outcome.status is not Status.PASSED
    }


def test_gradients_speak_for_a_value_only_where_nothing_else_does() -> None:
    """Where fresh values are asked for as well, a wrong gradient costs none of them."""
    assert find_held_by_gradients("fresh", "gradients") == {"dx"}
    assert find_held_by_gradients("gradients") == {"loss", "dx"}

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader import FunctionCall, Measure, ValueCheck, linspace, normal
from grader.candidate.base import CallFailed, Candidate, Failure
from grader.model import Outcome, Status

Judge = Callable[..., dict[str, Outcome]]

PRINTED = np.array([[0.0, 0.0, 0.5], [1.0, 1.5, 2.0]])
RELU = ValueCheck(
    id="relu_forward",
    experiment=FunctionCall(
        target="layers:relu_forward",
        arguments={"x": linspace(-0.5, 2.0, 2, 3)},
        results={"out": (0,)},
    ),
    literals={"out": PRINTED},
    sibling={"x": normal(4, 5)},
    points={"out": 4},
    hint="Which entries pass?",
)
MOMENTUM = ValueCheck(
    id="sgd_momentum",
    experiment=FunctionCall(
        target="optim:sgd_momentum",
        arguments={
            "w": normal(3, 4),
            "dw": normal(3, 4),
            "config": {"learning_rate": 0.1, "velocity": normal(3, 4)},
        },
        results={"next_w": (0,), "velocity": (1, "velocity")},
    ),
    points={"next_w": 4, "velocity": 3},
)


def relu(x: np.ndarray[Any, Any]) -> tuple[Any, Any]:
    """Return what a right forward pass returns."""
    return np.maximum(x, 0), x


def test_reference_passes(judge: Judge) -> None:
    """What computes the printed and the fresh values passes, with its error measured."""
    outcome = judge(RELU)["out"]
    assert outcome.status is Status.PASSED
    assert outcome.error is not None
    assert outcome.tolerance == RELU.tolerance


def test_memorised_answer_fails(judge: Judge) -> None:
    """The printed values given back for every input of that shape earn nothing."""

    def memorised(x: np.ndarray[Any, Any]) -> tuple[Any, Any]:
        return (PRINTED if x.shape == PRINTED.shape else np.zeros(x.shape)), x

    outcome = judge(RELU, {"layers:relu_forward": memorised})["out"]
    assert outcome.status is Status.FAILED
    assert outcome.evidence.notes == ("The handout's own example is right; this is another input.",)


def test_right_elsewhere_but_not_on_the_printed_example_fails(judge: Judge) -> None:
    """Fresh inputs do not make up for the printed ones."""

    def contrary(x: np.ndarray[Any, Any]) -> tuple[Any, Any]:
        return (np.zeros(x.shape) if x.shape == PRINTED.shape else relu(x)[0]), x

    outcome = judge(RELU, {"layers:relu_forward": contrary})["out"]
    assert outcome.status is Status.FAILED
    assert outcome.evidence.notes == ()
    assert outcome.hint == "Which entries pass?"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda x: (-relu(x)[0], x), "out has the wrong sign in every entry."),
        (lambda x: (2 * relu(x)[0], x), "Every entry of out is 2 times what it should be."),
        (lambda x: (x, x), "out is wrong in 1 of 6 entries."),
        (lambda x: (relu(x)[0] + 1.0, x), "Every entry of out is wrong (6 of 6)."),
        (lambda x: (relu(x)[0].T, x), "out has shape (3, 2), expected (2, 3)."),
        (lambda x: (relu(x)[0] * np.nan, x), "out is nan in at least one entry."),
        (lambda x: (None, x), "out is None."),
        (lambda _: None, "relu_forward returned None."),
        (lambda x: relu(x)[0], "relu_forward returned one value of type ndarray"),
        (lambda _: (), "relu_forward returned 0 values, expected at least 1."),
    ],
)
def test_wrong_value_is_told_in_one_sentence(judge: Judge, wrong: Any, message: str) -> None:
    """The message says what is wrong with the part, by name."""
    outcome = judge(RELU, {"layers:relu_forward": wrong})["out"]
    assert outcome.status is Status.FAILED
    assert outcome.message.startswith(message)


def test_evidence_shows_the_first_wrong_entry(judge: Judge) -> None:
    """Index, both values, counts and the inputs' shapes are there to be shown."""
    evidence = judge(RELU, {"layers:relu_forward": lambda x: (x, x)})["out"].evidence
    assert evidence.index == (0, 0)
    assert (evidence.got, evidence.expected) == ("-0.5", "0")
    assert (evidence.wrong, evidence.count) == (1, 6)
    assert evidence.inputs == "x (2,3)"


def test_parts_are_judged_apart(judge: Judge) -> None:
    """A wrong step costs the step; the velocity that was right keeps its points."""

    def wrong_step(w: Any, dw: Any, config: Any) -> tuple[Any, Any]:
        velocity = 0.9 * config["velocity"] - config["learning_rate"] * dw
        return w - velocity, {**config, "velocity": velocity}

    outcomes = judge(MOMENTUM, {"optim:sgd_momentum": wrong_step})
    assert {part: outcome.status for part, outcome in outcomes.items()} == {
        "next_w": Status.FAILED,
        "velocity": Status.PASSED,
    }


def test_lost_part_fails_alone(judge: Judge) -> None:
    """A configuration without its velocity costs the velocity."""

    def forgetful(w: Any, dw: Any, config: Any) -> tuple[Any, Any]:
        velocity = 0.9 * config["velocity"] - config["learning_rate"] * dw
        return w + velocity, {"learning_rate": config["learning_rate"]}

    outcomes = judge(MOMENTUM, {"optim:sgd_momentum": forgetful})
    assert outcomes["next_w"].status is Status.PASSED
    assert outcomes["velocity"].status is Status.FAILED
    assert "there is no 'velocity' in {'learning_rate'}" in outcomes["velocity"].message


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (lambda v: (v,), "returned a tuple where a dictionary that holds 'velocity' was expected"),
        (lambda v: v, "returned a ndarray where a dictionary that holds 'velocity' was expected"),
        (lambda _: None, "returned None"),
    ],
)
def test_state_that_is_no_dictionary_is_named(
    judge: Judge, config: Callable[[Any], Any], message: str
) -> None:
    """An update rule that gives its state in another form loses the state alone."""

    def odd_rule(w: Any, dw: Any, given: Any) -> tuple[Any, Any]:
        velocity = 0.9 * given["velocity"] - given["learning_rate"] * dw
        return w + velocity, config(velocity)

    velocity = judge(MOMENTUM, {"optim:sgd_momentum": odd_rule})["velocity"]
    assert velocity.status is Status.FAILED
    assert message in velocity.message


class Refusing(Candidate):
    """A candidate whose calls fail."""

    def __init__(self, status: Status) -> None:
        self.failure = Failure(status, "It did not end well.", hint="Why?")

    def begin_check(self, cpu_seconds: float | None = None) -> None:
        """Do nothing."""

    def run(self, operations: Any) -> Any:
        """Fail whatever is asked."""
        raise CallFailed(self.failure)


@pytest.mark.parametrize("status", [Status.ERRORED, Status.MISSING, Status.TIMED_OUT])
def test_failed_call_is_the_outcome_of_every_part(status: Status) -> None:
    """Where no value came back, status, message and hint are those of the call."""
    outcomes = MOMENTUM.run(Refusing(status), {}, 0)
    assert outcomes.keys() == {"next_w", "velocity"}
    for outcome in outcomes.values():
        assert (outcome.status, outcome.message, outcome.hint) == (
            status,
            "It did not end well.",
            "Why?",
        )


def test_measure_is_the_declared_one(judge: Judge) -> None:
    """An absolute tolerance forgives where a relative one does not."""
    check = ValueCheck(
        id="svm_loss",
        experiment=FunctionCall(
            target="layers:svm_loss",
            arguments={"x": normal(5, 4), "y": np.array([0, 1, 2, 3, 0])},
            results={"loss": (0,)},
        ),
        measure=Measure.ABSOLUTE,
        tolerance=0.5,
        points={"loss": 1},
    )
    right = judge(check)["loss"]
    assert right.status is Status.PASSED
    shifted = {"layers:svm_loss": lambda x, y: (_loss(x, y) + 0.4, x)}
    assert judge(check, shifted)["loss"].status is Status.PASSED
    shifted = {"layers:svm_loss": lambda x, y: (_loss(x, y) + 0.6, x)}
    assert judge(check, shifted)["loss"].status is Status.FAILED


def _loss(x: Any, y: Any) -> float:
    margins = np.maximum(0, x - x[np.arange(len(y)), y][:, None] + 1)
    return float((margins.sum() - len(y)) / len(y))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"id": "two words"}, "check id 'two words'"),
        ({"id": "a/b"}, "check id 'a/b'"),
        ({"id": ""}, "check id ''"),
        ({"points": {}}, "points must name at least one part"),
        ({"points": {"out": -1}}, "points of part 'out' are -1"),
        ({"points": {"out": float("nan")}}, "points of part 'out' are nan"),
        ({"tolerance": 0.0}, "tolerance is 0.0, expected > 0"),
        ({"tolerance": float("nan")}, "tolerance is nan, expected > 0"),
    ],
)
def test_senseless_declarations_are_refused(changes: dict[str, Any], said: str) -> None:
    """A check that could not work cannot be made; the error names the argument."""
    settings: dict[str, Any] = {"id": "relu", "points": {"out": 1}, **changes}
    with pytest.raises(ValueError, match="check") as caught:
        ValueCheck(experiment=RELU.experiment, **settings)
    assert said in str(caught.value)

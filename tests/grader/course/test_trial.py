"""Trials: an assignment's checks in this process, on functions that may be wrong."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.candidate.base import Call, CallFailed
from grader.course.assignment import Assignment
from grader.course.catalogue import load_assignment
from grader.course.expected import compute
from grader.course.trial import TrialCandidate, resolve_with, run_trial
from grader.model import Kind, Status
from grader.settings import Limits
from reference.targets import resolve

Declare = Callable[..., Path]
RELU = "layers:relu_forward"


@pytest.fixture
def tiny(declare: Declare) -> Assignment:
    """Return an assignment that asks for ReLU alone."""
    return load_assignment(declare()).assignment


def never_end(x: Any) -> Any:
    """Go on for ever, whatever is raised that could be caught as an error."""
    while True:
        with suppress(Exception):
            x = x + 0


def test_the_reference_passes_a_trial(tiny: Assignment) -> None:
    """There is an outcome for every row."""
    outcomes = run_trial(tiny, resolve)
    assert {row: one.status for row, one in outcomes.items()} == {"relu_forward.out": Status.PASSED}


@pytest.mark.parametrize(
    ("wrong", "status", "said"),
    [
        (lambda x: (np.abs(x), x), Status.FAILED, "out is wrong in"),
        (str.upper, Status.ERRORED, "TypeError: descriptor 'upper'"),
        (lambda: None, Status.ERRORED, "takes 0 positional arguments"),
        (sys.exit, Status.ERRORED, "SystemExit"),
    ],
    ids=["value", "raises", "arguments", "exits"],
)
def test_what_a_wrong_function_does_is_an_outcome(
    tiny: Assignment, wrong: Callable[..., Any], status: Status, said: str
) -> None:
    """It never travels upward as an exception."""
    outcome = run_trial(tiny, resolve_with(resolve, RELU, wrong))["relu_forward.out"]
    assert outcome.status is status
    assert said in outcome.message


def test_a_function_that_never_ends_is_stopped(tiny: Assignment) -> None:
    """Its check is timed out, and no clock runs on."""
    wrong = resolve_with(resolve, RELU, never_end)
    outcomes = run_trial(tiny, wrong, limits=Limits(cpu_seconds=0.05))
    assert outcomes["relu_forward.out"].status is Status.TIMED_OUT
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)


def test_a_function_that_catches_whatever_stops_it_is_stopped_again() -> None:
    """One signal is not enough for what goes on after it."""

    def stubborn() -> None:
        with suppress(BaseException):
            never_end(np.zeros(3))
        never_end(np.zeros(3))

    candidate = TrialCandidate({"slow:stubborn": stubborn}.__getitem__, 0.05)
    candidate.begin_check()
    with pytest.raises(CallFailed, match="its time is used up"):
        candidate.call("slow:stubborn")
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)


def test_time_is_a_budget_for_the_whole_check() -> None:
    """What one call has used up is not there for the next, and another check starts anew."""
    candidate = TrialCandidate({"slow:never": never_end, "quick:now": abs}.__getitem__, 0.05)
    candidate.begin_check()
    for _ in range(2):
        with pytest.raises(CallFailed, match="its time is used up"):
            candidate.call("slow:never", np.zeros(3))
    candidate.begin_check()
    assert candidate.call("quick:now", -1) == 1


def test_a_warning_is_no_failure() -> None:
    """Not even where warnings are errors, as in these tests."""

    def warn(x: Any) -> Any:
        return np.var(x, ddof=1)

    candidate = TrialCandidate({"layers:warn": warn}.__getitem__)
    assert np.isnan(candidate.call("layers:warn", np.ones(1)))


def test_arrays_changed_in_place_are_told() -> None:
    """A wrong function does what the reference never does."""

    def rectify(x: Any, options: Any) -> Any:
        options["seen"] *= 0
        np.maximum(x, 0, out=x)
        return x

    candidate = TrialCandidate({"layers:relu": rectify}.__getitem__)
    given = np.array([-1.0, 2.0])
    reply = candidate.run([Call("layers:relu", (given, {"seen": np.ones(1)}))])[0]
    assert reply.after[0].tolist() == [0.0, 2.0]
    assert reply.after[1]["seen"].tolist() == [0.0]
    assert given.tolist() == [-1.0, 2.0]


def test_a_trial_can_be_of_some_checks_only(tiny: Assignment) -> None:
    """By their kind, or by what they call."""
    assert run_trial(tiny, resolve, kinds=(Kind.GRADIENT,)) == {}
    assert run_trial(tiny, resolve, targets=("layers:relu_backward",)) == {}
    assert len(run_trial(tiny, resolve, kinds=(Kind.VALUE,), targets=(RELU,))) == 1


def test_functions_are_held_to_the_convention_that_they_tell() -> None:
    """A function that follows another choice consistently is right, as it is in a submission."""
    softmax = load_assignment("softmax").assignment
    targets = ("softmax:softmax_loss_naive", "softmax:softmax_loss_vectorized")
    expected = compute(softmax, 231)
    with_half = resolve
    for target in targets:
        halve = partial(resolve(target), regularization_factor=0.5)
        with_half = resolve_with(
            with_half, target, lambda *given, _halve=halve, **_: _halve(*given)
        )
    told = run_trial(softmax, with_half, expected=expected, targets=targets)
    assert all(outcome.status is Status.PASSED for outcome in told.values())
    default = run_trial(softmax, with_half, expected=expected, targets=targets, settled={})
    assert any(outcome.status is Status.FAILED for outcome in default.values())

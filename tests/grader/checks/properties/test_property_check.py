"""Property checks: how examples are asked about, and what is said of one that breaks a law."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from grader.candidate.base import CallFailed, Failure, Operation, Reply
from grader.candidate.local import LocalCandidate
from grader.checks.properties import PropertyCheck
from grader.course.catalogue import load_assignment
from grader.families.laws import AFFINE, LAYERS, check_laws, layer_laws
from grader.model import Kind, Outcome, Status
from reference.layers.activations import relu_forward
from reference.layers.dense import affine_backward, affine_forward
from reference.targets import resolve

SEED = 3
ALL_AT_ONCE = 6
"""Calls for two laws: two examples of the first, one of the second, two calls an example."""
FORWARD = layer_laws("affine_forward", {"affine_forward.properties": 1})
BACKWARD = layer_laws("affine_backward", {"affine_backward.properties": 3})

Judge = Callable[..., dict[str, Outcome]]


class Counting(LocalCandidate):
    """The reference, which counts round trips and fails calls with an odd number of examples."""

    def __init__(self, failing: Status | None = None, *, examples: int = 0) -> None:
        super().__init__(resolve)
        self.trips = 0
        self._failing = failing
        self._examples = examples

    def run(self, operations: Sequence[Operation]) -> list[Reply]:
        """Carry out operations, or fail all of them because of one."""
        self.trips += 1
        for operation in operations:
            args = getattr(operation, "args", ())
            if self._failing and len(args[0]) == self._examples:
                raise CallFailed(Failure(self._failing, "It did not like that."))
        return super().run(operations)


def divide_by_count(dout: Any, cache: Any) -> Any:
    """Return gradients of which that of the weights is averaged."""
    dx, dw, db = affine_backward(dout, cache)
    return dx, dw / len(dout), db


def test_points_are_for_properties() -> None:
    """Points for a part that is no property are refused, and so are no examples."""
    laws = LAYERS["affine_forward"]
    with pytest.raises(ValueError, match="points are for typo, expected"):
        PropertyCheck(id="affine_forward.properties", properties=laws, points={"typo": 1})
    with pytest.raises(ValueError, match="examples is 0"):
        replace(FORWARD, examples=0)


def test_the_reference_passes_in_one_round_trip() -> None:
    """All examples of all laws are asked about together."""
    candidate = Counting()
    outcomes = FORWARD.run(candidate, {}, SEED)
    assert {outcome.status for outcome in outcomes.values()} == {Status.PASSED}
    assert candidate.trips == 1


def test_examples_depend_on_the_seed_alone() -> None:
    """One seed gives the same examples every time, another one others."""

    def drawn(seed: int) -> str:
        return repr([example for example, _ in FORWARD.draw_examples("one_by_one", seed)])

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)


def test_a_broken_law_is_shown_by_lines_that_run(judge: Judge) -> None:
    """The lines of a counterexample run as they are, and print two sides that differ."""
    outcomes = judge(BACKWARD, {"layers:affine_backward": divide_by_count})
    outcome = outcomes["examples_add_up"]
    assert outcome.status is Status.FAILED
    assert outcome.message == "dw of a minibatch is not the sum of those of its examples."
    assert outcome.error is not None
    assert outcome.error > 1e-3
    assert outcome.hint
    printed: list[Any] = []
    names: dict[str, Any] = {
        "np": np,
        "affine_forward": affine_forward,
        "affine_backward": divide_by_count,
        "print": lambda *values: printed.append(values),
    }
    exec(outcome.evidence.counterexample, names)  # noqa: S102 - lines of our own
    total = np.sum([shares[0] for shares in printed[1:-1:2]], axis=0)
    assert not np.allclose(printed[-1][0], total)


def test_laws_that_hold_are_not_blamed_for_others(judge: Judge) -> None:
    """Each law is a row of its own."""
    outcomes = judge(BACKWARD, {"layers:affine_backward": divide_by_count})
    assert outcomes["caches_apart"].status is Status.PASSED
    assert outcomes["follows_forward"].status is Status.FAILED


def test_a_call_that_fails_costs_only_its_law() -> None:
    """What raises on single examples breaks the laws that ask about single examples."""
    alone = check_laws("affine", LAYERS["affine_forward"], {"affine.properties": 1})
    sizes = {len(example["x"]) for example, _ in alone.draw_examples("picks_entries", SEED)}
    refused = next(count for count in (1, 2, 3) if count not in sizes)
    candidate = Counting(Status.ERRORED, examples=refused)
    outcomes = alone.run(candidate, {}, SEED)
    assert outcomes["picks_entries"].status is Status.PASSED
    one_by_one = outcomes["one_by_one"]
    asked = {len(example["x"]) for example, _ in alone.draw_examples("one_by_one", SEED)} | {1}
    assert (one_by_one.status is Status.ERRORED) == (refused in asked)
    if one_by_one.status is Status.ERRORED:
        assert "affine_forward" in one_by_one.evidence.counterexample


def test_what_runs_out_of_time_is_not_asked_again() -> None:
    """A call that takes too long ends the whole check."""
    candidate = Counting(Status.TIMED_OUT, examples=1)
    outcomes = FORWARD.run(candidate, {}, SEED)
    assert {outcome.status for outcome in outcomes.values()} == {Status.TIMED_OUT}
    assert candidate.trips == 1


def test_what_goes_wrong_in_company_only_is_forgiven() -> None:
    """An example that fails beside others is asked about alone, and that is what counts."""
    called = 0

    def forward(x: Any) -> Any:
        nonlocal called
        called += 1
        out, cache = relu_forward(x)
        return (out + 1 if 1 < called <= ALL_AT_ONCE else out), cache

    candidate = LocalCandidate(lambda name: forward if "relu" in name else resolve(name))
    check = layer_laws("relu_forward", {"relu_forward.properties": 1})
    outcomes = check.run(candidate, {}, SEED)
    assert called > ALL_AT_ONCE
    assert {outcome.status for outcome in outcomes.values()} == {Status.PASSED}


def test_rows_of_backward_passes_belong_to_them() -> None:
    """A law of a backward pass is charged to it, one of a forward pass to that."""
    assert BACKWARD.targets == (AFFINE.forward, AFFINE.backward)
    assert all(BACKWARD.is_gradient(part) for part in BACKWARD.parts)
    assert FORWARD.targets == (AFFINE.forward,)
    assert not any(FORWARD.is_gradient(part) for part in FORWARD.parts)


def test_hypothesis_is_not_loaded_for_what_passes() -> None:
    """Neither declaring laws nor putting a right function to the test imports the engine."""
    program = (
        "import sys\n"
        "from grader.candidate.local import LocalCandidate\n"
        "from grader.families.laws import layer_laws\n"
        "from reference.targets import resolve\n"
        "import grader.counterexamples\n"
        "check = layer_laws('relu_forward', {'relu_forward.properties': 1})\n"
        "outcomes = check.run(LocalCandidate(resolve), {}, 1)\n"
        "assert all(one.status == 'passed' for one in outcomes.values())\n"
        "sys.exit('hypothesis' in sys.modules)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run([sys.executable, "-c", program], env=environment, check=False)
    assert done.returncode == 0


def test_every_function_with_laws_has_a_share_of_points_for_them() -> None:
    """Laws earn between a twentieth and a third of what the checks of a function do."""
    checks = load_assignment("fully_connected").assignment.checks
    laws = [check for check in checks if isinstance(check, PropertyCheck)]
    assert len(laws) >= 12
    for check in laws:
        assert check.kind is Kind.PROPERTY
        function = check.id.removesuffix(".properties")
        own = [one for one in checks if one.id.partition(".")[0] == function]
        total = sum(sum(one.points.values()) for one in own)
        assert 0.05 <= sum(check.points.values()) / total <= 0.34

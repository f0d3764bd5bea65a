"""Counterexamples: made as small as they get, within bounds, and with nothing left behind."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.candidate.base import CallFailed, Failure
from grader.candidate.local import LocalCandidate
from grader.checks.properties.shrinking import Bounds, shrink
from grader.families.laws import layer_laws
from grader.model import Status
from reference.layers.activations import relu_forward
from reference.layers.dense import affine_backward
from reference.targets import resolve

SEED = 3
BACKWARD = layer_laws("affine_backward", {"affine_backward.properties": 3})
RELU = layer_laws("relu_forward", {"relu_forward.properties": 1})


def with_function(target: str, function: Any) -> LocalCandidate:
    """Return the reference with one function replaced."""
    return LocalCandidate(lambda name: function if name == target else resolve(name))


def divide_by_count(dout: Any, cache: Any) -> Any:
    """Return gradients of which that of the weights is averaged."""
    dx, dw, db = affine_backward(dout, cache)
    return dx, dw / len(dout), db


def test_the_smallest_example_is_found() -> None:
    """Two examples of one entry are the least that shows an average for a sum."""
    candidate = with_function("layers:affine_backward", divide_by_count)
    outcome = shrink(BACKWARD, "examples_add_up", candidate, SEED)
    assert outcome is not None
    assert outcome.status is Status.FAILED
    lines = outcome.evidence.counterexample.splitlines()
    assert lines[:4] == [
        "x = np.array([[0.1], [0.1]])",
        "w = np.array([[0.1]])",
        "b = np.array([0.005])",
        "dout = np.array([[0.01], [0.01]])",
    ]


def test_the_same_example_is_found_every_time() -> None:
    """What a report shows does not depend on chance."""
    candidate = with_function("layers:affine_backward", divide_by_count)
    first, second = (shrink(BACKWARD, "follows_forward", candidate, SEED) for _ in range(2))
    assert first == second
    assert first is not None
    assert first.evidence.inputs.startswith("x (2,1), w (1,1), b (1), dout (2,1)")


def test_a_slow_machine_finds_the_same() -> None:
    """Examples are counted, and no clock is asked: a busy machine shows no other one."""
    candidate = with_function("layers:affine_backward", divide_by_count)
    quick = shrink(BACKWARD, "follows_forward", candidate, SEED)

    def wait(dout: Any, cache: Any) -> Any:
        time.sleep(0.02)
        return divide_by_count(dout, cache)

    slow = shrink(BACKWARD, "follows_forward", with_function("layers:affine_backward", wait), SEED)
    assert slow == quick


def test_a_rare_mistake_is_not_lost_on_the_way() -> None:
    """The search begins at the example that failed, so that it cannot fail to find one."""

    def clipped(x: Any) -> Any:
        return relu_forward(np.minimum(x, 1.5))

    candidate = with_function("layers:relu_forward", clipped)
    failing = next(
        seed
        for seed in range(100)
        if RELU.run(candidate, {}, seed)["splits_signs"].status is Status.FAILED
    )
    outcome = shrink(RELU, "splits_signs", candidate, failing)
    assert outcome is not None
    assert outcome.evidence.counterexample.startswith(
        ("x = np.array([1.51])", "x = np.array([-1.51])")
    )


def test_bounds_are_kept() -> None:
    """No more examples are asked about than allowed, and the best so far is kept."""
    calls = 0

    def counted(dout: Any, cache: Any) -> Any:
        nonlocal calls
        calls += 1
        return divide_by_count(dout, cache)

    candidate = with_function("layers:affine_backward", counted)
    outcome = shrink(BACKWARD, "examples_add_up", candidate, SEED, Bounds(examples=5))
    assert outcome is not None
    assert outcome.status is Status.FAILED
    examples = [len(example["x"]) for example, _ in BACKWARD.draw_examples("examples_add_up", SEED)]
    assert calls <= (5 + len(examples)) * (1 + 3)
    before = calls
    assert shrink(BACKWARD, "examples_add_up", candidate, SEED, Bounds(examples=0)) is not None
    assert calls - before <= len(examples) * (1 + 3)


def test_what_holds_has_no_counterexample() -> None:
    """A law that holds after all gives nothing to show."""
    assert shrink(RELU, "splits_signs", LocalCandidate(resolve), SEED) is None


def test_what_takes_too_long_is_not_repeated() -> None:
    """An example that a worker died of is not tried in smaller versions."""
    calls = 0

    def stuck(_: Any) -> Any:
        nonlocal calls
        calls += 1
        raise CallFailed(Failure(Status.TIMED_OUT, "Stopped."))

    candidate = with_function("layers:relu_forward", stuck)
    assert shrink(RELU, "splits_signs", candidate, SEED) is None
    assert calls == 1


def test_no_files_are_left_where_grading_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine keeps its files in a folder that goes away."""
    monkeypatch.chdir(tmp_path)
    candidate = with_function("layers:affine_backward", divide_by_count)
    assert shrink(BACKWARD, "examples_add_up", candidate, SEED) is not None
    assert list(tmp_path.iterdir()) == []


def test_without_the_engine_an_example_is_shown_as_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hypothesis is not needed to show where a law is broken."""
    candidate = with_function("layers:affine_backward", divide_by_count)
    stored = BACKWARD.run(candidate, {}, SEED)["examples_add_up"]
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    outcome = shrink(BACKWARD, "examples_add_up", candidate, SEED)
    assert outcome is not None
    assert stored.evidence.counterexample.endswith("# the sums of the above")
    assert outcome.evidence.counterexample.endswith("# the sums of the above")

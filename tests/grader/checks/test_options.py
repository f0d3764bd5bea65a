"""Experiments whose options live on, on the reference and on wrong batch normalisations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader import ForwardBackward, GradientCheck, TrainThenTest, ValueCheck, normal
from grader.model import Outcome, Status
from reference.layers.normalization import batchnorm_forward

Judge = Callable[..., dict[str, Outcome]]
PARTS = ("running_mean", "running_var", "out", "after_test")

WARM_UP = ValueCheck(
    id="batchnorm.test",
    experiment=TrainThenTest(
        target="layers:batchnorm_forward",
        batches=normal(4, 6, 3, offset=2.0),
        x=normal(5, 3),
        arguments={"gamma": normal(3), "beta": normal(3)},
        options={"momentum": 0.8},
    ),
    points=dict.fromkeys(PARTS, 1),
)


def forgets_averages(x: Any, gamma: Any, beta: Any, bn_param: dict[str, Any]) -> Any:
    """Keep the averages in a copy of the options."""
    if bn_param["mode"] == "test":
        bn_param = {"running_mean": np.zeros(x.shape[1]), **bn_param}
    return batchnorm_forward(x, gamma, beta, dict(bn_param))


def starts_anew(x: Any, gamma: Any, beta: Any, bn_param: dict[str, Any]) -> Any:
    """Let only the last batch count."""
    if bn_param["mode"] == "train":
        bn_param["running_mean"] = np.zeros(x.shape[1])
    return batchnorm_forward(x, gamma, beta, bn_param)


def learns_in_test_mode(x: Any, gamma: Any, beta: Any, bn_param: dict[str, Any]) -> Any:
    """Move the averages with every call."""
    result = batchnorm_forward(x, gamma, beta, bn_param)
    if bn_param["mode"] == "test":
        bn_param["running_mean"] = bn_param["running_mean"] + x.mean(axis=0)
    return result


def fails_in_test_mode(x: Any, gamma: Any, beta: Any, bn_param: dict[str, Any]) -> Any:
    """Give back something else in test mode."""
    result = batchnorm_forward(x, gamma, beta, bn_param)
    return None if bn_param["mode"] == "test" else result


@pytest.mark.parametrize(
    ("wrong", "lost"),
    [
        (batchnorm_forward, ()),
        (forgets_averages, PARTS),
        (starts_anew, ("running_mean", "out", "after_test")),
        (learns_in_test_mode, ("after_test",)),
        (fails_in_test_mode, ("out",)),
    ],
)
def test_options_carry_what_training_saw_into_test_mode(
    judge: Judge, wrong: Any, lost: tuple[str, ...]
) -> None:
    """Averages over several batches, test mode, and what it leaves are judged one by one."""
    outcomes = judge(WARM_UP, {"layers:batchnorm_forward": wrong})
    assert {part for part in PARTS if outcomes[part].status is not Status.PASSED} == set(lost)


def test_averages_that_are_not_left_behind_are_named(judge: Judge) -> None:
    """Options without running averages are told by the missing key."""
    outcomes = judge(WARM_UP, {"layers:batchnorm_forward": forgets_averages})
    assert "leaves no 'running_mean' in its options" in outcomes["running_mean"].message


def test_gradients_may_depend_on_a_dictionary_of_options(judge: Judge) -> None:
    """A layer with options is differentiated like any other, on a fresh dictionary each time."""
    check = GradientCheck(
        id="batchnorm.backward",
        experiment=ForwardBackward(
            forward="layers:batchnorm_forward",
            backward="layers:batchnorm_backward",
            arguments={
                "x": normal(6, 3),
                "gamma": normal(3),
                "beta": normal(3),
                "bn_param": {"mode": "train"},
            },
            upstream=normal(6, 3),
            gradients={"dx": "x", "dgamma": "gamma", "dbeta": "beta"},
        ),
        points={"dx": 1, "dgamma": 1, "dbeta": 1},
    )
    outcomes = judge(check)
    assert {outcome.status for outcome in outcomes.values()} == {Status.PASSED}

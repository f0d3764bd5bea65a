"""Checks of the layers that join a convolution with a ReLU and with max pooling.

A course hands them out complete; they tell whether the layers they are made of fit together.
"""

from __future__ import annotations

from typing import Any

from grader.checks.base import Check
from grader.checks.experiments import ForwardBackward
from grader.checks.gradient import GradientCheck
from grader.families.points import Points, points_of
from grader.families.variants import hidden_variant
from grader.families.window_laws import window_laws
from grader.inputs import normal

CONV_RELU = "conv_relu"
CONV_RELU_POOL = "conv_relu_pool"
PARTS = ("out", "dx", "dw", "db")

POINTS: Points = {
    CONV_RELU: 1.375,
    f"{CONV_RELU}.hidden": 0.25,
    f"{CONV_RELU}.properties": 0.375,
    CONV_RELU_POOL: 1.375,
    f"{CONV_RELU_POOL}.hidden": 0.25,
    f"{CONV_RELU_POOL}.properties": 0.375,
}


def conv_relu_checks(points: Points = POINTS) -> tuple[Check, ...]:
    """Return the checks of convolution and ReLU."""
    check = _check(CONV_RELU, (2, 3, 8, 8), {}, (2, 3, 8, 8), points)
    return check, window_laws(CONV_RELU, points), hidden_variant(CONV_RELU, points)


def conv_relu_pool_checks(points: Points = POINTS) -> tuple[Check, ...]:
    """Return the checks of convolution, ReLU and max pooling."""
    options = {"pool_param": {"pool_height": 2, "pool_width": 2, "stride": 2}}
    check = _check(CONV_RELU_POOL, (2, 3, 8, 12), options, (2, 3, 4, 6), points)
    return check, window_laws(CONV_RELU_POOL, points), hidden_variant(CONV_RELU_POOL, points)


def _check(
    name: str,
    x: tuple[int, ...],
    options: dict[str, Any],
    out: tuple[int, ...],
    points: Points,
) -> GradientCheck:
    return GradientCheck(
        id=name,
        experiment=ForwardBackward(
            forward=f"layer_utils:{name}_forward",
            backward=f"layer_utils:{name}_backward",
            arguments={
                "x": normal(*x),
                "w": normal(3, 3, 3, 3),
                "b": normal(3),
                "conv_param": {"stride": 1, "pad": 1},
                **options,
            },
            upstream=normal(*out),
            gradients={"dx": "x", "dw": "w", "db": "b"},
        ),
        points=points_of(name, PARTS, points),
        hint="In which order do the backward passes run, and which cache does each need?",
    )

"""Checks of max pooling: windows that tile, overlap or leave gaps, and gradients.

Entries are drawn, so that no two are equal: which of several largest entries gets the gradient is
not the course's to say. Each check has one thing that is out of the ordinary.
"""

from __future__ import annotations

from typing import Any

from grader.checks.base import Check
from grader.checks.experiments import ForwardBackward, FunctionCall
from grader.checks.gradient import GradientCheck
from grader.checks.value import ValueCheck
from grader.families.points import Points, points_of
from grader.families.variants import hidden_variant
from grader.families.window_laws import window_laws
from grader.inputs import linspace, normal

FORWARD = "max_pool_forward_naive"
BACKWARD = "max_pool_backward_naive"

PRINTED = [
    [
        [[-0.26315789, -0.24842105], [-0.20421053, -0.18947368]],
        [[-0.14526316, -0.13052632], [-0.08631579, -0.07157895]],
        [[-0.02736842, -0.01263158], [0.03157895, 0.04631579]],
    ],
    [
        [[0.09052632, 0.10526316], [0.14947368, 0.16421053]],
        [[0.20842105, 0.22315789], [0.26736842, 0.28210526]],
        [[0.32631579, 0.34105263], [0.38526316, 0.4]],
    ],
]
"""What the course prints for the first example of max pooling."""

FORWARD_POINTS: Points = {
    FORWARD: 2,
    f"{FORWARD}.hidden": 0.25,
    f"{FORWARD}.properties": 0.75,
    f"{FORWARD}.overlapping": 1,
    f"{FORWARD}.oblong": 1,
    f"{FORWARD}.gaps": 1,
}
BACKWARD_POINTS: Points = {
    BACKWARD: 1.5,
    f"{BACKWARD}.hidden": 0.25,
    f"{BACKWARD}.properties": 1.25,
    f"{BACKWARD}.overlapping": 2,
    f"{BACKWARD}.oblong": 1,
}


def forward_checks(points: Points = FORWARD_POINTS) -> tuple[Check, ...]:
    """Return the checks of ``max_pool_forward_naive``."""
    return (
        ValueCheck(
            id=FORWARD,
            experiment=FunctionCall(
                target=f"layers:{FORWARD}",
                arguments={
                    "x": linspace(-0.3, 0.4, 2, 3, 4, 4),
                    "pool_param": _window(2, 2, 2),
                },
                results={"out": (0,)},
            ),
            literals={"out": PRINTED},
            sibling={"x": normal(3, 2, 6, 6)},
            tolerance=1e-7,
            points=points_of(FORWARD, ("out",), points),
            hint="Over which entries of x is the maximum taken, and over which axes is it not?",
        ),
        _forward(
            "overlapping",
            {"x": normal(2, 2, 7, 7, offset=-5.0), "pool_param": _window(3, 3, 2)},
            points,
            "Where does a window begin when it is larger than the stride?",
        ),
        _forward(
            "oblong",
            {"x": normal(1, 3, 5, 7), "pool_param": _window(2, 3, 1)},
            points,
            "Where do you use the height of the window, and where its width?",
        ),
        _forward(
            "gaps",
            {"x": normal(2, 1, 8, 8), "pool_param": _window(2, 2, 3)},
            points,
            "By how many pixels does the window move from one output to the next?",
        ),
        window_laws(FORWARD, points),
        hidden_variant(FORWARD, points),
    )


def backward_checks(points: Points = BACKWARD_POINTS) -> tuple[Check, ...]:
    """Return the checks of ``max_pool_backward_naive``."""
    return (
        _backward(
            "",
            {"x": normal(3, 2, 8, 8), "pool_param": _window(2, 2, 2)},
            (3, 2, 4, 4),
            points,
            "Which entry of a window does its output depend on?",
        ),
        _backward(
            ".overlapping",
            {"x": normal(2, 2, 7, 7), "pool_param": _window(3, 3, 2)},
            (2, 2, 3, 3),
            points,
            "What is the gradient of an entry that is the largest of two windows?",
        ),
        _backward(
            ".oblong",
            {"x": normal(1, 2, 8, 6), "pool_param": _window(2, 3, 3)},
            (1, 2, 3, 2),
            points,
            "Where do you use the height of the window, and where its width?",
        ),
        window_laws(BACKWARD, points),
        hidden_variant(BACKWARD, points),
    )


def _window(height: int, width: int, stride: int) -> dict[str, int]:
    return {"pool_height": height, "pool_width": width, "stride": stride}


def _forward(name: str, arguments: dict[str, Any], points: Points, hint: str) -> ValueCheck:
    check_id = f"{FORWARD}.{name}"
    return ValueCheck(
        id=check_id,
        experiment=FunctionCall(
            target=f"layers:{FORWARD}", arguments=arguments, results={"out": (0,)}
        ),
        points=points_of(check_id, ("out",), points),
        hint=hint,
    )


def _backward(
    name: str, arguments: dict[str, Any], out: tuple[int, ...], points: Points, hint: str
) -> GradientCheck:
    check_id = f"{BACKWARD}{name}"
    return GradientCheck(
        id=check_id,
        experiment=ForwardBackward(
            forward=f"layers:{FORWARD}",
            backward=f"layers:{BACKWARD}",
            arguments=arguments,
            upstream=normal(*out),
            gradients={"dx": "x"},
        ),
        points=points_of(check_id, ("dx",), points),
        hint=hint,
    )

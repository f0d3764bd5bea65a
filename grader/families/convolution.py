"""Checks of convolution layers: strides, paddings and filters of every kind, and gradients.

Sizes are small, because the layers judged loop over every pixel, and such that the windows tile
the padded images: what happens at a border that they do not reach is not the course's to say. Each
check has one thing that is out of the ordinary, so that one mistake costs one check.
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

FORWARD = "conv_forward_naive"
BACKWARD = "conv_backward_naive"

PRINTED = [
    [
        [[-0.08759809, -0.10987781], [-0.18387192, -0.2109216]],
        [[0.21027089, 0.21661097], [0.22847626, 0.23004637]],
        [[0.50813986, 0.54309974], [0.64082444, 0.67101435]],
    ],
    [
        [[-0.98053589, -1.03143541], [-1.19128892, -1.24695841]],
        [[0.69108355, 0.66880383], [0.59480972, 0.56776003]],
        [[2.36270298, 2.36904306], [2.38090835, 2.38247847]],
    ],
]
"""What the course prints for the first example of a convolution."""

FORWARD_POINTS: Points = {
    FORWARD: 2.25,
    f"{FORWARD}.hidden": 0.25,
    f"{FORWARD}.properties": 1.5,
    f"{FORWARD}.no_padding": 1,
    f"{FORWARD}.wide_padding": 1,
    f"{FORWARD}.oblong_filters": 1,
    f"{FORWARD}.stride_3": 1,
}
BACKWARD_POINTS: Points = {
    BACKWARD: {"dx": 1.25, "dw": 1.5, "db": 0.75},
    f"{BACKWARD}.hidden": {"dx": 0.125, "dw": 0.0625, "db": 0.0625},
    f"{BACKWARD}.properties": 1.25,
    f"{BACKWARD}.no_padding": {"dx": 0.5, "dw": 0.5},
    f"{BACKWARD}.stride_2": {"dx": 0.5, "dw": 0.5},
    f"{BACKWARD}.wide_padding": {"dx": 0.5, "dw": 0.5},
    f"{BACKWARD}.oblong_filters": {"dx": 0.5, "dw": 0.5},
}


def forward_checks(points: Points = FORWARD_POINTS) -> tuple[Check, ...]:
    """Return the checks of ``conv_forward_naive``."""
    return (
        ValueCheck(
            id=FORWARD,
            experiment=FunctionCall(
                target=f"layers:{FORWARD}",
                arguments={
                    "x": linspace(-0.1, 0.5, 2, 3, 4, 4),
                    "w": linspace(-0.2, 0.3, 3, 3, 4, 4),
                    "b": linspace(-0.1, 0.2, 3),
                    "conv_param": {"stride": 2, "pad": 1},
                },
                results={"out": (0,)},
            ),
            literals={"out": PRINTED},
            sibling=_layer((2, 2, 7, 7), (4, 2, 3, 3), stride=2, pad=1),
            tolerance=5e-8,
            points=points_of(FORWARD, ("out",), points),
            hint="Which pixels of the padded image does output (i, j) of one filter see?",
        ),
        _forward(
            "no_padding",
            _layer((2, 3, 6, 6), (4, 3, 3, 3), stride=1, pad=0),
            points,
            "How high and how wide is the output when nothing is padded?",
        ),
        _forward(
            "wide_padding",
            _layer((1, 2, 4, 4), (3, 2, 5, 5), stride=1, pad=2),
            points,
            "Does your code work for any padding, and for a single image?",
        ),
        _forward(
            "oblong_filters",
            _layer((2, 2, 6, 9), (2, 2, 2, 3), stride=2, pad=1),
            points,
            "Where do you use the filters' height, and where their width?",
        ),
        _forward(
            "stride_3",
            _layer((2, 3, 8, 8), (2, 3, 4, 4), stride=3, pad=1),
            points,
            "By how many pixels does the window move from one output to the next?",
        ),
        window_laws(FORWARD, points),
        hidden_variant(FORWARD, points),
    )


def backward_checks(points: Points = BACKWARD_POINTS) -> tuple[Check, ...]:
    """Return the checks of ``conv_backward_naive``."""
    return (
        _backward(
            "",
            _layer((4, 3, 5, 5), (2, 3, 3, 3), stride=1, pad=1),
            (4, 2, 5, 5),
            points,
            "Which inputs and which weights does one entry of out depend on, and how?",
        ),
        _backward(
            ".no_padding",
            _layer((2, 2, 5, 5), (2, 2, 3, 3), stride=1, pad=0),
            (2, 2, 3, 3),
            points,
            "What does x[pad:-pad] select when pad is zero?",
        ),
        _backward(
            ".stride_2",
            _layer((2, 2, 7, 7), (3, 2, 3, 3), stride=2, pad=1),
            (2, 3, 4, 4),
            points,
            "Does the window move by the same stride on the way back?",
        ),
        _backward(
            ".wide_padding",
            _layer((1, 2, 4, 4), (2, 2, 5, 5), stride=1, pad=2),
            (1, 2, 4, 4),
            points,
            "How much is cut off the gradient of the padded image, also of a single one?",
        ),
        _backward(
            ".oblong_filters",
            _layer((2, 2, 6, 9), (2, 2, 4, 3), stride=1, pad=1),
            (2, 2, 5, 9),
            points,
            "Where do you use the filters' height, and where their width?",
        ),
        window_laws(BACKWARD, points),
        hidden_variant(BACKWARD, points),
    )


def _layer(x: tuple[int, ...], w: tuple[int, ...], *, stride: int, pad: int) -> dict[str, Any]:
    """Return declared arguments of a convolution."""
    return {
        "x": normal(*x),
        "w": normal(*w),
        "b": normal(w[0]),
        "conv_param": {"stride": stride, "pad": pad},
    }


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
            gradients={"dx": "x", "dw": "w", "db": "b"},
        ),
        points=points_of(check_id, ("dx", "dw", "db"), points),
        hint=hint,
    )

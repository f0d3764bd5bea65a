"""Checks of fully connected layers, of the ReLU, and of losses on scores.

Printed values and tolerances are those of the course's notebooks.
"""

from __future__ import annotations

from collections.abc import Mapping

from grader.checks.base import Check
from grader.checks.experiments import ForwardBackward, FunctionCall
from grader.checks.gradient import GradientCheck
from grader.checks.value import ValueCheck
from grader.families.laws import layer_laws, loss_laws
from grader.families.points import Points, points_of
from grader.families.variants import hidden_variant
from grader.inputs import fixed, integers, linspace, normal, rows

GRADIENTS = {"dx": "x", "dw": "w", "db": "b"}


def layer_checks(points: Points) -> Mapping[str, tuple[Check, ...]]:
    """Return the checks of affine and ReLU layers, by the function that each group judges."""
    return {
        check.id: (check, layer_laws(check.id, points), hidden_variant(check.id, points))
        for check in (
            affine_forward(points),
            affine_backward(points),
            relu_forward(points),
            relu_backward(points),
            affine_relu(points),
        )
    }


def affine_forward(points: Points) -> ValueCheck:
    """Return the check of the affine layer's output."""
    return ValueCheck(
        id="affine_forward",
        experiment=FunctionCall(
            target="layers:affine_forward",
            arguments={
                "x": linspace(-0.1, 0.5, 2, 4, 5, 6),
                "w": linspace(-0.2, 0.3, 120, 3),
                "b": linspace(-0.3, 0.1, 3),
            },
            results={"out": (0,)},
        ),
        literals={
            "out": [[1.49834967, 1.70660132, 1.91485297], [3.25553199, 3.5141327, 3.77273342]]
        },
        sibling={"x": normal(5, 3, 2, 4), "w": normal(24, 7), "b": normal(7)},
        tolerance=5e-9,
        points=points_of("affine_forward", ("out",), points),
        hint="What shape must x have for one matrix product, and what is added to every row?",
    )


def affine_backward(points: Points) -> GradientCheck:
    """Return the check of the affine layer's gradients."""
    return GradientCheck(
        id="affine_backward",
        experiment=ForwardBackward(
            forward="layers:affine_forward",
            backward="layers:affine_backward",
            arguments={"x": normal(10, 2, 3), "w": normal(6, 5), "b": normal(5)},
            upstream=normal(10, 5),
            gradients=GRADIENTS,
        ),
        points=points_of("affine_backward", tuple(GRADIENTS), points),
        hint="Write out one entry of out. Which entries of x, w and b does it depend on, and how?",
    )


def relu_forward(points: Points) -> ValueCheck:
    """Return the check of the ReLU's output."""
    return ValueCheck(
        id="relu_forward",
        experiment=FunctionCall(
            target="layers:relu_forward",
            arguments={"x": linspace(-0.5, 0.5, 3, 4)},
            results={"out": (0,)},
        ),
        literals={
            "out": [
                [0.0, 0.0, 0.0, 0.0],
                [0.0, 0.0, 0.04545455, 0.13636364],
                [0.22727273, 0.31818182, 0.40909091, 0.5],
            ]
        },
        sibling={"x": normal(6, 2, 5)},
        tolerance=6e-8,
        points=points_of("relu_forward", ("out",), points),
        hint="Which entries should pass unchanged, and what becomes of the others?",
    )


def relu_backward(points: Points) -> GradientCheck:
    """Return the check of the ReLU's gradient."""
    return GradientCheck(
        id="relu_backward",
        experiment=ForwardBackward(
            forward="layers:relu_forward",
            backward="layers:relu_backward",
            arguments={"x": normal(10, 10, margin=0.01)},
            upstream=normal(10, 10),
            gradients={"dx": "x"},
        ),
        points=points_of("relu_backward", ("dx",), points),
        hint="Where the input was negative, how much does the output change when the input does?",
    )


def affine_relu(points: Points) -> GradientCheck:
    """Return the check of both layers in one."""
    return GradientCheck(
        id="affine_relu",
        experiment=ForwardBackward(
            forward="layer_utils:affine_relu_forward",
            backward="layer_utils:affine_relu_backward",
            arguments={"x": normal(2, 3, 4), "w": normal(12, 10), "b": normal(10)},
            upstream=normal(2, 10),
            gradients=GRADIENTS,
        ),
        points=points_of("affine_relu", ("out", *GRADIENTS), points),
        hint="In which order do the two backward passes run, and which cache does each need?",
    )


def loss_checks(points: Points) -> Mapping[str, tuple[Check, ...]]:
    """Return the checks of the losses on scores, by function."""
    return {
        "svm_loss": (
            *_loss(
                "svm_loss",
                9.0,
                "With all scores equal every wrong class is one margin away: what is the sum?",
                points,
            ),
            loss_laws("svm_loss", points),
            hidden_variant("svm_loss", points),
        ),
        "softmax_loss": (
            *_loss(
                "softmax_loss",
                2.302585092994046,
                "With ten equal scores each class has probability 1/10: what is the loss of one "
                "example?",
                points,
            ),
            _large_scores(points),
            loss_laws("softmax_loss", points),
            hidden_variant("softmax_loss", points),
        ),
    }


def _loss(name: str, about: float, hint: str, points: Points) -> tuple[ValueCheck, GradientCheck]:
    """Return the checks of a loss on scores: its value, and the gradient of the scores."""
    return (
        ValueCheck(
            id=name,
            experiment=FunctionCall(
                target=f"layers:{name}",
                arguments={"x": fixed([[0.0] * 10] * 4), "y": fixed([0, 3, 9, 3])},
                results={"loss": (0,)},
            ),
            literals={"loss": about},
            sibling={"x": normal(50, 10, scale=2.0), "y": integers(10, 50)},
            tolerance=1e-6,
            points=points_of(name, ("loss",), points),
            hint=hint,
        ),
        GradientCheck(
            id=f"{name}_gradient",
            experiment=FunctionCall(
                target=f"layers:{name}",
                arguments={"x": normal(50, 10, scale=0.001), "y": integers(10, 50)},
                results={"loss": (0,), "dx": (1,)},
                gradients={"dx": "x"},
            ),
            points=points_of(f"{name}_gradient", ("dx",), points),
            hint="Is the gradient averaged over the same number of examples as the loss?",
        ),
    )


def _large_scores(points: Points) -> ValueCheck:
    """Return the check of a softmax whose exponentials overflow when nothing is subtracted.

    They all underflow in half of the rows when one number is subtracted from the whole minibatch.
    In the last row only the largest score will do; even there, no probability is zero.
    """
    far_apart = fixed([[-725.0, *(0.1 * score for score in range(9))]])
    return ValueCheck(
        id="softmax_loss.large_scores",
        experiment=FunctionCall(
            target="layers:softmax_loss",
            arguments={
                "x": rows(normal(10, 10, offset=1000.0), normal(10, 10), far_apart),
                "y": rows(integers(10, 20), fixed([4])),
            },
            results={"loss": (0,), "dx": (1,)},
        ),
        tolerance=1e-6,
        points=points_of("softmax_loss.large_scores", ("loss", "dx"), points),
        hint="Which number can be subtracted from a row of scores without changing the loss?",
    )

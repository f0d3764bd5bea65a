"""Checks of fully connected networks: of two layers, and of any depth.

Printed values and tolerances are those of the course's notebooks.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from grader.checks.base import Check
from grader.checks.gradient import GradientCheck
from grader.checks.initialisation import InitialisationCheck
from grader.checks.models import ModelLoss
from grader.checks.properties.fully_connected import AnyDepth, TwoLayers
from grader.checks.value import ValueCheck
from grader.compare import Measure
from grader.families.laws import network_laws
from grader.families.points import Points, points_of
from grader.families.variants import hidden_network
from grader.inputs import fixed, integers, linspace, normal

TOLERANCE = 5e-6
"""For gradients of whole networks: the course's own numeric check of them is not finer."""

PARAMETERS = {
    "W1": linspace(-0.7, 0.3, 5, 50),
    "b1": linspace(-0.1, 0.9, 50),
    "W2": linspace(-0.3, 0.4, 50, 7),
    "b2": linspace(-0.9, 0.1, 7),
}
DRAWN = {
    "W1": normal(5, 50, scale=0.5),
    "b1": normal(50, scale=0.5),
    "W2": normal(50, 7, scale=0.5),
    "b2": normal(7, scale=0.5),
}
KEYWORDS = {"input_dim": 5, "hidden_dim": 50, "num_classes": 7, "weight_scale": 1e-2}

SCORES = [
    [11.53165108, 12.2917344, 13.05181771, 13.81190102, 14.57198434, 15.33206765, 16.09215096],
    [12.05769098, 12.74614105, 13.43459113, 14.1230412, 14.81149128, 15.49994135, 16.18839143],
    [12.58373087, 13.20054771, 13.81736455, 14.43418138, 15.05099822, 15.66781506, 16.2846319],
]
"""What the course prints as the scores of its small network."""

DEEP = {
    "W1": normal(15, 20, scale=0.3),
    "b1": normal(20, scale=0.3),
    "W2": normal(20, 30, scale=0.3),
    "b2": normal(30, scale=0.3),
    "W3": normal(30, 10, scale=0.3),
    "b3": normal(10, scale=0.3),
}
"""Parameters of the course's three-layer network."""


def two_layer_checks(points: Points) -> tuple[Check, ...]:
    """Return the checks of ``TwoLayerNet``: first weights, scores, losses, gradients, laws."""
    return (
        InitialisationCheck(
            id="TwoLayerNet.init",
            target="fc_net:TwoLayerNet",
            keywords={"input_dim": 60, "hidden_dim": 150, "num_classes": 70, "weight_scale": 1e-2},
            shapes={"W1": (60, 150), "b1": (150,), "W2": (150, 70), "b2": (70,)},
            scale=1e-2,
            points=points_of("TwoLayerNet.init", tuple(PARAMETERS), points),
        ),
        ValueCheck(
            id="TwoLayerNet.forward",
            experiment=_two_layer("scores"),
            literals={"scores": SCORES},
            sibling={**DRAWN, "X": normal(4, 5)},
            measure=Measure.ABSOLUTE_SUM,
            tolerance=1e-6,
            points=points_of("TwoLayerNet.forward", ("scores",), points),
            hint="Which layer has no ReLU after it?",
        ),
        _two_layer_loss(
            "TwoLayerNet.loss",
            0.0,
            3.4702243556,
            points,
            "Which loss of the scores does the handout ask for?",
        ),
        _two_layer_loss(
            "TwoLayerNet.regularised_loss",
            1.0,
            26.5948426952,
            points,
            "Which parameters does the handout regularise, and with which factor in front?",
        ),
        _two_layer_gradients("TwoLayerNet.reg_0", 0.0, points),
        _two_layer_gradients("TwoLayerNet.reg_0_7", 0.7, points),
        network_laws(TwoLayers(), points),
        hidden_network(
            "fc_net:TwoLayerNet",
            {"W1": (6, 9), "b1": (9,), "W2": (9, 4), "b2": (4,)},
            points,
            inputs=(6,),
            keywords={"input_dim": 6, "hidden_dim": 9, "num_classes": 4, "weight_scale": 1e-2},
            attributes={"reg": 0.3},
        ),
    )


HIDDEN_DEEP = {
    "W1": (7, 8),
    "b1": (8,),
    "W2": (8, 6),
    "b2": (6,),
    "W3": (6, 9),
    "b3": (9,),
    "W4": (9, 5),
    "b4": (5,),
}
"""Shapes of one layer more than public gradients have: no layer is both the next and the last."""


def _two_layer(observed: str, *, reg: float = 0.0) -> ModelLoss:
    """Return the handout's small network, looked at in one way."""
    return ModelLoss(
        target="fc_net:TwoLayerNet",
        keywords=KEYWORDS,
        parameters=PARAMETERS,
        attributes={"reg": reg},
        X=linspace(-5.5, 4.5, 5, 3, transposed=True),
        y=fixed([0, 5, 1]),
        observed=(observed,),
    )


def _two_layer_loss(
    check_id: str, reg: float, printed: float, points: Points, hint: str
) -> ValueCheck:
    return ValueCheck(
        id=check_id,
        experiment=_two_layer("loss", reg=reg),
        literals={"loss": printed},
        sibling={**DRAWN, "X": normal(4, 5), "y": integers(7, 4)},
        measure=Measure.ABSOLUTE,
        tolerance=1e-10,
        points=points_of(check_id, ("loss",), points),
        hint=hint,
    )


def _drawn_two_layer(reg: float) -> ModelLoss:
    """Return the small network at drawn parameters, and its gradients."""
    return ModelLoss(
        target="fc_net:TwoLayerNet",
        keywords=KEYWORDS,
        parameters=DRAWN,
        attributes={"reg": reg},
        X=normal(3, 5),
        y=integers(7, 3),
        observed=tuple(DRAWN),
    )


def _two_layer_gradients(check_id: str, reg: float, points: Points) -> GradientCheck:
    """Return the gradient check of the two-layer network at one strength of regularisation."""
    return GradientCheck(
        id=check_id,
        experiment=_drawn_two_layer(reg),
        base=_drawn_two_layer(0.0) if reg else None,
        tolerance=TOLERANCE,
        points=points_of(check_id, tuple(DRAWN), points),
        hint="Which parameters are regularised, and what is the derivative of that term?",
    )


def deep_checks(points: Points) -> tuple[Check, ...]:
    """Return the checks of ``FullyConnectedNet``: first weights, depth, losses, gradients, laws."""
    return (
        InitialisationCheck(
            id="FullyConnectedNet.init",
            target="fc_net:FullyConnectedNet",
            arguments=([90, 110],),
            keywords={"input_dim": 100, "num_classes": 60, "weight_scale": 5e-2, "dtype": float},
            shapes={
                "W1": (100, 90),
                "b1": (90,),
                "W2": (90, 110),
                "b2": (110,),
                "W3": (110, 60),
                "b3": (60,),
            },
            scale=5e-2,
            points=points_of("FullyConnectedNet.init", tuple(DEEP), points),
        ),
        _depth(points),
        *_deep_at("reg_0", 0.0, points),
        *_deep_at("reg_3_14", 3.14, points),
        network_laws(AnyDepth(), points),
        hidden_network(
            "fc_net:FullyConnectedNet",
            HIDDEN_DEEP,
            points,
            inputs=(7,),
            arguments=([8, 6, 9],),
            keywords={
                "input_dim": 7,
                "num_classes": 5,
                "reg": 0.3,
                "weight_scale": 5e-2,
                "dtype": float,
            },
        ),
    )


def _depth(points: Points) -> ValueCheck:
    sizes = (8, 11, 7, 9, 5, 4)
    parameters: dict[str, Any] = {}
    for layer, (fan_in, fan_out) in enumerate(pairwise(sizes), start=1):
        parameters[f"W{layer}"] = normal(fan_in, fan_out, scale=0.5)
        parameters[f"b{layer}"] = normal(fan_out, scale=0.5)
    return ValueCheck(
        id="FullyConnectedNet.depth",
        experiment=ModelLoss(
            target="fc_net:FullyConnectedNet",
            arguments=(list(sizes[1:-1]),),
            keywords={"input_dim": 8, "num_classes": 4, "weight_scale": 5e-2, "dtype": float},
            parameters=parameters,
            X=normal(6, 8),
            observed=("scores",),
        ),
        tolerance=1e-8,
        points=points_of("FullyConnectedNet.depth", ("scores",), points),
        hint="Does your loop go over as many layers as hidden_dims asks for?",
    )


def deep_network(
    observed: tuple[str, ...],
    *,
    reg: float,
    parameters: Mapping[str, Any] = DEEP,
    examples: int = 2,
    **keywords: Any,
) -> ModelLoss:
    """Return the handout's three-layer network at one strength of regularisation.

    Parameters
    ----------
    observed : tuple of str
        What is looked at: ``scores``, ``loss``, names of parameters.
    reg : float
        Strength of the regularisation.
    parameters : mapping
        Declared parameters, by name.
    examples : int
        How many there are in the minibatch.
    **keywords
        What the constructor is given besides, such as its normalisation.
    """
    return ModelLoss(
        target="fc_net:FullyConnectedNet",
        arguments=([20, 30],),
        keywords={
            "input_dim": 15,
            "num_classes": 10,
            "reg": reg,
            "weight_scale": 5e-2,
            "dtype": float,
            **keywords,
        },
        parameters=parameters,
        X=normal(examples, 15),
        y=integers(10, examples),
        observed=observed,
    )


def _deep_at(name: str, reg: float, points: Points) -> tuple[ValueCheck, GradientCheck]:
    """Return loss and gradients of the three-layer network at one strength."""
    loss_id, gradient_id = f"FullyConnectedNet.loss_{name}", f"FullyConnectedNet.{name}"
    return (
        ValueCheck(
            id=loss_id,
            experiment=deep_network(("loss",), reg=reg),
            tolerance=1e-8,
            points=points_of(loss_id, ("loss",), points),
            hint="Is every weight matrix in the regularisation term, and with which factor?",
        ),
        GradientCheck(
            id=gradient_id,
            experiment=deep_network(tuple(DEEP), reg=reg),
            base=deep_network(("loss",), reg=0.0) if reg else None,
            tolerance=TOLERANCE,
            points=points_of(gradient_id, tuple(DEEP), points),
            hint="Which cache belongs to this layer, and is its regularisation in the gradient?",
        ),
    )

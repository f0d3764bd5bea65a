"""Trainings: small networks and classifiers that learn patterns, and fall short when broken.

Weights begin so small, and steps are so few, that a network learns only if every layer does.
Learning rates are far from what update rules and methods take when none is given. Networks and
images are so small that layers written with loops are trained in seconds, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.checks.training import Form, Images, OwnTraining, SolverTraining, TrainingCheck
from grader.checks.training.check import ACCURACY

PIXELS = 192
"""Of an image of three channels, 8 by 8."""
CLASSES = 10

TINY_PIXELS = 48
"""Of an image of three channels, 4 by 4."""

PATIENT: Mapping[str, Any] = {"margin": 0.15, "runs": 8, "attempts": 3}
"""Trainings so short vary: one in forty is a tenth below the worst of five others."""


def _tiny(training: int, *, held_out: int = 200, scale: float = 1.0) -> Images:
    return Images(
        shape=(3, 4, 4),
        grain=1,
        noise=0.2,
        training=training,
        validation=10,
        held_out=held_out,
        classes=CLASSES,
        scale=scale,
        unlike=True,
    )


_LEARNS = "Does the loss fall from epoch to epoch? Is every parameter's gradient that of the loss?"
_BY_HEART = "Which layer's weights do not change, or change the wrong way, from step to step?"


def two_layer_check(points: float) -> TrainingCheck:
    """Return the check that the Solver trains ``TwoLayerNet``."""
    return TrainingCheck(
        id="TwoLayerNet.training",
        training=SolverTraining(
            target="fc_net:TwoLayerNet",
            keywords={
                "input_dim": TINY_PIXELS,
                "hidden_dim": 30,
                "num_classes": CLASSES,
                "weight_scale": 1e-2,
                "reg": 1e-3,
            },
            learning_rate=1.0,
            decay=0.9,
            epochs=4,
            batch_size=25,
        ),
        images=_tiny(200),
        points={ACCURACY: points},
        hint=_LEARNS,
        **PATIENT,
    )


def by_heart_check(points: float, *, layers: int = 3) -> TrainingCheck:
    """Return the check that ``FullyConnectedNet`` of three or five layers learns fifty images."""
    units, weight_scale, learning_rate, epochs, batch_size = {
        3: (30, 3e-2, 0.8, 50, 50),
        5: (40, 2e-1, 0.25, 12, 25),
    }[layers]
    return TrainingCheck(
        id=f"FullyConnectedNet.by_heart_{layers}",
        training=SolverTraining(
            target="fc_net:FullyConnectedNet",
            arguments=([units] * (layers - 1),),
            keywords={
                "input_dim": TINY_PIXELS,
                "num_classes": CLASSES,
                "weight_scale": weight_scale,
                "dtype": float,
            },
            learning_rate=learning_rate,
            epochs=epochs,
            batch_size=batch_size,
        ),
        images=_tiny(50, held_out=50),
        by_heart=True,
        points={ACCURACY: points},
        hint=_BY_HEART,
        **PATIENT,
    )


def update_rule_check(rule: str, points: float) -> TrainingCheck:
    """Return the check that ``sgd_momentum``, ``rmsprop`` or ``adam`` trains a network."""
    weight_scale, learning_rate, epochs, scale = {
        "sgd_momentum": (2e-1, 4e-2, 5, 1.0),
        # On pixels as bright as these, ten times the learning rate learns much less.
        "rmsprop": (1e-2, 1e-3, 5, 200.0),
        "adam": (1e-1, 3e-2, 3, 1.0),
    }[rule]
    return TrainingCheck(
        id=f"{rule}.training",
        training=SolverTraining(
            target="fc_net:FullyConnectedNet",
            arguments=([20, 20],),
            keywords={
                "input_dim": TINY_PIXELS,
                "num_classes": CLASSES,
                "weight_scale": weight_scale,
            },
            learning_rate=learning_rate,
            epochs=epochs,
            batch_size=25,
            update_rule=rule,
        ),
        images=_tiny(200, scale=scale),
        points={ACCURACY: points},
        hint="What does your rule keep from one step to the next, and does it keep all of it?",
        **PATIENT,
    )


def linear_check(name: str, points: float) -> TrainingCheck:
    """Return the check that ``Softmax`` or ``LinearSVM`` trains itself."""
    return TrainingCheck(
        id=f"{name}.training",
        training=OwnTraining(
            target=f"linear_classifier:{name}",
            defined_in="linear_classifier:LinearClassifier",
            kept_in="W",
            settings={"learning_rate": 2e-6, "reg": 1e4, "num_iters": 500, "batch_size": 50},
        ),
        images=Images(inverted=False, noise=2.0, scale=50.0, form=Form.ROWS_AND_ONE),
        points={ACCURACY: points},
        hint="Are the learning rate and the regularisation used as they are given?",
    )


def toy_check(points: float) -> TrainingCheck:
    """Return the check that the two-layer network of the toy example trains itself."""
    return TrainingCheck(
        id="TwoLayerNet.training",
        training=OwnTraining(
            target="neural_net:TwoLayerNet",
            arguments=(PIXELS, 50, CLASSES, 1e-3),
            settings={
                "learning_rate": 0.2,
                "learning_rate_decay": 0.95,
                "reg": 1e-3,
                "num_iters": 250,
                "batch_size": 50,
            },
            validates=True,
        ),
        images=Images(training=1000, form=Form.ROWS),
        points={ACCURACY: points},
        hint=_LEARNS,
    )

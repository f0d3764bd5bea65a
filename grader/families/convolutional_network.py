"""Checks of ThreeLayerConvNet: conv - ReLU - 2x2 max pool - affine - ReLU - affine - softmax.

Parameters are drawn larger than a network would start with, so that no gradient is so small that
rounding decides, and small enough for no class to be certain. Images are square, as the course's
are, but in one check.
"""

from __future__ import annotations

from grader.checks.base import Check
from grader.checks.gradient import GradientCheck
from grader.checks.initialisation import InitialisationCheck
from grader.checks.models import ModelLoss
from grader.checks.training.check import TrainingCheck
from grader.checks.training.images import Images
from grader.checks.training.ways import SolverTraining
from grader.checks.value import ValueCheck
from grader.families.points import Points, points_of
from grader.families.variants import hidden_network
from grader.families.window_laws import window_laws
from grader.inputs import Input, integers, normal

TARGET = "cnn:ThreeLayerConvNet"
NAME = "ThreeLayerConvNet"
PARAMETERS = ("W1", "b1", "W2", "b2", "W3", "b3")
TOLERANCE = 5e-6
"""For gradients of the whole network: the course's own numeric check of them is not finer."""

POINTS: Points = {
    f"{NAME}.init": 2.25,
    f"{NAME}.scores": 2,
    f"{NAME}.other_sizes": 1,
    f"{NAME}.loss": 1.75,
    f"{NAME}.regularised_loss": 2,
    f"{NAME}.gradients": 4.5,
    f"{NAME}.regularised_gradients": {"W1": 1, "W2": 1, "W3": 1},
    f"{NAME}.properties": 3,
    f"{NAME}.hidden": {"loss": 0.125, **dict.fromkeys(PARAMETERS, 0.0625)},
}


def network_checks(points: Points = POINTS) -> tuple[Check, ...]:
    """Return the checks of ``ThreeLayerConvNet``."""
    return (
        _initialisation(points),
        *_forward_checks(points),
        *_loss_checks(points),
        *_gradient_checks(points),
        window_laws(NAME, points),
        hidden_network(
            TARGET,
            {"W1": (4, 3, 3, 3), "b1": (4,), "W2": (16, 6), "b2": (6,), "W3": (6, 4), "b3": (4,)},
            points,
            inputs=(3, 4, 4),
            keywords={
                "input_dim": (3, 4, 4),
                "num_filters": 4,
                "filter_size": 3,
                "hidden_dim": 6,
                "num_classes": 4,
                "weight_scale": 1e-2,
                "dtype": float,
            },
            attributes={"reg": 0.3},
        ),
    )


TRAINED = {
    "input_dim": (3, 8, 8),
    "num_filters": 8,
    "filter_size": 3,
    "hidden_dim": 50,
    "weight_scale": 1e-1,
}
"""The network that is trained: small enough for a moment, with weights to match."""

TRAINING_SECONDS = 60.0
"""CPU seconds for a training, in case that its convolution loops over pixels."""


def by_heart_check(name: str, epochs: int, points: float) -> TrainingCheck:
    """Return the check that the network learns a hundred images by heart.

    Parameters
    ----------
    name : str
        Its id.
    epochs : int
        How often it sees each image.
    points : float
        For learning them.
    """
    return TrainingCheck(
        id=name,
        training=SolverTraining(
            target=TARGET, keywords=TRAINED, learning_rate=0.15, epochs=epochs, batch_size=20
        ),
        images=Images(training=100),
        by_heart=True,
        cpu_seconds=TRAINING_SECONDS,
        points={"accuracy": points},
        hint="If the gradients are right, does each parameter have one, and under its own name?",
    )


def one_epoch_check(name: str, points: float) -> TrainingCheck:
    """Return the check that one epoch on many images is enough to tell new ones apart."""
    return TrainingCheck(
        id=name,
        training=SolverTraining(
            target=TARGET,
            keywords={**TRAINED, "reg": 1e-3},
            learning_rate=0.15,
            epochs=1,
            batch_size=25,
        ),
        images=Images(training=1500),
        cpu_seconds=TRAINING_SECONDS,
        points={"accuracy": points},
        hint="Does the loss go down at all in this epoch, and does it go down for ever?",
    )


def accuracy_check(name: str, points: float) -> TrainingCheck:
    """Return the check that longer training gets at new images through much noise."""
    return TrainingCheck(
        id=name,
        training=SolverTraining(
            target=TARGET,
            keywords={**TRAINED, "num_filters": 16, "reg": 1e-3},
            learning_rate=0.1,
            epochs=3,
            batch_size=25,
            decay=0.9,
        ),
        images=Images(training=1500, noise=2.2),
        cpu_seconds=TRAINING_SECONDS,
        points={"accuracy": points},
        hint="Does the network use all its filters, and is the penalty small beside the loss?",
    )


def _network(
    observed: tuple[str, ...],
    *,
    image: tuple[int, int, int] = (2, 6, 6),
    filter_size: int = 3,
    reg: float = 0.0,
) -> ModelLoss:
    """Return a small network at drawn parameters, looked at in one way."""
    filters, hidden, classes = 3, 7, 5
    pooled = filters * (image[1] // 2) * (image[2] // 2)
    shapes: dict[str, tuple[int, ...]] = {
        "W1": (filters, image[0], filter_size, filter_size),
        "b1": (filters,),
        "W2": (pooled, hidden),
        "b2": (hidden,),
        "W3": (hidden, classes),
        "b3": (classes,),
    }
    parameters: dict[str, Input] = {
        name: normal(*shape, scale=0.25) for name, shape in shapes.items()
    }
    return ModelLoss(
        target=TARGET,
        keywords={
            "input_dim": image,
            "num_filters": filters,
            "filter_size": filter_size,
            "hidden_dim": hidden,
            "num_classes": classes,
            "weight_scale": 1e-2,
            "dtype": float,
        },
        parameters=parameters,
        attributes={"reg": reg},
        X=normal(3, *image),
        y=integers(classes, 3),
        observed=observed,
    )


def _initialisation(points: Points) -> InitialisationCheck:
    return InitialisationCheck(
        id=f"{NAME}.init",
        target=TARGET,
        keywords={
            "input_dim": (3, 12, 12),
            "num_filters": 40,
            "filter_size": 5,
            "hidden_dim": 60,
            "num_classes": 50,
            "weight_scale": 1e-2,
        },
        shapes={
            "W1": (40, 3, 5, 5),
            "b1": (40,),
            "W2": (40 * 6 * 6, 60),
            "b2": (60,),
            "W3": (60, 50),
            "b3": (50,),
        },
        scale=1e-2,
        points=points_of(f"{NAME}.init", PARAMETERS, points),
    )


def _forward_checks(points: Points) -> tuple[ValueCheck, ...]:
    return (
        _value(
            "scores",
            _network(("scores",)),
            points,
            "Which layers follow each other, and which of them has no ReLU after it?",
        ),
        _value(
            "other_sizes",
            _network(("scores",), image=(3, 6, 4), filter_size=5),
            points,
            "Which padding keeps height and width, and what does pooling leave of each?",
        ),
    )


def _loss_checks(points: Points) -> tuple[ValueCheck, ...]:
    return (
        _value(
            "loss",
            _network(("loss",)),
            points,
            "Which loss of the scores does the handout ask for?",
        ),
        _value(
            "regularised_loss",
            _network(("loss",), reg=0.5),
            points,
            "Are all three weight arrays regularised, and with which factor in front?",
        ),
    )


def _gradient_checks(points: Points) -> tuple[GradientCheck, ...]:
    plain, regularised = f"{NAME}.gradients", f"{NAME}.regularised_gradients"
    return (
        GradientCheck(
            id=plain,
            experiment=_network(PARAMETERS),
            tolerance=TOLERANCE,
            points=points_of(plain, PARAMETERS, points),
            hint="Which cache belongs to this layer, and in which order do they run backwards?",
        ),
        GradientCheck(
            id=regularised,
            experiment=_network(PARAMETERS, reg=0.7),
            base=_network(("loss",)),
            tolerance=TOLERANCE,
            points=points_of(regularised, ("W1", "W2", "W3"), points),
            hint="What is the derivative of the penalty, and to which gradients is it added?",
        ),
    )


def _value(name: str, experiment: ModelLoss, points: Points, hint: str) -> ValueCheck:
    check_id = f"{NAME}.{name}"
    part = experiment.observed[0]
    return ValueCheck(
        id=check_id,
        experiment=experiment,
        tolerance=1e-6,
        points=points_of(check_id, (part,), points),
        hint=hint,
    )

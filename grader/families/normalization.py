"""Checks of batch normalisation, of features or of channels: training, test mode, gradients."""

from __future__ import annotations

from typing import Any

from grader.checks.experiments import ForwardBackward, FunctionCall
from grader.checks.gradient import GradientCheck
from grader.checks.options import TrainThenTest
from grader.checks.value import ValueCheck
from grader.families.points import Points, points_of
from grader.inputs import normal, uniform

TRAIN_PARTS = ("out",)
TEST_PARTS = ("running_mean", "running_var", "out", "after_test")
GRADIENTS = {"dx": "x", "dgamma": "gamma", "dbeta": "beta"}


def train_checks(
    target: str, name: str, shape: tuple[int, ...], points: Points
) -> tuple[ValueCheck, ...]:
    """Return the checks of the forward pass in training mode.

    Parameters
    ----------
    target : str
        The forward function, such as ``layers:spatial_batchnorm_forward``.
    name : str
        What the ids begin with; ``<name>`` and ``<name>.small_variance`` need points.
    shape : tuple of int
        Of the input; the second axis counts features or channels.
    points : mapping
        Points by check id.
    """
    plain = {
        "x": normal(*shape, scale=4.0, offset=10.0),
        **_scale_and_shift(shape[1]),
        "bn_param": {"mode": "train"},
    }
    small = {
        **plain,
        "x": normal(*shape, scale=0.02, offset=1.0),
        "bn_param": {"mode": "train", "eps": 1e-3},
    }
    return (
        ValueCheck(
            id=name,
            experiment=FunctionCall(target=target, arguments=plain, results={"out": (0,)}),
            points=points_of(name, TRAIN_PARTS, points),
            hint="Over which axes is the mean taken, and by what is the sum of squares divided?",
        ),
        ValueCheck(
            id=f"{name}.small_variance",
            experiment=FunctionCall(target=target, arguments=small, results={"out": (0,)}),
            points=points_of(f"{name}.small_variance", TRAIN_PARTS, points),
            hint="Where does eps go: is it in the root, and is it the one from the options?",
        ),
    )


def test_mode_check(target: str, name: str, shape: tuple[int, ...], points: Points) -> ValueCheck:
    """Return the check of running averages over several batches, and of test mode.

    Gamma and beta are not one and zero, and the batches differ, so that test mode without them
    or by the batch's own statistics is wrong. Features come with a momentum, images without one,
    as in the course's notebooks. Arguments are those of `train_checks`.
    """
    return ValueCheck(
        id=name,
        experiment=TrainThenTest(
            target=target,
            batches=normal(3, *shape, scale=2.0, offset=5.0),
            x=normal(*shape, scale=3.0, offset=4.0),
            arguments=_scale_and_shift(shape[1]),
            options={"momentum": 0.7} if len(shape) == 2 else {},
        ),
        points=points_of(name, TEST_PARTS, points),
        hint="What becomes of the averages with each batch, and what does test mode do with them?",
    )


def given_averages_check(target: str, name: str, features: int, points: Points) -> ValueCheck:
    """Return the check of test mode with averages that are given, some of them as small as eps.

    Parameters
    ----------
    target : str
        The forward function, of rows.
    name : str
        Id of the check.
    features : int
        Columns of the input.
    points : mapping
        Points by check id.
    """
    return ValueCheck(
        id=name,
        experiment=FunctionCall(
            target=target,
            arguments={
                "x": normal(3, features, scale=3.0, offset=4.0),
                **_scale_and_shift(features),
                "bn_param": {
                    "mode": "test",
                    "eps": 1e-3,
                    "running_mean": normal(features, offset=4.0),
                    "running_var": uniform(features, low=0.05, high=0.2),
                },
            },
            results={"out": (0,)},
        ),
        points=points_of(name, TRAIN_PARTS, points),
        hint="Does any number of the batch itself have a say in test mode?",
    )


def gradient_check(
    forward: str, backward: str, name: str, shape: tuple[int, ...], points: Points, **settings: Any
) -> GradientCheck:
    """Return the check of a backward pass in training mode.

    Parameters
    ----------
    forward, backward : str
        The two functions.
    name : str
        Id of the check.
    shape : tuple of int
        Of the input.
    points : mapping
        Points by check id.
    **settings
        Of the check, such as its visibility.
    """
    return GradientCheck(
        id=name,
        experiment=ForwardBackward(
            forward=forward,
            backward=backward,
            arguments={
                "x": normal(*shape, scale=5.0, offset=12.0),
                **_scale_and_shift(shape[1]),
                "bn_param": {"mode": "train"},
            },
            upstream=normal(*shape),
            gradients=GRADIENTS,
        ),
        points=points_of(name, tuple(GRADIENTS), points),
        hint="The batch's mean and variance depend on x, too: on how many paths does x reach out?",
        **settings,
    )


def _scale_and_shift(features: int) -> dict[str, Any]:
    return {"gamma": normal(features, margin=0.5), "beta": normal(features, margin=0.5)}

"""Hidden checks of layers, losses, update rules and networks, whose sizes are drawn, too.

They ask nothing new. Whoever grades for marks draws their inputs from a secret, so that neither a
table of right answers nor code that fits the handout's sizes alone earns their points.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from grader.checks.base import Check
from grader.checks.classifiers import Classifier
from grader.checks.dropout import DropoutBackwardCheck, DropoutForwardCheck
from grader.checks.experiments import Differentiable, Experiment, FunctionCall
from grader.checks.gradient import GradientCheck
from grader.checks.linear import ClassifierLoss, LinearLoss, Prediction
from grader.checks.models import ModelLoss
from grader.checks.properties.normalization import EPS_IS_SMALL
from grader.checks.value import ValueCheck
from grader.families.drawn import EXPERIMENTS, C, M, N
from grader.families.points import Points, points_of
from grader.inputs import Size, integers, normal
from grader.settings import Visibility

HINT = "Does it work for any sizes and any numbers, or for those of the handout's examples?"


def hidden_variant(function: str, points: Points) -> Check:
    """Return the hidden check of a function, whose id is ``<function>.hidden``.

    Parameters
    ----------
    function : str
        Name of a layer, a loss or an update rule; of joined layers without their ending.
    points : mapping
        Points by check id.

    Raises
    ------
    ValueError
        If the check has no points.
    """
    experiment = EXPERIMENTS[function]
    results = experiment.results if isinstance(experiment, FunctionCall) else {}
    parts = tuple(results) or _parts_of(experiment)
    settings = {"tolerance": EPS_IS_SMALL} if "norm" in function else {}
    return _hide(f"{function}.hidden", experiment, parts, points, **settings)


def hidden_linear_loss(target: str, points: float) -> Check:
    """Return the hidden check of a linear classifier's gradient, with regularisation."""
    experiment = LinearLoss(
        target=target, W=normal(C, M), X=normal(N, C), y=integers(M, N), reg=0.3
    )
    check_id = f"{target.partition(':')[2]}.hidden"
    base = replace(experiment, reg=0.0)
    return _hide(check_id, experiment, ("dW",), {check_id: points}, base=base)


def hidden_classifier_loss(classifier: Classifier, sizes: tuple[int, int], points: float) -> Check:
    """Return the hidden check of the gradients of a classifier's weights, with regularisation.

    Parameters
    ----------
    classifier : Classifier
        With declared weights.
    sizes : tuple of int
        How many features and classes it was made for.
    points : float
        Shared equally among the weights.
    """
    features, classes = sizes
    weights = tuple(classifier.weights)
    experiment = ClassifierLoss(
        classifier=classifier,
        X=normal(N, features),
        y=integers(classes, N),
        reg=0.3,
        observed=weights,
    )
    check_id = f"{classifier.name}.hidden"
    base = replace(experiment, reg=0.0)
    return _hide(check_id, experiment, weights, {check_id: points}, base=base)


def hidden_prediction(classifier: Classifier, features: int, points: float) -> Check:
    """Return the hidden check of the labels that a classifier predicts."""
    experiment = Prediction(classifier=classifier, X=normal(N + 5, features))
    check_id = f"{classifier.name}.predict_hidden"
    return _hide(check_id, experiment, ("labels",), {check_id: points})


def hidden_dropout_forward(points: Points) -> Check:
    """Return the hidden check of dropout's forward pass, at a rate of its own."""
    return DropoutForwardCheck(
        id="dropout_forward.hidden",
        rates=(0.35,),
        points=points_of("dropout_forward.hidden", ("values", "test"), points),
        tolerance=1e-9,
        visibility=Visibility.HIDDEN,
        hint=HINT,
    )


def hidden_dropout_backward(points: Points) -> Check:
    """Return the hidden check of dropout's backward pass."""
    return DropoutBackwardCheck(
        id="dropout_backward.hidden",
        points=points_of("dropout_backward.hidden", ("dx",), points),
        tolerance=1e-9,
        visibility=Visibility.HIDDEN,
        hint=HINT,
    )


def hidden_network(
    target: str,
    parameters: Mapping[str, tuple[int, ...]],
    points: Points,
    *,
    inputs: tuple[Size, ...],
    arguments: tuple[Any, ...] = (),
    keywords: Mapping[str, Any],
    attributes: Mapping[str, Any] | None = None,
) -> Check:
    """Return the hidden check of a network's loss and gradients, with regularisation.

    Parameters
    ----------
    target : str
        Canonical name of the class.
    parameters : mapping
        Shapes of its parameters, by name.
    points : mapping
        Points by check id.
    inputs : tuple of int
        Shape of one example.
    arguments, keywords, attributes
        How it is made, as for :class:`grader.checks.models.ModelLoss`.
    """
    drawn = {name: normal(*shape, scale=0.4) for name, shape in parameters.items()}
    classes = tuple(parameters.values())[-1][-1]
    experiment = ModelLoss(
        target=target,
        arguments=arguments,
        keywords=keywords,
        attributes=attributes or {},
        parameters=drawn,
        X=normal(N, *inputs),
        y=integers(classes, N),
        observed=("loss", *drawn),
    )
    base = replace(
        experiment,
        keywords={**keywords, "reg": 0.0} if "reg" in keywords else keywords,
        attributes={**experiment.attributes, "reg": 0.0} if attributes else {},
    )
    check_id = f"{target.partition(':')[2]}.hidden"
    return _hide(check_id, experiment, ("loss", *drawn), points, tolerance=5e-6, base=base)


def _parts_of(experiment: Experiment) -> tuple[str, ...]:
    """Return the gradients of an experiment, of joined layers their output besides."""
    gradients = tuple(experiment.variables()) if isinstance(experiment, Differentiable) else ()
    joined = any(target.startswith("layer_utils:") for target in experiment.targets)
    return ("out", *gradients) if joined else gradients


def _hide(
    check_id: str,
    experiment: Experiment,
    parts: tuple[str, ...],
    points: Points,
    **settings: Any,
) -> Check:
    given = {
        "id": check_id,
        "points": points_of(check_id, parts, points),
        "visibility": Visibility.HIDDEN,
        "hint": HINT,
        **settings,
    }
    if isinstance(experiment, Differentiable) and experiment.variables():
        return GradientCheck(experiment=experiment, **given)
    return ValueCheck(experiment=experiment, **given)

"""Checks that dense layers, losses, linear classifiers, update rules and networks obey laws."""

from __future__ import annotations

from grader.checks.properties import PropertyCheck
from grader.checks.properties.base import Property
from grader.checks.properties.dense import (
    Affine,
    FollowsForward,
    GrowsWithInput,
    IsAffineThenRelu,
    PicksEntries,
    Relu,
    SharesGradient,
    SplitsSigns,
)
from grader.checks.properties.layers import Adjoint, CachesApart, GradientsAddUp, OneByOne
from grader.checks.properties.linear import (
    LossAveraged,
    PenaltyFits,
    PredictionsFollow,
    WeightsShift,
)
from grader.checks.properties.losses import (
    ChancesAddUp,
    ClassesAlike,
    MarginsMet,
    ScoresAveraged,
    ScoresShift,
)
from grader.checks.properties.network_laws import (
    LeavesParameters,
    NetworkAveraged,
    NetworkPenalty,
    ScoresShiftOut,
    ScoresWithoutLabels,
)
from grader.checks.properties.networks import Network
from grader.checks.properties.updates import (
    AdamSteps,
    EntriesApart,
    MeanSquareSteps,
    MomentumSteps,
    StandsStill,
)
from grader.families.points import Points, points_of

AFFINE = Affine()
RELU = Relu()
AFFINE_RELU = Affine(
    forward="layer_utils:affine_relu_forward", backward="layer_utils:affine_relu_backward"
)

LAYERS: dict[str, tuple[Property, ...]] = {
    "affine_forward": (
        OneByOne(name="one_by_one", layer=AFFINE),
        PicksEntries(name="picks_entries", layer=AFFINE),
    ),
    "affine_backward": (
        GradientsAddUp(name="examples_add_up", layer=AFFINE),
        CachesApart(name="caches_apart", layer=AFFINE),
        Adjoint(name="follows_forward", layer=AFFINE),
    ),
    "relu_forward": (
        SplitsSigns(name="splits_signs", layer=RELU),
        GrowsWithInput(name="grows_with_input", layer=RELU),
    ),
    "relu_backward": (
        SharesGradient(name="shares_gradient", layer=RELU),
        FollowsForward(name="follows_forward", layer=RELU),
        CachesApart(name="caches_apart", layer=RELU),
    ),
    "affine_relu": (
        OneByOne(name="one_by_one", layer=AFFINE_RELU),
        IsAffineThenRelu(name="joins_layers", layer=AFFINE_RELU),
        GradientsAddUp(name="examples_add_up", layer=AFFINE_RELU),
        CachesApart(name="caches_apart", layer=AFFINE_RELU),
    ),
}
"""Laws of layers, by what the checks of each group begin with."""


def layer_laws(name: str, points: Points) -> PropertyCheck:
    """Return the check of a layer's laws.

    Parameters
    ----------
    name : str
        ``affine_forward``, ``relu_backward``, ``affine_relu`` and so on.
    points : mapping
        Points by check id, ``affine_forward.properties`` among them.
    """
    return check_laws(name, LAYERS[name], points)


def check_laws(name: str, laws: tuple[Property, ...], points: Points) -> PropertyCheck:
    """Return the check of some laws, a part each; its id is ``<name>.properties``."""
    check_id = f"{name}.properties"
    parts = points_of(check_id, tuple(law.name for law in laws), points)
    return PropertyCheck(id=check_id, properties=laws, points=parts)


def loss_laws(name: str, points: Points) -> PropertyCheck:
    """Return the check of the laws of ``svm_loss`` or ``softmax_loss``."""
    target = f"layers:{name}"
    own = {
        "svm_loss": MarginsMet(name="margins", target=target),
        "softmax_loss": ChancesAddUp(name="probabilities", target=target),
    }
    laws = (
        ScoresShift(name="shift", target=target),
        ScoresAveraged(name="mean", target=target),
        ClassesAlike(name="classes_alike", target=target),
        own[name],
    )
    return check_laws(name, laws, points)


def linear_loss_laws(target: str, points: float) -> PropertyCheck:
    """Return the check of the laws of a linear classifier's loss, such as ``svm_loss_naive``."""
    name = target.partition(":")[2]
    laws = (
        LossAveraged(name="mean", target=target),
        WeightsShift(name="shift", target=target),
        PenaltyFits(name="penalty", target=target),
    )
    return check_laws(name, laws, {f"{name}.properties": points})


def prediction_laws(target: str, points: float) -> PropertyCheck:
    """Return the check of a law of a linear classifier's ``predict``."""
    name = target.partition(":")[2]
    inherits = "linear_classifier:LinearClassifier"
    law = PredictionsFollow(name="predictions", target=target, defined_in=inherits)
    return check_laws(name, (law,), {f"{name}.properties": points})


def update_laws(name: str, points: float) -> PropertyCheck:
    """Return the check of the laws of ``sgd_momentum``, ``rmsprop`` or ``adam``."""
    target = f"optim:{name}"
    steps = {
        "sgd_momentum": MomentumSteps(name="steps", target=target),
        "rmsprop": MeanSquareSteps(name="steps", target=target),
        "adam": AdamSteps(name="steps", target=target),
    }[name]
    settings, state, counter = steps.settings, steps.state, steps.counter
    laws = (
        steps,
        StandsStill(
            name="stands_still", target=target, settings=settings, state=state, counter=counter
        ),
        EntriesApart(
            name="entries_apart", target=target, settings=settings, state=state, counter=counter
        ),
    )
    return check_laws(name, laws, {f"{name}.properties": points})


def network_laws(network: Network, points: Points) -> PropertyCheck:
    """Return the check of the laws of a network with a softmax loss.

    Parameters
    ----------
    network : Network
        How it is made.
    points : mapping
        Points by check id, ``<class>.properties`` among them.
    """
    laws = (
        ScoresShiftOut(name="shift", network=network),
        ScoresWithoutLabels(name="scores", network=network),
        LeavesParameters(name="parameters_kept", network=network),
        NetworkAveraged(name="mean", network=network),
        NetworkPenalty(name="penalty", network=network),
    )
    return check_laws(network.name, laws, points)

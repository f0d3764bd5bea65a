"""Checks that normalisations, dropout, and networks with either obey laws."""

from __future__ import annotations

from grader.checks.properties import PropertyCheck
from grader.checks.properties.averages import (
    AloneInTestMode,
    AveragesMove,
    AveragesStay,
    ModesAgree,
)
from grader.checks.properties.base import Property
from grader.checks.properties.deep_networks import WithDropout, WithNormalization
from grader.checks.properties.dropout import (
    Dropout,
    MaskIgnoresInput,
    SameMaskBack,
    TestModePasses,
)
from grader.checks.properties.layers import GradientsAddUp, OneByOne
from grader.checks.properties.network_laws import (
    LeavesParameters,
    NetworkPenalty,
    ScoresWithoutLabels,
)
from grader.checks.properties.normalization import (
    BatchNormalization,
    LayerNormalization,
    Normalization,
)
from grader.checks.properties.normalization_gradients import (
    CachesOfBatchesApart,
    LastStepsBack,
    ScaleHasNoGradient,
    ShiftHasNoGradient,
)
from grader.checks.properties.normalized import (
    AllEqual,
    MeanAndSpread,
    ScaleAndShift,
    UnitsDoNotMatter,
)
from grader.checks.properties.two_ways_back import BothWaysAgree
from grader.checks.properties.upstream import UpstreamsAddUp
from grader.families.laws import check_laws
from grader.families.points import Points

DROPOUT = Dropout()
LAYERS = LayerNormalization()
NORMALIZED = WithNormalization()
THINNED = WithDropout()


def _batch(name: str) -> BatchNormalization:
    return BatchNormalization(
        forward=f"layers:{name}_forward",
        backward=f"layers:{name}_backward",
        images=name.startswith("spatial"),
    )


def _output_laws(layer: Normalization) -> tuple[Property, ...]:
    return (
        MeanAndSpread(name="mean_and_spread", layer=layer),
        UnitsDoNotMatter(name="units", layer=layer),
        ScaleAndShift(name="scale_and_shift", layer=layer),
        AllEqual(name="all_equal", layer=layer),
    )


def _averages_laws(layer: BatchNormalization) -> tuple[Property, ...]:
    return (
        AveragesMove(name="averages_move", layer=layer),
        AveragesStay(name="averages_stay", layer=layer),
        ModesAgree(name="modes_agree", layer=layer),
        AloneInTestMode(name="one_by_one", layer=layer),
    )


def _gradient_laws(layer: Normalization) -> tuple[Property, ...]:
    return (
        ShiftHasNoGradient(name="shift", layer=layer),
        ScaleHasNoGradient(name="scale", layer=layer),
        LastStepsBack(name="gamma_and_beta", layer=layer),
        UpstreamsAddUp(name="upstreams", layer=layer, examples=(3, 4)),
        CachesOfBatchesApart(name="caches_apart", layer=layer),
    )


def _laws_of(name: str) -> dict[str, tuple[Property, ...]]:
    """Return the laws of one kind of batch normalisation."""
    layer = _batch(name)
    return {
        f"{name}_forward": _output_laws(layer),
        f"{name}_test": _averages_laws(layer),
        f"{name}_backward": _gradient_laws(layer),
    }


_SIMPLIFIED = BatchNormalization(backward="layers:batchnorm_backward_alt")

LAWS: dict[str, tuple[Property, ...]] = {
    **_laws_of("batchnorm"),
    **_laws_of("spatial_batchnorm"),
    "batchnorm_backward_alt": (
        BothWaysAgree(name="both_ways_agree", layer=_SIMPLIFIED),
        ShiftHasNoGradient(name="shift", layer=_SIMPLIFIED),
        ScaleHasNoGradient(name="scale", layer=_SIMPLIFIED),
        CachesOfBatchesApart(name="caches_apart", layer=_SIMPLIFIED),
    ),
    "layernorm_forward": (*_output_laws(LAYERS), OneByOne(name="one_by_one", layer=LAYERS)),
    "layernorm_backward": (
        ShiftHasNoGradient(name="shift", layer=LAYERS),
        ScaleHasNoGradient(name="scale", layer=LAYERS),
        LastStepsBack(name="gamma_and_beta", layer=LAYERS),
        GradientsAddUp(name="examples_add_up", layer=LAYERS),
    ),
    "dropout_forward": (
        MaskIgnoresInput(name="mask_ignores_input", layer=DROPOUT),
        TestModePasses(name="test_mode", layer=Dropout(mode="test")),
    ),
    "dropout_backward": (
        SameMaskBack(name="same_mask", layer=DROPOUT),
        UpstreamsAddUp(name="upstreams", layer=DROPOUT),
    ),
    "FullyConnectedNet.batchnorm": (
        LeavesParameters(name="parameters_kept", network=NORMALIZED),
        NetworkPenalty(name="penalty", network=NORMALIZED),
    ),
    "FullyConnectedNet.dropout": (
        ScoresWithoutLabels(name="scores", network=THINNED),
        LeavesParameters(name="parameters_kept", network=THINNED),
        NetworkPenalty(name="penalty", network=THINNED),
    ),
}
"""Laws by function, and by what a network has between its layers."""


def normalization_laws(name: str, points: Points) -> PropertyCheck:
    """Return the check of the laws of a function, or of a network.

    Parameters
    ----------
    name : str
        One of ``LAWS``, such as ``batchnorm_forward``.
    points : mapping
        Points by check id, ``<name>.properties`` among them.
    """
    return check_laws(name, LAWS[name], points)

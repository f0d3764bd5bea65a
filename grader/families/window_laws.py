"""Checks that convolution, pooling, and networks of them obey laws."""

from __future__ import annotations

from dataclasses import replace

from grader.checks.properties import PropertyCheck
from grader.checks.properties.base import Property
from grader.checks.properties.combined_convolution import (
    ConvolutionRelu,
    ConvolutionReluPool,
    GrowsWithFilters,
)
from grader.checks.properties.convolution import (
    Convolution,
    Padding,
    PaddingBackwards,
    PixelFilters,
    SumsOfImages,
    Translation,
)
from grader.checks.properties.convolutional_networks import OrderDoesNotMatter, ThreeLayers
from grader.checks.properties.layers import (
    Adjoint,
    CachesApart,
    GradientsAddUp,
    Layer,
    OneByOne,
)
from grader.checks.properties.network_laws import (
    LeavesParameters,
    NetworkAveraged,
    NetworkPenalty,
    ScoresShiftOut,
    ScoresWithoutLabels,
)
from grader.checks.properties.pooling import (
    GrowsWithEntries,
    HigherWindows,
    MaxPooling,
    MovesWithEntries,
    SinglePixels,
    WholeImages,
)
from grader.checks.properties.pooling_gradients import BackToLargest, NothingLost, Ties
from grader.checks.properties.windows import Transposed
from grader.families.laws import check_laws
from grader.families.points import Points

CONVOLUTION = Convolution()
BACKWARDS = Convolution(positions=(1, 2), pads=(1, 1))
"""On the way back no padding is a trap of its own, and the business of one law."""
PADDED = Convolution(window=(2, 3), pads=(1, 2))
POOLING = MaxPooling()
POOLING_APART = MaxPooling(apart=True)
POOLING_OVERLAPPING = MaxPooling(window=(2, 3), strides=(1, 1), positions=(2, 3))
NETWORK = ThreeLayers()


def _combined_laws(layer: Layer) -> tuple[Property, ...]:
    return (
        OneByOne(name="one_by_one", layer=layer),
        GrowsWithFilters(name="grows_with_filters", layer=layer),
        GradientsAddUp(name="examples_add_up", layer=layer),
    )


LAWS: dict[str, tuple[Property, ...]] = {
    "conv_forward_naive": (
        OneByOne(name="one_by_one", layer=CONVOLUTION),
        SumsOfImages(name="sums", layer=CONVOLUTION),
        Translation(name="translation", layer=Convolution(window=(2, 3), positions=(3, 4))),
        Padding(name="padding", layer=PADDED),
        PixelFilters(name="pixel_filters", layer=Convolution(window=(1, 1))),
        Transposed(name="transposed", layer=Convolution(oblong=True)),
    ),
    "conv_backward_naive": (
        GradientsAddUp(name="examples_add_up", layer=BACKWARDS),
        CachesApart(name="caches_apart", layer=BACKWARDS),
        Adjoint(name="follows_forward", layer=BACKWARDS),
        PaddingBackwards(name="padding", layer=PADDED),
        Adjoint(name="oblong", layer=replace(BACKWARDS, window=(1, 2), oblong=True)),
    ),
    "max_pool_forward_naive": (
        GrowsWithEntries(name="grows", layer=POOLING),
        MovesWithEntries(name="moves", layer=POOLING),
        SinglePixels(name="single_pixels", layer=MaxPooling(window=(1, 1))),
        WholeImages(name="whole_images", layer=MaxPooling(whole=True)),
        HigherWindows(name="overlapping", layer=MaxPooling(strides=(1, 1), positions=(2, 3))),
        Transposed(name="transposed", layer=MaxPooling(oblong=True)),
    ),
    "max_pool_backward_naive": (
        CachesApart(name="caches_apart", layer=POOLING),
        NothingLost(name="nothing_lost", layer=POOLING_APART),
        NothingLost(name="overlapping", layer=POOLING_OVERLAPPING),
        # A stride that no window exceeds: windows do not overlap, whatever their shape.
        BackToLargest(
            name="oblong",
            layer=MaxPooling(oblong=True, window=(1, 2), strides=(4, 4), positions=(1, 2)),
        ),
        Ties(name="ties", layer=POOLING_APART),
    ),
    "conv_relu": _combined_laws(ConvolutionRelu()),
    "conv_relu_pool": _combined_laws(
        ConvolutionReluPool(window=(3, 3), strides=(1, 1), pads=(1, 1), positions=(2, 2))
    ),
    "ThreeLayerConvNet": (
        ScoresShiftOut(name="shift", network=NETWORK),
        ScoresWithoutLabels(name="scores", network=NETWORK),
        OrderDoesNotMatter(name="order", network=NETWORK),
        LeavesParameters(name="parameters_kept", network=NETWORK),
        NetworkAveraged(name="mean", network=NETWORK),
        NetworkPenalty(name="penalty", network=NETWORK),
    ),
}
"""Laws by function, by joined layers, and by class."""


def window_laws(name: str, points: Points) -> PropertyCheck:
    """Return the check of the laws of a function, of joined layers, or of a network.

    Parameters
    ----------
    name : str
        One of ``LAWS``, such as ``conv_forward_naive``.
    points : mapping
        Points by check id, ``<name>.properties`` among them.
    """
    return check_laws(name, LAWS[name], points)

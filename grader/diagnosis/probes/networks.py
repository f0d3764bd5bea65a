"""Probes of networks: their first parameters, scores, losses and gradients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from grader.checks.experiments import Experiment
from grader.checks.models import ModelLoss
from grader.diagnosis.probes.initial import Initial
from grader.diagnosis.probes.masked import MaskedNetwork
from grader.diagnosis.probes.probe import Probe, probes_of
from grader.diagnosis.probes.tested import Tested
from grader.inputs import Input, integers, normal

_TWO_LAYER = "fc_net:TwoLayerNet"
_DEEP = "fc_net:FullyConnectedNet"
_CONVOLUTIONAL = "cnn:ThreeLayerConvNet"


def _dense(sizes: Sequence[int], *, scaled: bool = False) -> dict[str, Input]:
    """Return declared parameters of fully connected layers, and of what normalises them."""
    declared: dict[str, Input] = {}
    last = len(sizes) - 1
    for layer, (fan_in, fan_out) in enumerate(pairwise(sizes), start=1):
        declared[f"W{layer}"] = normal(fan_in, fan_out, scale=0.5)
        declared[f"b{layer}"] = normal(fan_out, scale=0.5)
        if scaled and layer < last:
            declared[f"gamma{layer}"] = normal(fan_out, scale=0.3, offset=1.0)
            declared[f"beta{layer}"] = normal(fan_out, scale=0.3)
    return declared


def _two_layer(
    sizes: tuple[int, int, int], X: Input, examples: int, *observed: str, reg: float = 0.0
) -> ModelLoss:
    names = ("input_dim", "hidden_dim", "num_classes")
    parameters = _dense(sizes)
    return ModelLoss(
        target=_TWO_LAYER,
        keywords={**dict(zip(names, sizes, strict=True)), "weight_scale": 1e-2},
        parameters=parameters,
        attributes={"reg": reg},
        X=X,
        y=integers(sizes[2], examples),
        observed=observed or ("loss", *parameters),
    )


def _deep(
    sizes: Sequence[int],
    examples: int,
    *observed: str,
    reg: float = 0.0,
    kind: type[ModelLoss] = ModelLoss,
    **keywords: Any,
) -> ModelLoss:
    parameters = _dense(sizes, scaled="normalization" in keywords)
    return kind(
        target=_DEEP,
        arguments=(list(sizes[1:-1]),),
        keywords={
            "input_dim": sizes[0],
            "num_classes": sizes[-1],
            "reg": reg,
            "weight_scale": 5e-2,
            "dtype": float,
            **keywords,
        },
        parameters=parameters,
        X=normal(examples, sizes[0]),
        y=integers(sizes[-1], examples),
        observed=observed or ("loss", *_with_gradient(parameters, **keywords)),
    )


def _with_gradient(parameters: Mapping[str, Any], **keywords: Any) -> list[str]:
    """Return the parameters that have a gradient: a batch's mean takes biases off again."""
    biases = sum(name.startswith("W") for name in parameters)
    batch = keywords.get("normalization") == "batchnorm"
    return [
        name
        for name in parameters
        if not (batch and name.startswith("b") and name[1:].isdigit() and int(name[1:]) < biases)
    ]


def _convolutional(
    image: tuple[int, int, int], size: int, *observed: str, reg: float = 0.0
) -> ModelLoss:
    filters, hidden, classes, examples = 3, 7, 5, 4
    pooled = filters * (image[1] // 2) * (image[2] // 2)
    shapes: dict[str, tuple[int, ...]] = {
        "W1": (filters, image[0], size, size),
        "b1": (filters,),
        "W2": (pooled, hidden),
        "b2": (hidden,),
        "W3": (hidden, classes),
        "b3": (classes,),
    }
    return ModelLoss(
        target=_CONVOLUTIONAL,
        keywords={
            "input_dim": image,
            "num_filters": filters,
            "filter_size": size,
            "hidden_dim": hidden,
            "num_classes": classes,
            "reg": reg,
            "dtype": float,
        },
        parameters={name: normal(*shape, scale=0.3) for name, shape in shapes.items()},
        X=normal(examples, *image),
        y=integers(classes, examples),
        observed=observed or ("loss", *shapes),
    )


_TWO_LAYER_PROBES: Mapping[str, Experiment] = {
    "scores": _two_layer((6, 8, 5), normal(4, 6), 4, "scores"),
    "scores_of_images": _two_layer((12, 5, 3), normal(7, 2, 3, 2), 7, "scores"),
    "loss": _two_layer((6, 8, 5), normal(7, 6), 7),
    "regularised": _two_layer((5, 7, 4), normal(3, 5), 3, reg=0.7),
    "strongly_regularised": _two_layer((4, 6, 3), normal(5, 4), 5, reg=3.0),
    "init": Initial(
        target=_TWO_LAYER,
        keywords={"input_dim": 60, "hidden_dim": 150, "num_classes": 70, "weight_scale": 1e-2},
        scale=1e-2,
    ),
    "init_wider": Initial(
        target=_TWO_LAYER,
        keywords={"input_dim": 70, "hidden_dim": 90, "num_classes": 80, "weight_scale": 0.3},
        scale=0.3,
    ),
}

_DEEP_PROBES: Mapping[str, Experiment] = {
    "scores": _deep((6, 8, 5), 4, "scores"),
    "deeper_scores": _deep((8, 6, 9, 7, 5, 4), 3, "scores"),
    "loss": _deep((6, 7, 8, 5), 4),
    "regularised": _deep((5, 6, 4, 3), 7, reg=0.7),
    "deep_regularised": _deep((5, 4, 6, 7, 3), 3, reg=3.0),
    "init": Initial(
        target=_DEEP,
        arguments=([90, 110],),
        keywords={"input_dim": 100, "num_classes": 60, "weight_scale": 5e-2, "dtype": float},
        scale=5e-2,
    ),
}

_BATCHNORM_PROBES: Mapping[str, Experiment] = {
    "batchnorm": _deep((5, 7, 6, 4), 9, reg=0.3, normalization="batchnorm"),
    # Some years' starters never switch to test mode.
    "optional_averages": _deep((5, 7, 6, 4), 8, "scores", kind=Tested, normalization="batchnorm"),
    "init_batchnorm": Initial(
        target=_DEEP,
        arguments=([70, 60],),
        keywords={
            "input_dim": 80,
            "num_classes": 50,
            "weight_scale": 0.3,
            "dtype": float,
            "normalization": "batchnorm",
        },
        scale=0.3,
    ),
}

_DROPOUT_PROBES: Mapping[str, Experiment] = {
    "dropout": MaskedNetwork(sizes=(9, 20, 18, 5)),
    "dropout_scores": _deep((6, 8, 7, 5), 4, "scores", dropout_keep_ratio=0.5),
}

_CONVOLUTIONAL_PROBES: Mapping[str, Experiment] = {
    "scores": _convolutional((2, 6, 6), 3, "scores"),
    "larger_filters": _convolutional((3, 8, 8), 5, "scores"),
    "oblong": _convolutional((2, 4, 6), 3, "scores"),
    "loss": _convolutional((2, 6, 6), 3),
    "regularised": _convolutional((1, 4, 4), 3, reg=0.7),
    "strongly_regularised": _convolutional((3, 4, 4), 3, reg=3.0),
    "init": Initial(
        target=_CONVOLUTIONAL,
        keywords={
            "input_dim": (3, 12, 12),
            "num_filters": 30,
            "filter_size": 5,
            "hidden_dim": 60,
            "num_classes": 50,
            "weight_scale": 5e-2,
            "dtype": float,
        },
        scale=5e-2,
    ),
}

PROBES: Mapping[str, tuple[Probe, ...]] = {
    _TWO_LAYER: probes_of(_TWO_LAYER_PROBES),
    _DEEP: (
        *probes_of(_DEEP_PROBES),
        *probes_of(_BATCHNORM_PROBES, using="layers:batchnorm_forward"),
        *probes_of(_DROPOUT_PROBES, using="layers:dropout_forward"),
    ),
    _CONVOLUTIONAL: probes_of(_CONVOLUTIONAL_PROBES),
}

"""Probes of batch normalisation, of features and of channels, and of layer normalisation.

Values of ``eps`` are large, so that it shows where it goes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.checks.experiments import Experiment, ForwardBackward, FunctionCall
from grader.checks.options import TrainThenTest
from grader.diagnosis.probes.probe import Probe, probes_of
from grader.inputs import normal, uniform

_GRADIENTS = {"dx": "x", "dgamma": "gamma", "dbeta": "beta"}


def _scale_and_shift(features: int) -> dict[str, Any]:
    return {"gamma": normal(features, margin=0.5), "beta": normal(features, margin=0.5)}


def _train(
    target: str, shape: tuple[int, ...], param: str, scale: float = 2.0, **options: Any
) -> FunctionCall:
    arguments = {
        "x": normal(*shape, scale=scale, offset=3.0),
        **_scale_and_shift(shape[1]),
        param: {"mode": "train", **options} if param == "bn_param" else options,
    }
    return FunctionCall(target=target, arguments=arguments, results={"out": (0,)})


def _batch_forward(
    target: str, shapes: tuple[tuple[int, ...], tuple[int, ...]]
) -> tuple[Probe, ...]:
    first, second = shapes
    given: dict[str, Experiment] = {
        "train": _train(target, first, "bn_param"),
        "small_variance": _train(target, second, "bn_param", 3e-3),
        "train_eps": _train(target, second, "bn_param", eps=0.5),
        "train_then_test": TrainThenTest(
            target=target,
            batches=normal(2, *first, scale=2.0, offset=4.0),
            x=normal(*first, scale=3.0, offset=2.0),
            arguments=_scale_and_shift(first[1]),
            options={"momentum": 0.7, "eps": 0.1},
        ),
        "test": FunctionCall(
            target=target,
            arguments={
                "x": normal(*second, scale=2.0, offset=3.0),
                **_scale_and_shift(second[1]),
                "bn_param": {
                    "mode": "test",
                    "eps": 0.3,
                    "running_mean": normal(second[1], offset=2.0),
                    "running_var": uniform(second[1], low=0.2, high=2.0),
                },
            },
            results={"out": (0,)},
        ),
    }
    return probes_of(given)


def _layer_forward() -> tuple[Probe, ...]:
    target = "layers:layernorm_forward"
    return probes_of(
        {
            "rows": _train(target, (4, 7), "ln_param"),
            "small_variance": _train(target, (5, 4), "ln_param", 3e-3),
            "eps": _train(target, (6, 5), "ln_param", eps=0.5),
        }
    )


def _backward(
    forward: str, backward: str, shapes: tuple[tuple[int, ...], tuple[int, ...]], param: str
) -> tuple[Probe, ...]:
    def call(shape: tuple[int, ...], **options: Any) -> ForwardBackward:
        arguments = _train(forward, shape, param, **options).arguments
        return ForwardBackward(
            forward=forward,
            backward=backward,
            arguments=arguments,
            upstream=normal(*shape, offset=0.5),
            gradients=_GRADIENTS,
        )

    return probes_of({"plain": call(shapes[0]), "eps": call(shapes[1], eps=0.5)}, left_out=("out",))


_ROWS = ((6, 4), (5, 7))
_IMAGES = ((3, 4, 2, 5), (2, 3, 4, 3))

PROBES: Mapping[str, tuple[Probe, ...]] = {
    "layers:batchnorm_forward": _batch_forward("layers:batchnorm_forward", _ROWS),
    "layers:batchnorm_backward": _backward(
        "layers:batchnorm_forward", "layers:batchnorm_backward", _ROWS, "bn_param"
    ),
    "layers:batchnorm_backward_alt": _backward(
        "layers:batchnorm_forward", "layers:batchnorm_backward_alt", _ROWS, "bn_param"
    ),
    "layers:layernorm_forward": _layer_forward(),
    "layers:layernorm_backward": _backward(
        "layers:layernorm_forward", "layers:layernorm_backward", ((4, 7), (6, 5)), "ln_param"
    ),
    "layers:spatial_batchnorm_forward": _batch_forward("layers:spatial_batchnorm_forward", _IMAGES),
    "layers:spatial_batchnorm_backward": _backward(
        "layers:spatial_batchnorm_forward", "layers:spatial_batchnorm_backward", _IMAGES, "bn_param"
    ),
}

"""Experiments whose sizes are drawn, for the hidden checks of layers, losses and update rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.checks.experiments import Experiment, ForwardBackward, FunctionCall
from grader.inputs import Size, integers, length, normal

N = length("N", 2, 7)
C = length("C", 3, 6)
M = length("M", 2, 5)
FEW = length("N", 1, 3)
MANY = length("N", 5, 9)
MANY_FEATURES = length("D", 4, 9)
HEIGHT = length("H", 2, 3)
WIDTH = length("W", 2, 4)
"""Of what comes out of a window that slides."""
STRIDE = length("stride", 1, 2)
PAD = length("pad", 0, 1)
TALL = length("HH", 2, 3)
BROAD = length("WW", 2, 3)
POOL = length("pool", 2, 3)

Experiments = Mapping[str, Experiment]

_DENSE = {"x": normal(N, 2, C), "w": normal(C * 2, M), "b": normal(M)}
_DENSE_GRADIENTS = {"dx": "x", "dw": "w", "db": "b"}
_SCORES = {"x": normal(N, C, scale=2.0), "y": integers(C, N)}


def _step(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of an update rule's step."""
    return {"w": normal(N, C), "dw": normal(N, C), "config": dict(config)}


def _rule(name: str, state: tuple[str, ...], config: Mapping[str, Any]) -> FunctionCall:
    """Return a step with the learning rate that the rule has by itself; public checks give one."""
    return FunctionCall(
        target=f"optim:{name}",
        arguments=_step(config),
        results={"next_w": (0,), **{key: (1, key) for key in state}},
    )


def _loss(name: str) -> FunctionCall:
    return FunctionCall(
        target=f"layers:{name}",
        arguments=_SCORES,
        results={"loss": (0,), "dx": (1,)},
        gradients={"dx": "x"},
    )


_POSITIVE = normal(N, C, scale=0.1, offset=1.0)


def _normalized(*shape: Size) -> dict[str, Any]:
    """Return the arguments of a normalisation whose second axis counts features or channels."""
    features = shape[1]
    return {
        "x": normal(*shape, scale=3.0, offset=5.0),
        "gamma": normal(features, margin=0.5),
        "beta": normal(features, margin=0.5),
    }


def _normalization(
    name: str, shape: tuple[Size, ...], param: Mapping[str, Any], *backwards: str
) -> dict[str, Experiment]:
    """Return the forward pass of a normalisation, and its backward passes."""
    key = "ln_param" if "layer" in name else "bn_param"
    arguments = {**_normalized(*shape), key: dict(param)}
    forward = f"layers:{name}_forward"
    return {
        f"{name}_forward": FunctionCall(target=forward, arguments=arguments, results={"out": (0,)}),
        **{
            backward: ForwardBackward(
                forward=forward,
                backward=f"layers:{backward}",
                arguments=arguments,
                upstream=normal(*shape),
                gradients={"dx": "x", "dgamma": "gamma", "dbeta": "beta"},
            )
            for backward in (f"{name}_backward", *backwards)
        },
    }


def _sliding(name: str, arguments: Mapping[str, Any], out: tuple[Size, ...]) -> Experiments:
    """Return forward and backward of a layer whose window slides over images."""
    forward, backward = f"{name}_forward_naive", f"{name}_backward_naive"
    named = {"dx": "x", "dw": "w", "db": "b"}
    return {
        forward: FunctionCall(
            target=f"layers:{forward}", arguments=arguments, results={"out": (0,)}
        ),
        backward: ForwardBackward(
            forward=f"layers:{forward}",
            backward=f"layers:{backward}",
            arguments=arguments,
            upstream=normal(*out),
            gradients={part: name for part, name in named.items() if name in arguments},
        ),
    }


def _joined(name: str, options: Mapping[str, Any], out: tuple[Size, ...]) -> ForwardBackward:
    """Return a convolution that keeps the images' size, joined with what follows it."""
    return ForwardBackward(
        forward=f"layer_utils:{name}_forward",
        backward=f"layer_utils:{name}_backward",
        arguments={
            "x": normal(FEW, C, HEIGHT * 2, WIDTH * 2),
            "w": normal(M, C, 3, 3),
            "b": normal(M),
            "conv_param": {"stride": 1, "pad": 1},
            **options,
        },
        upstream=normal(*out),
        gradients={"dx": "x", "dw": "w", "db": "b"},
    )


EXPERIMENTS: Experiments = {
    "affine_forward": FunctionCall(
        target="layers:affine_forward", arguments=_DENSE, results={"out": (0,)}
    ),
    "affine_backward": ForwardBackward(
        forward="layers:affine_forward",
        backward="layers:affine_backward",
        arguments=_DENSE,
        upstream=normal(N, M),
        gradients=_DENSE_GRADIENTS,
    ),
    "relu_forward": FunctionCall(
        target="layers:relu_forward", arguments={"x": normal(N, C, M)}, results={"out": (0,)}
    ),
    "relu_backward": ForwardBackward(
        forward="layers:relu_forward",
        backward="layers:relu_backward",
        arguments={"x": normal(N, C, M, margin=0.01)},
        upstream=normal(N, C, M),
        gradients={"dx": "x"},
    ),
    "affine_relu": ForwardBackward(
        forward="layer_utils:affine_relu_forward",
        backward="layer_utils:affine_relu_backward",
        arguments=_DENSE,
        upstream=normal(N, M),
        gradients=_DENSE_GRADIENTS,
    ),
    "svm_loss": _loss("svm_loss"),
    "softmax_loss": _loss("softmax_loss"),
    "sgd_momentum": _rule(
        "sgd_momentum",
        ("velocity",),
        {"momentum": 0.8, "velocity": normal(N, C)},
    ),
    "rmsprop": _rule("rmsprop", ("cache",), {"decay_rate": 0.9, "cache": _POSITIVE}),
    "adam": _rule(
        "adam",
        ("m", "v"),
        {
            "beta1": 0.8,
            "beta2": 0.99,
            "m": normal(N, C),
            "v": _POSITIVE,
            "t": length("t", 1, 9),
        },
    ),
    **_normalization("batchnorm", (MANY, C), {"mode": "train"}, "batchnorm_backward_alt"),
    **_normalization("layernorm", (N, MANY_FEATURES), {}),
    **_normalization("spatial_batchnorm", (N, C, HEIGHT, WIDTH), {"mode": "train"}),
    **_sliding(
        "conv",
        {
            "x": normal(
                FEW,
                C,
                (HEIGHT - 1) * STRIDE + TALL - PAD * 2,
                (WIDTH - 1) * STRIDE + BROAD - PAD * 2,
            ),
            "w": normal(M, C, TALL, BROAD),
            "b": normal(M),
            "conv_param": {"stride": STRIDE, "pad": PAD},
        },
        (FEW, M, HEIGHT, WIDTH),
    ),
    **_sliding(
        "max_pool",
        {
            "x": normal(N, C, HEIGHT * POOL, WIDTH * POOL),
            "pool_param": {"pool_height": POOL, "pool_width": POOL, "stride": POOL},
        },
        (N, C, HEIGHT, WIDTH),
    ),
    "conv_relu": _joined("conv_relu", {}, (FEW, M, HEIGHT * 2, WIDTH * 2)),
    "conv_relu_pool": _joined(
        "conv_relu_pool",
        {"pool_param": {"pool_height": 2, "pool_width": 2, "stride": 2}},
        (FEW, M, HEIGHT, WIDTH),
    ),
}
"""What is asked, by the function that is judged."""

"""Probes of fully connected layers and of the ReLU."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.checks.experiments import ForwardBackward, FunctionCall
from grader.diagnosis.probes.probe import Probe, probes_of
from grader.inputs import fixed, normal

_GRADIENTS = {"dx": "x", "dw": "w", "db": "b"}


def _affine(*shape: int, outputs: int) -> dict[str, Any]:
    """Return declared arguments of an affine layer; no two sizes are the same."""
    features = 1
    for length in shape[1:]:
        features *= length
    return {"x": normal(*shape), "w": normal(features, outputs), "b": normal(outputs)}


_AFFINE = {
    "images": _affine(5, 2, 3, outputs=4),
    "rows": _affine(7, 6, outputs=3),
    "one_example": _affine(1, 4, outputs=6),
}
_EXAMPLES = {"images": (5, 4), "rows": (7, 3), "one_example": (1, 6)}

_RELU: Mapping[str, dict[str, Any]] = {
    "rows": {"x": normal(6, 5, margin=0.05)},
    "images": {"x": normal(3, 2, 4, scale=3.0, margin=0.05)},
    "small": {"x": fixed([[-0.5, 0.25, 2.0, -3.0], [1.5, -0.01, 0.01, 0.75]])},
}
_RELU_SHAPES = {"rows": (6, 5), "images": (3, 2, 4), "small": (2, 4)}


def _call(target: str, arguments: Mapping[str, dict[str, Any]]) -> tuple[Probe, ...]:
    return probes_of(
        {
            name: FunctionCall(target=target, arguments=given, results={"out": (0,)})
            for name, given in arguments.items()
        }
    )


def _backward(
    forward: str,
    backward: str,
    arguments: Mapping[str, dict[str, Any]],
    shapes: Mapping[str, tuple[int, ...]],
    gradients: Mapping[str, str],
) -> tuple[Probe, ...]:
    return probes_of(
        {
            name: ForwardBackward(
                forward=forward,
                backward=backward,
                arguments=given,
                upstream=normal(*shapes[name]),
                gradients=gradients,
            )
            for name, given in arguments.items()
        },
        left_out=("out",),
    )


PROBES: Mapping[str, tuple[Probe, ...]] = {
    "layers:affine_forward": _call("layers:affine_forward", _AFFINE),
    "layers:affine_backward": _backward(
        "layers:affine_forward", "layers:affine_backward", _AFFINE, _EXAMPLES, _GRADIENTS
    ),
    "layers:relu_forward": _call("layers:relu_forward", _RELU),
    "layers:relu_backward": _backward(
        "layers:relu_forward", "layers:relu_backward", _RELU, _RELU_SHAPES, {"dx": "x"}
    ),
    "layer_utils:affine_relu_forward": _call("layer_utils:affine_relu_forward", _AFFINE),
    "layer_utils:affine_relu_backward": _backward(
        "layer_utils:affine_relu_forward",
        "layer_utils:affine_relu_backward",
        _AFFINE,
        _EXAMPLES,
        _GRADIENTS,
    ),
}

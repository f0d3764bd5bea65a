"""Probes of convolution and pooling layers, and of both joined with a ReLU.

No two sizes are the same where that could hide which of them is used. The windows tile the padded
images, since what happens at a border that they do not reach is not the course's to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from grader.checks.experiments import Experiment, ForwardBackward, FunctionCall
from grader.diagnosis.probes.probe import Probe, probes_of
from grader.inputs import integers, normal


class _Case(NamedTuple):
    """Arguments of a forward pass, and the shape of what it gives."""

    arguments: Mapping[str, Any]
    out: tuple[int, ...]


def _windows(length: int, window: int, stride: int) -> int:
    return (length - window) // stride + 1


def _convolved(
    x: tuple[int, int, int, int], filters: tuple[int, int, int], stride: int, pad: int
) -> _Case:
    """Return a convolution of images ``x`` with F filters of some height and width."""
    count, height, width = filters
    arguments = {
        "x": normal(*x),
        "w": normal(count, x[1], height, width),
        "b": normal(count, offset=1.0),
        "conv_param": {"stride": stride, "pad": pad},
    }
    rows = _windows(x[2] + 2 * pad, height, stride)
    columns = _windows(x[3] + 2 * pad, width, stride)
    return _Case(arguments, (x[0], count, rows, columns))


def _pooled(x: tuple[int, int, int, int], window: tuple[int, int], stride: int) -> _Case:
    """Return a pooling of images whose entries are mostly negative."""
    param = {"pool_height": window[0], "pool_width": window[1], "stride": stride}
    out = (*x[:2], _windows(x[2], window[0], stride), _windows(x[3], window[1], stride))
    return _Case({"x": normal(*x, offset=-1.0), "pool_param": param}, out)


def _conv_pooled(x: tuple[int, int, int, int], filters: tuple[int, int, int], pad: int) -> _Case:
    """Return a convolution whose output is pooled by windows of two by two."""
    arguments, out = _convolved(x, filters, 1, pad)
    param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    return _Case({**arguments, "pool_param": param}, (*out[:2], out[2] // 2, out[3] // 2))


_CONVOLUTIONS = {
    "padded": _convolved((2, 3, 5, 4), (4, 3, 3), 1, 1),
    "stride": _convolved((3, 2, 7, 5), (2, 3, 3), 2, 0),
    "oblong": _convolved((1, 2, 4, 7), (3, 2, 3), 2, 1),
    "wide_padding": _convolved((2, 1, 3, 3), (2, 5, 5), 1, 2),
}
_POOLS = {
    "plain": _pooled((2, 3, 4, 6), (2, 2), 2),
    "overlapping": _pooled((2, 2, 7, 5), (3, 3), 2),
    "oblong": _pooled((1, 2, 5, 7), (2, 3), 1),
    "gaps": _pooled((2, 1, 5, 8), (2, 2), 3),
}
# What the gradient of several largest entries is, a course may leave open.
_TIES = {
    "optional_ties": _Case(
        {
            "x": integers(2, 2, 2, 4, 6),
            "pool_param": {"pool_height": 2, "pool_width": 2, "stride": 2},
        },
        (2, 2, 2, 3),
    )
}
_JOINED = {
    "padded": _convolved((2, 3, 5, 4), (4, 3, 3), 1, 1),
    "stride": _convolved((3, 2, 7, 5), (2, 3, 3), 2, 0),
}
_JOINED_POOLED = {
    "padded": _conv_pooled((2, 3, 4, 6), (4, 3, 3), 1),
    "unpadded": _conv_pooled((3, 2, 6, 8), (2, 3, 3), 0),
}
_CONVOLUTION_GRADIENTS = {"dx": "x", "dw": "w", "db": "b"}


def _forward(target: str, cases: Mapping[str, _Case]) -> tuple[Probe, ...]:
    calls: dict[str, Experiment] = {
        name: FunctionCall(target=target, arguments=case.arguments, results={"out": (0,)})
        for name, case in cases.items()
    }
    return probes_of(calls)


def _backward(
    target: str, cases: Mapping[str, _Case], gradients: Mapping[str, str]
) -> tuple[Probe, ...]:
    calls: dict[str, Experiment] = {
        name: ForwardBackward(
            forward=target.replace("backward", "forward"),
            backward=target,
            arguments=case.arguments,
            upstream=normal(*case.out),
            gradients=gradients,
        )
        for name, case in cases.items()
    }
    return probes_of(calls, left_out=("out",))


def _both(name: str, cases: Mapping[str, _Case], gradients: Mapping[str, str]) -> dict[str, Any]:
    forward = name.format("forward")
    backward = name.format("backward")
    return {forward: _forward(forward, cases), backward: _backward(backward, cases, gradients)}


PROBES: Mapping[str, tuple[Probe, ...]] = {
    **_both("layers:conv_{}_naive", _CONVOLUTIONS, _CONVOLUTION_GRADIENTS),
    "layers:max_pool_forward_naive": _forward("layers:max_pool_forward_naive", _POOLS),
    "layers:max_pool_backward_naive": _backward(
        "layers:max_pool_backward_naive", {**_POOLS, **_TIES}, {"dx": "x"}
    ),
    **_both("layer_utils:conv_relu_{}", _JOINED, _CONVOLUTION_GRADIENTS),
    **_both("layer_utils:conv_relu_pool_{}", _JOINED_POOLED, _CONVOLUTION_GRADIENTS),
}

"""Whether a function's results depend on what it was called with before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from grader.candidate.base import Call, CallFailed, Candidate
from grader.checks.experiments import ForwardBackward, FunctionCall, find, pick
from grader.diagnosis.known import Text
from grader.diagnosis.probes import Probe
from grader.diagnosis.shapes import Shape
from grader.diagnosis.signature import Signature

_STALE = Shape(
    "stale_cache",
    Text(
        "what an earlier call left",
        "The result depends on other calls of the layer, not on the cache that it was given.",
        "Where does the backward pass find what the forward pass has kept, and who else writes "
        "there?",
    ),
)
_UNSTEADY = Shape(
    "keeps_state",
    Text(
        "what an earlier call left",
        "The same call gives another result the second time.",
        "Which variable lives on after the function has returned?",
    ),
)


def find_dependence(candidate: Candidate, probes: Sequence[Probe]) -> Shape | None:
    """Return how results depend on other calls, None if they do not.

    Parameters
    ----------
    candidate : Candidate
        The submission, in the middle of a check.
    probes : sequence of Probe
        Of one function; the first is called.
    """
    first = probes[0].experiment
    try:
        if isinstance(first, ForwardBackward):
            return _STALE if _mixes_up(candidate, first, probes[0].inputs) else None
        if isinstance(first, FunctionCall):
            return _UNSTEADY if _differs(candidate, probes[0]) else None
    except CallFailed:
        return None
    return None


def _mixes_up(candidate: Candidate, layer: ForwardBackward, values: Mapping[str, Any]) -> bool:
    """Return whether another forward pass in between changes what backward gives.

    Raises
    ------
    CallFailed
        If backward fails with nothing in between, too.
    """
    alone = _signatures(layer.observe(candidate, values))
    calls = [_forward(layer, values), _forward(layer, _others(values))]
    cache = pick(candidate.run(calls)[0].value, (1,), layer.forward)
    try:
        result = candidate.call(layer.backward, values["dout"], cache)
    except CallFailed:
        return any(alone[part].is_value for part in layer.gradients)
    results = (result,) if len(layer.gradients) == 1 else result
    mixed = {part: find(results, (i,), "") for i, part in enumerate(layer.gradients)}
    return any(not _same(alone[part], Signature.of(value)) for part, value in mixed.items())


def _others(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return inputs of the same shapes with other numbers."""
    return {
        name: 0.5 - 2.0 * value
        if isinstance(value, np.ndarray) and value.dtype.kind == "f"
        else value
        for name, value in values.items()
    }


def _forward(layer: ForwardBackward, values: Mapping[str, Any]) -> Call:
    arguments = tuple(values[name] for name in layer.arguments)
    return Call(layer.forward, arguments, keep=frozenset({1}))


def _differs(candidate: Candidate, probe: Probe) -> bool:
    values = [_signatures(probe.experiment.observe(candidate, probe.inputs)) for _ in range(2)]
    return any(not _same(values[0][part], one) for part, one in values[1].items())


def _signatures(seen: Mapping[str, Any]) -> dict[str, Signature]:
    return {part: Signature.of(value) for part, value in seen.items()}


def _same(first: Signature, second: Signature) -> bool:
    return first == second or first.distance(second) <= 1e-9

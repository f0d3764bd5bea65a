"""Probes of dropout: what can be told of it whatever mask is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.candidate.base import Call, CallFailed, Candidate, Seed
from grader.checks.experiments import Absent, Experiment, pick
from grader.diagnosis.probes.probe import Probe, probes_of
from grader.inputs import uniform
from grader.records import record

if TYPE_CHECKING:
    from numpy.typing import NDArray

_EVEN = 1e-6
"""Largest relative spread of a factor that is the same everywhere."""


@record(kw_only=True)
class DropoutForward(Experiment):
    """Look at what dropout's forward pass multiplies its input by.

    Shares are rounded to tenths, which no right mask of this size misses. Parts are ``share`` (of
    zeros), ``factor`` (of what is kept), ``even`` (whether that is one number), ``rows`` (whether
    all rows, or all columns, have one mask), ``fresh`` (whether two calls without a seed differ),
    ``seed`` (whether one seed gives one mask, and another one another), and ``test_share`` and
    ``test_factor`` of test mode.
    """

    target: str
    p: float

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the function."""
        return (self.target,)

    @property
    def inputs(self) -> Mapping[str, Any]:
        """Return an input without zeros, large enough for shares."""
        return {"x": uniform(80, 100, low=5.0, high=15.0), "p": self.p}

    def place_of(self, part: str) -> int | str | None:
        """Return where the output is."""
        return 0

    def observe(self, candidate: Candidate, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is told of the masks of some calls."""
        x, p = values["x"], values["p"]
        small = x[:10, :10]
        params = [{"mode": "train", "p": p}, {"mode": "train", "p": p, "seed": 5}]
        params += [{"mode": "train", "p": p, "seed": seed} for seed in (5, 6)]
        calls = [self._call(x, params[0]), self._call(x, params[0])]
        calls += [self._call(small, param) for param in params[1:]]
        outs = [self._out(reply.value) for reply in candidate.run([Seed(7), *calls])[1:]]
        seen = _describe(outs[0], x, "")
        masks = [
            _as_like(out, given) == 0 for out, given in zip(outs, [x, x, *[small] * 3], strict=True)
        ]
        seen["rows"] = _flags((masks[0] == masks[0][:1]).all(), (masks[0] == masks[0][:, :1]).all())
        seen["fresh"] = _flags((masks[0] != masks[1]).any())
        seen["seed"] = _flags((masks[2] == masks[3]).all(), (masks[3] != masks[4]).any())
        try:
            tested = candidate.run([self._call(x, {"mode": "test", "p": p})])[0].value
        except CallFailed as failed:
            absent = Absent(failed.failure)
            return {**seen, "test_share": absent, "test_factor": absent, "test_even": absent}
        return {**seen, **_describe(self._out(tested), x, "test_")}

    def _call(self, x: NDArray[Any], param: Mapping[str, Any]) -> Call:
        return Call(self.target, (x, dict(param)), keep=frozenset({1}))

    def _out(self, result: Any) -> Any:
        return pick(result, (0,), self.target.partition(":")[2])


@record(kw_only=True)
class DropoutBackward(Experiment):
    """Look at what dropout's backward pass multiplies the upstream gradient by.

    Everything is told in terms of the mask that the forward pass shows. Parts are ``kept`` and
    ``dropped`` (the factors of both kinds of entries), whether each is ``even``, and
    ``test_factor`` and ``test_even``.
    """

    forward: str
    backward: str
    p: float

    @property
    def targets(self) -> tuple[str, ...]:
        """Return forward and backward."""
        return (self.forward, self.backward)

    @property
    def inputs(self) -> Mapping[str, Any]:
        """Return an input and an upstream gradient, both without zeros."""
        x, dout = uniform(12, 9, low=5.0, high=15.0), uniform(12, 9, low=1.0, high=2.0)
        return {"x": x, "dout": dout, "p": self.p}

    def place_of(self, part: str) -> int | str | None:
        """Return None: the gradient is all that is returned."""
        return None

    def observe(self, candidate: Candidate, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the factors in training and in test mode."""
        x, dout = values["x"], values["dout"]
        mask, dx = self._go(candidate, values, {"mode": "train", "p": values["p"], "seed": 3})
        mask, factor = _as_like(mask, x) / x, _as_like(dx, dout) / dout
        kept = mask != 0
        scale = float(np.median(mask[kept])) if kept.any() else 1.0
        seen = {
            "kept": _middle(factor[kept]) / (scale or 1.0),
            "dropped": _middle(factor[~kept]),
            "even": _flags(_is_even(factor[kept]), _is_even(factor[~kept])),
        }
        try:
            _, dx = self._go(candidate, values, {"mode": "test", "p": values["p"]})
        except CallFailed as failed:
            absent = Absent(failed.failure)
            return {**seen, "test_factor": absent, "test_even": absent}
        tested = _as_like(dx, dout) / dout
        return {**seen, "test_factor": _middle(tested), "test_even": _flags(_is_even(tested))}

    def _go(
        self, candidate: Candidate, values: Mapping[str, Any], param: Mapping[str, Any]
    ) -> tuple[Any, Any]:
        call = Call(self.forward, (values["x"], dict(param)), keep=frozenset({1}))
        result = candidate.run([call])[0].value
        name = self.forward.partition(":")[2]
        out, cache = pick(result, (0,), name), pick(result, (1,), name)
        return out, candidate.call(self.backward, values["dout"], cache)


def _describe(out: Any, x: NDArray[Any], prefix: str) -> dict[str, Any]:
    factor = _as_like(out, x) / x
    kept = factor[factor != 0]
    return {
        f"{prefix}share": np.array([round(float(np.mean(factor == 0)), 1), 1.0]),
        f"{prefix}factor": _middle(kept),
        f"{prefix}even": _flags(_is_even(kept)),
    }


def _as_like(out: Any, x: NDArray[Any]) -> NDArray[np.float64]:
    """Return an output as an array of the input's shape, NaN if it is none."""
    if isinstance(out, np.ndarray) and out.shape == x.shape and out.dtype.kind in "fiub":
        return out.astype(np.float64)
    return np.full(x.shape, np.nan)


def _middle(values: NDArray[np.float64]) -> float:
    return float(np.median(values)) if values.size else 0.0


def _is_even(values: NDArray[np.float64]) -> bool:
    return bool(values.size == 0 or np.ptp(values) <= _EVEN * abs(_middle(values)))


def _flags(*flags: Any) -> NDArray[np.float64]:
    """Return truth values as numbers none of which is zero."""
    return np.array([1.0 if flag else -1.0 for flag in flags])


def _backward(p: float) -> DropoutBackward:
    return DropoutBackward(
        forward="layers:dropout_forward", backward="layers:dropout_backward", p=p
    )


# None of them is one half, where the chance to keep is the chance to drop.
PROBES: Mapping[str, tuple[Probe, ...]] = {
    "layers:dropout_forward": probes_of(
        {
            "seldom": DropoutForward(target="layers:dropout_forward", p=0.3),
            "often": DropoutForward(target="layers:dropout_forward", p=0.6),
        }
    ),
    "layers:dropout_backward": probes_of({"seldom": _backward(0.3), "often": _backward(0.6)}),
}

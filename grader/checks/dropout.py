"""Checks of a dropout layer, whose mask is the student's own draw: judged by its properties."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from grader.candidate.base import Call, CallFailed, Candidate, Failure, Seed
from grader.checks.base import Check, Expected, judge_value, outcome_of_failure
from grader.checks.experiments import pick, refuse_changes
from grader.inputs import generator_for
from grader.model import Evidence, Kind, Outcome, Status
from grader.records import record

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHAPE = (200, 250)
"""Of the input: entries enough for the share of zeros to tell rates apart."""

SHARE_TOLERANCE = 0.018
"""Largest distance of the share of zeros from the rate.

By Hoeffding's inequality a right mask of this size is further off with a chance below
2 exp(-2 * 50,000 * 0.018**2), which is 2e-14.
"""

SMALL_SHAPE = (20, 30)
"""Of inputs where the mask is compared entry by entry."""


@record(kw_only=True)
class DropoutForwardCheck(Check):
    """Look at what dropout's forward pass gives.

    Parts are ``values`` (each entry is zero, or the input over the chance to keep), ``share``
    (how many are zero, and that the mask is drawn anew for every example and call), ``seed`` (a
    seed repeats the mask, another one does not) and ``test`` (nothing is dropped in test mode).
    """

    kind: ClassVar[Kind] = Kind.PROPERTY

    target: str = "layers:dropout_forward"
    rates: tuple[float, ...] = (0.3, 0.6, 0.75)
    """Values of ``p`` tried, none of them one half: there, both its meanings are the same."""

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the one function."""
        return (self.target,)

    def expect(self, reference: Candidate, seed: int) -> dict[str, NDArray[Any]]:
        """Return the chance to keep an entry, at each ``p``."""
        reference.begin_check()
        chances = []
        for rate in self.rates:
            param = {"mode": "train", "p": rate, "seed": seed}
            out = pick(reference.call(self.target, np.ones(SHAPE), param), (0,), self.target)
            chances.append(1.0 / out.max())
        return {"keep": np.array(chances)}

    def examine(self, candidate: Candidate, expected: Expected, seed: int) -> dict[str, Outcome]:
        """Judge every part over all rates; the first rate at which one fails is shown."""
        x = generator_for(seed, self.id).uniform(5.0, 15.0, SHAPE)
        judges = {
            "values": self._judge_values,
            "share": self._judge_share,
            "seed": self._judge_seed,
            "test": self._judge_test,
        }
        candidate.run([Seed(seed % 2**32)])
        found: dict[str, Outcome] = {}
        for rate, keep in zip(self.rates, expected["keep"], strict=True):
            for part in self.parts:
                if part in found and found[part].status is not Status.PASSED:
                    continue
                try:
                    found[part] = judges[part](candidate, x, rate, float(keep))
                except CallFailed as failed:  # what fails in one mode may be right in the other
                    found[part] = outcome_of_failure(failed.failure, _say_inputs(x, rate))
        return found

    def _judge_values(
        self, candidate: Candidate, x: NDArray[Any], rate: float, keep: float
    ) -> Outcome:
        out = call_dropout(candidate, self.target, x, {"mode": "train", "p": rate})
        return judge_value(
            "values",
            out,
            keep_or_drop(out, x / keep),
            self.tolerance,
            inputs=_say_inputs(x, rate),
            hint="What must an entry that is kept be divided by, for the mean to stay the same?",
        )

    def _judge_share(
        self, candidate: Candidate, x: NDArray[Any], rate: float, keep: float
    ) -> Outcome:
        param = {"mode": "train", "p": rate}
        outs = [call_dropout(candidate, self.target, x, param) for _ in range(2)]
        if not all(_is_like(out, x) for out in outs):
            return judge_value("out", outs[0], x, self.tolerance, inputs=_say_inputs(x, rate))
        dropped = outs[0] == 0
        share, right = float(dropped.mean()), 1.0 - keep
        if abs(share - right) > SHARE_TOLERANCE:
            hint = "Is p the chance to keep an entry or to drop it, and which way is it compared?"
            message = f"{share:.1%} of the entries are zero, expected about {right:.0%}."
            return self._say(message, x, rate, error=abs(share - right), hint=hint)
        if (dropped == dropped[0]).all() or (dropped == dropped[:, :1]).all():
            return self._say("The same entries are dropped all over.", x, rate)
        if (dropped == (outs[1] == 0)).all():
            return self._say("Without a seed, two calls drop the same entries.", x, rate)
        return self._say("", x, rate, error=abs(share - right))

    def _say(
        self, message: str, x: NDArray[Any], rate: float, *, error: float = 0.0, hint: str = ""
    ) -> Outcome:
        return Outcome(
            Status.FAILED if message else Status.PASSED,
            message,
            error=error,
            tolerance=SHARE_TOLERANCE,
            hint=hint or (self.hint if message else ""),
            evidence=Evidence(inputs=_say_inputs(x, rate), measure="distance of the share"),
        )

    def _judge_seed(
        self, candidate: Candidate, x: NDArray[Any], rate: float, keep: float
    ) -> Outcome:
        small = x[: SMALL_SHAPE[0], : SMALL_SHAPE[1]].copy()
        params = [{"mode": "train", "p": rate, "seed": number} for number in (5, 5, 6)]
        outs = [call_dropout(candidate, self.target, small, param) for param in params]
        if not all(_is_like(out, small) for out in outs):
            return judge_value("out", outs[0], small, self.tolerance, inputs="")
        if not np.array_equal(outs[0], outs[1]):
            return self._say("Two calls with one seed give two masks.", small, rate)
        if np.array_equal(outs[0] == 0, outs[2] == 0):
            return self._say("Two seeds give one mask.", small, rate)
        return self._say("", small, rate)

    def _judge_test(
        self, candidate: Candidate, x: NDArray[Any], rate: float, keep: float
    ) -> Outcome:
        small = x[: SMALL_SHAPE[0], : SMALL_SHAPE[1]].copy()
        out = call_dropout(candidate, self.target, small, {"mode": "test", "p": rate})
        hint = "Inverted dropout rescales in training: what is left to do in test mode?"
        inputs = f"{_say_inputs(small, rate)}, mode test"
        return judge_value("out", out, small, self.tolerance, inputs=inputs, hint=hint)


@record(kw_only=True)
class DropoutBackwardCheck(Check):
    """Look at what dropout's backward pass makes of the cache of the forward pass.

    Parts are ``dx`` (the upstream gradient times what each entry was multiplied by on the way
    forward) and ``test`` (the upstream gradient itself). A forward pass that does not rescale
    rightly is charged there alone.
    """

    kind: ClassVar[Kind] = Kind.GRADIENT

    forward: str = "layers:dropout_forward"
    backward: str = "layers:dropout_backward"
    rates: tuple[float, ...] = (0.2, 0.8)

    @property
    def targets(self) -> tuple[str, ...]:
        """Return forward and backward."""
        return (self.forward, self.backward)

    def is_gradient(self, part: str) -> bool:
        """Return that every part is one."""
        return True

    def expect(self, reference: Candidate, seed: int) -> dict[str, NDArray[Any]]:
        """Return nothing: what is right follows from the forward pass."""
        return {}

    def examine(self, candidate: Candidate, expected: Expected, seed: int) -> dict[str, Outcome]:
        """Judge each part; the first rate at which one fails is shown."""
        generator = generator_for(seed, self.id)
        x = generator.uniform(5.0, 15.0, SMALL_SHAPE)
        dout = generator.uniform(1.0, 2.0, SMALL_SHAPE)
        candidate.run([Seed(seed % 2**32)])
        found: dict[str, Outcome] = {}
        for rate in self.rates:
            for part in self.parts:
                if part in found and found[part].status is not Status.PASSED:
                    continue
                param = {"mode": "test" if part == "test" else "train", "p": rate, "seed": 123}
                try:
                    found[part] = self._judge(candidate, x, dout, param)
                except CallFailed as failed:
                    found[part] = outcome_of_failure(failed.failure, _say_inputs(x, rate))
        return found

    def _judge(
        self,
        candidate: Candidate,
        x: NDArray[Any],
        dout: NDArray[Any],
        param: Mapping[str, Any],
    ) -> Outcome:
        name = self.forward.partition(":")[2]
        call = Call(self.forward, (x, dict(param)), keep=frozenset({1}))
        reply = candidate.run([call])[0]
        refuse_changes(reply, ("x",), name)
        out, cache = pick(reply.value, (0,), name), pick(reply.value, (1,), name)
        in_test = param["mode"] == "test"
        mask = None if in_test else read_mask(out, x)
        if mask is None and not in_test:
            message = f"{name} gives no masked input, so there is no mask to go back through."
            raise CallFailed(Failure(Status.FAILED, message))
        dx = candidate.call(self.backward, dout, cache)
        right = dout if mask is None else dout * mask
        return judge_value(
            "dx",
            dx,
            right,
            self.tolerance,
            inputs=f"{_say_inputs(x, param['p'])}, mode {param['mode']}",
            hint="By what was each entry of the input multiplied on the way forward?",
        )


def call_dropout(
    candidate: Candidate, target: str, x: NDArray[Any], param: Mapping[str, Any]
) -> Any:
    """Return the output of dropout's forward pass.

    Raises
    ------
    CallFailed
        If it fails, gives no pair, or writes into its input.
    """
    name = target.partition(":")[2]
    reply = candidate.run([Call(target, (x, dict(param)), keep=frozenset({1}))])[0]
    refuse_changes(reply, ("x",), name)
    return pick(reply.value, (0,), name)


def read_mask(out: Any, x: NDArray[Any]) -> NDArray[np.float64] | None:
    """Return what each entry was multiplied by: zero, or one number for all; None if neither.

    A mask that drops nothing or everything is none.
    """
    if not _is_like(out, x) or not np.isfinite(out).all():
        return None
    mask: NDArray[np.float64] = np.asarray(out, dtype=np.float64) / x
    kept = mask[mask != 0]
    if kept.size in (0, mask.size) or np.ptp(kept) > 1e-4 * abs(kept.mean()) or kept.mean() <= 0:
        return None
    return mask


def keep_or_drop(out: Any, kept: NDArray[Any]) -> NDArray[Any]:
    """Return what an output should hold, given which of its entries are zero.

    An entry between zero and what is kept counts as the nearer of the two.
    """
    if not _is_like(out, kept) or not out.any():
        return kept
    right: NDArray[Any] = np.where(np.abs(out) < np.abs(kept) / 2, 0.0, kept)
    return right


def _is_like(out: Any, x: NDArray[Any]) -> bool:
    return isinstance(out, np.ndarray) and out.shape == x.shape and out.dtype.kind in "fiub"


def _say_inputs(x: NDArray[Any], rate: float) -> str:
    return f"x ({','.join(map(str, x.shape))}), p {rate:g}"

"""How much faster a vectorised function is than the student's own naive one.

Both run in the same worker on the same inputs, in turns, and the shorter of several times counts.
The clock is that of the worker's processor time, read by the grader: a busy machine does not
enter, and what the worker says about itself neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from grader.candidate.base import Call, CallFailed, Operation, Reply
from grader.course.assignment import Vectorised
from grader.inputs import generator_for, make_inputs

FAST_ENOUGH = 1.25
"""From this ratio on a loop has saved some of the work."""
_CLOSE = 1.2
"""A ratio so close to that is measured more often, so that no chance decides."""
_ROUNDS = 5
_MOST_ROUNDS = 25
_LEAST_SECONDS = 2e-3
"""A naive version that takes less than this is too quick to be a measure."""


class Timed(Protocol):
    """A candidate whose processor time can be read."""

    @property
    def cpu_seconds(self) -> float:
        """Processor time that its workers have used for the present check, in seconds."""

    def begin_check(self, cpu_seconds: float | None = None) -> None:
        """Start a new time budget."""

    def run(self, operations: Sequence[Operation]) -> list[Reply]:
        """Carry out operations in order."""


def measure_ratio(candidate: Timed, pair: Vectorised, seed: int) -> float | None:
    """Return the time of the naive version over that of the vectorised one.

    None if either gives no value, or the naive one is over too soon to be measured.
    """
    inputs = make_inputs(pair.arguments, generator_for(seed, f"{pair.target}/speed"))
    arguments = tuple(inputs.values())
    best = {pair.naive: float("inf"), pair.target: float("inf")}
    candidate.begin_check()
    try:
        for target in best:  # imports, and the start of a new budget, are no part of it
            _time(candidate, Call(target, arguments))
        for done in range(1, _MOST_ROUNDS + 1):
            for target, shortest in best.items():
                best[target] = min(shortest, _time(candidate, Call(target, arguments)))
            ratio = best[pair.naive] / max(best[pair.target], 1e-6)
            if done >= _ROUNDS and not 1 / _CLOSE < ratio / FAST_ENOUGH < _CLOSE:
                break
    except CallFailed:
        return None
    return ratio if best[pair.naive] >= _LEAST_SECONDS else None


def _time(candidate: Timed, call: Call) -> float:
    before = candidate.cpu_seconds
    candidate.run([call])
    return candidate.cpu_seconds - before

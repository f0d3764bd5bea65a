"""Runs the probes of a target on a candidate, and keeps what came back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from grader.candidate.base import CallFailed, Candidate, Failure, Operation, Reply
from grader.checks.experiments import Absent
from grader.diagnosis.probes import OPTIONAL, Probe
from grader.diagnosis.signature import Signature, tolerance_of
from grader.model import Status

CHANGED = "changed"
"""The part of each probe that tells which arrays the calls wrote into."""

_STOPPED = frozenset({Status.TIMED_OUT, Status.CRASHED, Status.BLOCKED})
_UNKNOWN = frozenset({*_STOPPED, Status.MISSING})
"""How a call ends that tells nothing of the function itself."""

FORMULA_ERRORS = frozenset(
    {
        "AttributeError",
        "AxisError",
        "IndexError",
        "KeyError",
        "TypeError",
        "UnboundLocalError",
        "ValueError",
    }
)
"""Exceptions that a wrong formula raises. A name that is missing or a file that is not there says
nothing of the formula."""


@dataclass(frozen=True)
class Observed:
    """What a candidate gave on the probes of one target, by ``<probe>/<part>``."""

    values: Mapping[str, Any]
    """What came back; parts of which nothing came back may be left out."""
    raised: frozenset[str] = frozenset()
    """Probes that raised as a whole."""

    @cached_property
    def signatures(self) -> dict[str, Signature]:
        """The signature of each value."""
        with np.errstate(all="ignore"):
            found = {key: Signature.of(value) for key, value in self.values.items()}
        return {key: signature for key, signature in found.items() if signature.is_value}

    def blank(self, keys: Iterable[str]) -> frozenset[str]:
        """Return those of some results that the function does not give, though it was called."""
        answered = {probe_of(key) for key in self.values} | self.raised
        return frozenset(
            key
            for key in keys
            if not is_optional(key)
            and probe_of(key) in answered
            and (probe_of(key) in self.raised or _is_nothing(self.values.get(key)))
        )

    @cached_property
    def tolerance(self) -> float:
        """How exactly the values can be compared."""
        return tolerance_of(
            [value for key, value in self.values.items() if part_of(key) != CHANGED]
        )


def _is_nothing(value: Any) -> bool:
    """Return whether a call gave nothing in this place, and not only in this worker or time."""
    if isinstance(value, Absent):
        return _is_of_formula(value.failure)
    return value is None


def _is_of_formula(failure: Failure) -> bool:
    """Return whether the function itself may have failed so, because of what it computes."""
    known = not failure.exception or failure.exception in FORMULA_ERRORS
    return known and failure.status not in _UNKNOWN


def part_of(key: str) -> str:
    """Return the part that a key of an observation names."""
    return key.partition("/")[2]


def probe_of(key: str) -> str:
    """Return the probe that a key of an observation names."""
    return key.partition("/")[0]


def is_optional(key: str) -> bool:
    """Return whether correct functions may differ in a result."""
    return part_of(key) == CHANGED or key.startswith(OPTIONAL)


def observe(candidate: Candidate, probes: Sequence[Probe], cpu_seconds: float) -> Observed:
    """Run probes on a candidate.

    Parameters
    ----------
    candidate : Candidate
        A submission, the reference, or a wrong version of it.
    probes : sequence of Probe
        Of one target.
    cpu_seconds : float
        CPU seconds for all of them together. What is not done by then is left out.
    """
    watching = _Watching(candidate)
    candidate.begin_check(cpu_seconds)
    values: dict[str, Any] = {}
    raised = set()
    for probe in probes:
        watching.changes.clear()
        try:
            with np.errstate(all="ignore"):
                seen = probe.experiment.observe(watching, probe.inputs)
        except CallFailed as failed:
            if failed.failure.status in _STOPPED:
                break
            if _is_of_formula(failed.failure):
                raised.add(probe.name)
            continue
        kept = {part: value for part, value in seen.items() if part not in probe.left_out}
        kept[CHANGED] = np.array(watching.changes, dtype=np.float64)
        values |= {f"{probe.name}/{part}": value for part, value in kept.items()}
    return Observed(values, frozenset(raised))


class _Watching(Candidate):
    """A candidate whose calls may write into their arguments; it is noted, and goes no further."""

    def __init__(self, candidate: Candidate) -> None:
        self._candidate = candidate
        self.changes: list[int] = []
        self._done = 0

    def begin_check(self, cpu_seconds: float | None = None) -> None:
        """Start a new budget."""
        self._candidate.begin_check(cpu_seconds)

    def run(self, operations: Sequence[Operation]) -> list[Reply]:
        """Carry out operations, and note which arrays they changed."""
        return [self._note(reply) for reply in self._candidate.run(operations)]

    def _note(self, reply: Reply) -> Reply:
        arrays = [k for k, value in reply.after.items() if isinstance(value, np.ndarray)]
        if not arrays:
            return reply
        self.changes += [k + 1 for k in arrays if k + 1 not in self.changes]
        rest = {k: value for k, value in reply.after.items() if k not in arrays}
        return Reply(reply.value, rest)

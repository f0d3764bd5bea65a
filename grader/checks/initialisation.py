"""Checks how a model draws its first parameters."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from grader.candidate.base import CallFailed, Candidate, Read, Seed
from grader.checks.base import Check, Expected, outcome_of_failure
from grader.checks.models import name_parameters, say_shape
from grader.compare import same_but_for_ones
from grader.model import Evidence, Kind, Outcome, Status
from grader.records import record

if TYPE_CHECKING:
    from numpy.typing import NDArray


@record(kw_only=True)
class InitialisationCheck(Check):
    """Weights are Gaussian with mean zero and the scale asked for; biases are exactly zero.

    Scales of a normalisation, whose names begin with ``gamma``, are exactly one.

    Give the weights at least some thousand entries: their measured standard deviation must be
    within a tenth of the right one, which a correct model of that size never misses. A bias may
    be the number zero, which broadcasts as an array of zeros would.
    """

    kind: ClassVar[Kind] = Kind.VALUE
    constructs_only: ClassVar[bool] = True

    target: str
    arguments: tuple[Any, ...] = ()
    keywords: Mapping[str, Any] = field(default_factory=dict)
    shapes: Mapping[str, tuple[int, ...]]
    """Shape of each parameter; names that begin with ``b`` are biases, shifts among them."""
    scale: float
    """Standard deviation of the weights."""

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the one class."""
        return (self.target,)

    def expect(self, reference: Candidate, seed: int) -> dict[str, NDArray[Any]]:
        """Return nothing: what is right is declared."""
        return {}

    def result_of(self, part: str) -> tuple[str, int | str | None]:
        """Return the class and the parameter's key."""
        return self.target, part

    def examine(self, candidate: Candidate, expected: Expected, seed: int) -> dict[str, Outcome]:
        """Construct one model and look at its parameters."""
        candidate.run([Seed(seed % 2**32)])
        params = ("attr", "params")
        model, held = candidate.create_with_shapes(
            self.target, self.arguments, self.keywords, params
        )
        found: dict[str, Outcome] = {}
        reads: dict[str, Read] = {}
        for part in self.parts:
            try:
                name = self._own_name(part, set(held))
            except CallFailed as failed:
                found[part] = outcome_of_failure(failed.failure)
            else:
                reads[part] = Read(model, (params, ("item", name)))
        replies = candidate.run(list(reads.values()))
        for part, reply in zip(reads, replies, strict=True):
            found[part] = self._examine_part(part, reply.value)
        return {part: found[part] for part in self.parts}

    def _examine_part(self, part: str, value: Any) -> Outcome:
        is_constant = _constant_of(part) is not None
        values = _as_array(value, lists=is_constant)
        if values is not None and (
            (is_constant and not values.shape) or same_but_for_ones(values.shape, self.shapes[part])
        ):
            return self._judge(part, values)
        shape = None if values is None else values.shape
        return Outcome(Status.FAILED, say_shape(self._name, part, shape, self.shapes[part]))

    def _own_name(self, part: str, held: AbstractSet[Any]) -> str:
        """Return the model's name for a parameter, whether or not all the others are there."""
        if part in held and self.shapes.keys() - held:
            try:
                return name_parameters(self.shapes, held, self._name)[part]
            except CallFailed:
                return part
        return name_parameters(self.shapes, held, self._name)[part]

    @property
    def _name(self) -> str:
        return self.target.partition(":")[2]

    def _judge(self, part: str, values: NDArray[Any]) -> Outcome:
        if values.dtype.kind not in "fiu" or not np.isfinite(values).all():
            return Outcome(Status.FAILED, f"params[{part!r}] does not hold finite numbers.")
        constant = _constant_of(part)
        if constant is not None:
            wrong = int(np.count_nonzero(values != constant))
            message = f"params[{part!r}] is not {constant:g} in {wrong} of {values.size} entries."
            return Outcome(Status.FAILED if wrong else Status.PASSED, message if wrong else "")
        return self._judge_weights(part, values)

    def _judge_weights(self, part: str, values: NDArray[Any]) -> Outcome:
        deviation, mean = float(values.std()), float(values.mean())
        inputs = f"{values.shape}, asked for standard deviation {self.scale:g}"
        evidence = Evidence(inputs=inputs, count=values.size, measure="relative error of the scale")
        error = abs(deviation - self.scale) / self.scale
        if error > 0.1:
            found = f"standard deviation {deviation:.3g}"
            message = f"params[{part!r}] has {found}, expected {self.scale:g}."
        elif abs(mean) > 0.1 * self.scale:
            message = f"params[{part!r}] has mean {mean:.3g}, expected zero."
        else:
            return Outcome(Status.PASSED, error=error, tolerance=0.1, evidence=evidence)
        hint = "Which argument of the constructor should the drawn numbers be multiplied by?"
        return Outcome(
            Status.FAILED, message, error=error, tolerance=0.1, hint=hint, evidence=evidence
        )


def _constant_of(part: str) -> float | None:
    """Return what every entry of a parameter starts at; None if it is drawn."""
    if part.startswith("gamma"):
        return 1.0
    return 0.0 if part.startswith("b") else None


def _as_array(value: Any, *, lists: bool) -> NDArray[Any] | None:
    """Return a parameter as an array, None if it is none; a list is added to scores as one is."""
    if lists and isinstance(value, list):
        try:
            return np.array(value)
        except ValueError:  # rows that differ in length
            return None
    return np.asarray(value) if isinstance(value, (np.ndarray, np.generic, int, float)) else None

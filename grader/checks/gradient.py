"""Checks of gradients: against the reference, and against the student's own forward pass.

A gradient that agrees with the reference is right, and only such a one earns points on its own;
rounding and kinks of numeric derivatives can cost nobody any. One that does not is held against
numeric derivatives of the student's own forward pass, to say where the mistake lies.

Where a check names a simpler forward pass, its ``base``, that the student has right, a gradient
that derives the own, wrong forward pass keeps its points: the mistake lies in what the check adds
to the base, such as the regularisation term, and is charged there. Without that condition any
function and its derivative would earn the points of every gradient.

Numeric derivatives are taken along random directions, two evaluations each, and at the entries
that differ most from the reference, where they must side with the student.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from grader.candidate.base import CallFailed, Candidate
from grader.checks.base import Check, Expected, judge_value
from grader.checks.experiments import Differentiable
from grader.inputs import describe_inputs, generator_for, make_inputs
from grader.model import Kind, Outcome, Status

if TYPE_CHECKING:
    from numpy.typing import NDArray

DIRECTIONS = 3
"""Random directions per gradient; with a kink within a step, two of them must agree."""

WORST_ENTRIES = 3
"""Entries at which a numeric derivative must side with a gradient that is to be carried."""

STEP = 1e-5
"""Step per entry along a direction; differences are central."""

NUMERIC_TOLERANCE = 1e-4
"""Largest relative error of a directional derivative that counts as agreement."""

FORWARD_TOLERANCE = 1e-9
"""A forward pass that is closer than this to the reference is not where a mistake lies."""

BASE_TOLERANCE = 1e-6
"""Largest relative error of the value of a base that counts as right."""

SMALLEST = 1e-3
"""A gradient this much smaller than the right one is no derivation of anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GradientCheck(Check):
    """Compare gradients with the reference's and with numeric derivatives of the own forward."""

    kind: ClassVar[Kind] = Kind.GRADIENT

    experiment: Differentiable
    base: Differentiable | None = None
    """The same without what this check adds; its value must be right for a gradient that only
    derives the own forward pass to be carried. By default none is."""

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the experiment's targets."""
        return self.experiment.targets

    def result_of(self, part: str) -> tuple[str, int | str | None]:
        """Return the last target and the gradient's place in its result."""
        return self.targets[-1], self.experiment.place_of(part)

    def is_gradient(self, part: str) -> bool:
        """Return whether a part is one of the experiment's gradients."""
        return part in self.experiment.variables()

    def expect(self, reference: Candidate, seed: int) -> dict[str, NDArray[Any]]:
        """Return the reference's gradients, and the value they are gradients of."""
        reference.begin_check()
        values = self._inputs(seed)
        seen = self.experiment.observe(reference, values)
        forward = self.experiment.evaluate(reference, [values])
        parts = {f"seeded/{part}": np.asarray(seen[part]) for part in self.parts}
        base = {} if self.base is None else {"seeded/base": self.base.evaluate(reference, [values])}
        return {**parts, "seeded/forward": forward, **base}

    def examine(self, candidate: Candidate, expected: Expected, seed: int) -> dict[str, Outcome]:
        """Judge each gradient; hold wrong ones against the own forward pass."""
        values = self._inputs(seed)
        seen = self.experiment.observe(candidate, values)
        outcomes = {
            part: judge_value(
                part,
                seen[part],
                expected[f"seeded/{part}"],
                self.tolerance,
                inputs=describe_inputs(values),
                hint=self.hint,
            )
            for part in self.parts
        }
        slopes = _Slopes(self.experiment, candidate, values, generator_for(seed, f"{self.id}/d"))
        try:
            agrees, carried = self._compare_with_forward(slopes, seen, outcomes, expected)
        except CallFailed:
            return outcomes  # the gradients themselves came back; their comparison stands
        return {
            part: _explain(outcomes[part], agrees.get(part), carried=part in carried)
            for part in self.parts
        }

    def _compare_with_forward(
        self,
        slopes: _Slopes,
        seen: Mapping[str, Any],
        outcomes: Mapping[str, Outcome],
        expected: Expected,
    ) -> tuple[dict[str, bool | None], set[str]]:
        """Return which gradients derive the own forward pass, and which wrong ones it excuses."""
        parts = [part for part in self.parts if part in self.experiment.variables()]
        agrees = slopes.agree({part: seen[part] for part in parts})
        right = {part for part in parts if outcomes[part].status is Status.PASSED}
        odd = [part for part in parts if agrees[part] is (part not in right)]
        value = float(expected["seeded/forward"][0])
        off = abs(slopes.value() - value) / max(1.0, abs(value)) if odd else 0.0
        carried = {
            part
            for part in odd
            if part not in right
            and off > FORWARD_TOLERANCE
            and self._has_base_right(slopes, expected)
            and slopes.side_with(part, seen[part], expected[f"seeded/{part}"])
        }
        if off <= NUMERIC_TOLERANCE:  # then a kink, or a dtype of few digits, is to blame
            agrees |= dict.fromkeys(right, None)
        return agrees, carried

    def _has_base_right(self, slopes: _Slopes, expected: Expected) -> bool:
        if self.base is None:
            return False
        value = float(expected["seeded/base"][0])
        own = float(self.base.evaluate(slopes.candidate, [slopes.values])[0])
        return abs(own - value) <= BASE_TOLERANCE * max(1.0, abs(value))

    def _inputs(self, seed: int) -> dict[str, Any]:
        return make_inputs(self.experiment.inputs, generator_for(seed, self.id))


@dataclass(frozen=True, slots=True)
class _Slopes:
    """Numeric derivatives of a candidate's own forward pass at one point."""

    experiment: Differentiable
    candidate: Candidate
    values: Mapping[str, Any]
    generator: np.random.Generator

    def value(self) -> float:
        """Return the scalar itself."""
        return float(self.experiment.evaluate(self.candidate, [self.values])[0])

    def agree(self, gradients: Mapping[str, Any]) -> dict[str, bool | None]:
        """Return for each part whether its gradient is the derivative; None if none can say."""
        steps: dict[str, list[NDArray[np.float64]]] = {}
        analytic: dict[str, NDArray[np.float64]] = {}
        for part, value in gradients.items():
            shape = self.values[self.experiment.variables()[part]].shape
            gradient = _as_gradient(value, shape)
            if gradient is None:
                continue
            steps[part] = [
                self.generator.choice((-1.0, 1.0), size=shape) for _ in range(DIRECTIONS)
            ]
            analytic[part] = np.array([np.sum(gradient * direction) for direction in steps[part]])
        numeric = self._along(steps)
        return {
            part: _is_close(analytic[part], numeric[part]) if part in steps else None
            for part in gradients
        }

    def side_with(self, part: str, gradient: Any, right: NDArray[Any]) -> bool:
        """Return whether derivatives at the worst entries are the gradient's, not ``right``."""
        gradient = _as_gradient(gradient, right.shape)
        if gradient is None or np.linalg.norm(gradient) < SMALLEST * np.linalg.norm(right):
            return False
        gap = np.abs(gradient - right).reshape(-1)
        worst = np.argsort(gap)[::-1][:WORST_ENTRIES]
        directions = []
        for entry in worst:
            direction = np.zeros(right.size)
            direction[entry] = 1.0
            directions.append(direction.reshape(right.shape))
        numeric = self._along({part: directions})[part]
        off = np.abs(numeric - gradient.reshape(-1)[worst])
        return bool(np.all(off <= 0.1 * gap[worst] + 1e-9))

    def _along(
        self, steps: Mapping[str, list[NDArray[np.float64]]]
    ) -> dict[str, NDArray[np.float64]]:
        """Return each part's derivatives along its directions, all evaluated at once."""
        points: list[dict[str, Any]] = []
        places: dict[str, slice] = {}
        for part, directions in steps.items():
            name = self.experiment.variables()[part]
            places[part] = slice(len(points), len(points) + 2 * len(directions))
            points += [
                {**self.values, name: self.values[name] + sign * STEP * direction}
                for direction in directions
                for sign in (1.0, -1.0)
            ]
        if not points:
            return {}
        results = self.experiment.evaluate(self.candidate, points)
        slopes: NDArray[np.float64] = (results[0::2] - results[1::2]) / (2 * STEP)
        return {part: slopes[place.start // 2 : place.stop // 2] for part, place in places.items()}


def _is_close(analytic: NDArray[np.float64], numeric: NDArray[np.float64]) -> bool:
    scale = np.maximum(1e-3, np.maximum(np.abs(analytic), np.abs(numeric)))
    close = np.abs(analytic - numeric) <= NUMERIC_TOLERANCE * scale
    return int(close.sum()) >= DIRECTIONS - 1


def _as_gradient(value: Any, shape: tuple[int, ...]) -> NDArray[np.float64] | None:
    if not isinstance(value, np.ndarray) or value.dtype.kind != "f":
        return None
    return value.reshape(shape).astype(np.float64) if value.size == np.prod(shape) else None


def _explain(outcome: Outcome, agrees: bool | None, *, carried: bool) -> Outcome:
    if carried:
        message = "Right for your own forward pass, whose mistake is charged where it is."
        return replace(outcome, status=Status.PASSED, message=message, carried_forward=True)
    if outcome.status is Status.PASSED and agrees is False:
        note = "This is right, but your own forward pass has another derivative: look there."
    elif outcome.status is not Status.PASSED and agrees:
        note = "It is the derivative of your own forward pass: the mistake is there."
    elif outcome.status is not Status.PASSED and agrees is False:
        note = "It is not the derivative of your own forward pass either."
    else:
        return outcome
    evidence = replace(outcome.evidence, notes=(*outcome.evidence.notes, note))
    return replace(outcome, evidence=evidence)

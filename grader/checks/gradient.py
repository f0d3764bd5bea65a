"""Checks of gradients: against the reference, and against the student's own forward pass.

The reference decides, so that rounding and kinks of a numeric derivative can cost nobody a
point. The numeric derivative explains: a gradient that agrees with the student's own forward
pass and not with the reference is a correct derivation of a wrong forward pass, and a gradient
that agrees with neither is itself wrong. It is taken along random directions, two evaluations
each, instead of two per entry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from grader.candidate.base import CallFailed, Candidate
from grader.checks.base import Check, Expected, judge_comparison
from grader.checks.experiments import Differentiable
from grader.compare import compare
from grader.inputs import describe_inputs, generator_for, make_inputs
from grader.model import Kind, Outcome, Status

DIRECTIONS = 2
"""Random directions per gradient."""

STEP = 1e-5
"""Step along a direction of unit length per entry; central differences."""

NUMERIC_TOLERANCE = 1e-4
"""Largest relative error of a directional derivative taken for agreement. It is loose because
a kink may lie within a step; it never decides a verdict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GradientCheck(Check):
    """Compare gradients with the reference's and with numeric derivatives of the own forward."""

    kind: ClassVar[Kind] = Kind.GRADIENT

    experiment: Differentiable

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the experiment's targets."""
        return self.experiment.targets

    def result_of(self, part: str) -> tuple[str, int | str | None]:
        """Return the last target and the gradient's place in its result."""
        return self.targets[-1], self.experiment.place_of(part)

    def expect(self, reference: Candidate, seed: int) -> dict[str, NDArray[Any]]:
        """Return the reference's gradients."""
        reference.begin_check()
        seen = self.experiment.observe(reference, self._inputs(seed))
        return {f"seeded/{part}": np.asarray(seen[part]) for part in self.parts}

    def examine(self, candidate: Candidate, expected: Expected, seed: int) -> dict[str, Outcome]:
        """Judge each gradient; then measure its agreement with the own forward pass."""
        values = self._inputs(seed)
        seen = self.experiment.observe(candidate, values)
        outcomes = {}
        for part in self.parts:
            found = compare(seen[part], expected[f"seeded/{part}"], self.tolerance)
            outcomes[part] = judge_comparison(
                part, found, inputs=describe_inputs(values), hint=self.hint
            )
        variables = self.experiment.variables()
        gradients = {part: seen[part] for part in self.parts if part in variables}
        agrees = self._measure(candidate, values, gradients, seed)
        return {part: _add_note(outcomes[part], agrees.get(part)) for part in self.parts}

    def _inputs(self, seed: int) -> dict[str, Any]:
        return make_inputs(self.experiment.inputs, generator_for(seed, self.id))

    def _measure(
        self,
        candidate: Candidate,
        values: Mapping[str, Any],
        gradients: Mapping[str, Any],
        seed: int,
    ) -> dict[str, bool]:
        """Return for each gradient whether it is the derivative of the own forward pass.

        Nothing is said of a gradient whose derivative could not be measured.
        """
        generator = generator_for(seed, f"{self.id}/directions")
        variables = self.experiment.variables()
        rows = [
            (part, _draw_direction(values[variables[part]].shape, generator))
            for part, gradient in gradients.items()
            if isinstance(gradient, np.ndarray) and gradient.dtype.kind == "f"
            if gradient.shape == values[variables[part]].shape
            for _ in range(DIRECTIONS)
        ]
        points = [
            {**values, variables[part]: values[variables[part]] + sign * STEP * direction}
            for part, direction in rows
            for sign in (1.0, -1.0)
        ]
        if not points:
            return {}
        try:
            results = self.experiment.evaluate(candidate, points)
        except CallFailed:
            return {}
        numeric = (results[0::2] - results[1::2]) / (2 * STEP)
        agrees: dict[str, bool] = {}
        for (part, direction), slope in zip(rows, numeric, strict=True):
            if np.isfinite(slope):
                close = _agree(float(np.sum(gradients[part] * direction)), float(slope))
                agrees[part] = agrees.get(part, True) and close
        return agrees


def _draw_direction(
    shape: tuple[int, ...], generator: np.random.Generator
) -> NDArray[np.float64]:
    return generator.choice((-1.0, 1.0), size=shape)


def _agree(analytic: float, numeric: float) -> bool:
    return abs(analytic - numeric) <= NUMERIC_TOLERANCE * max(1e-3, abs(analytic), abs(numeric))


def _add_note(outcome: Outcome, agrees: bool | None) -> Outcome:
    if agrees is None:
        return outcome
    passed = outcome.status is Status.PASSED
    if passed == agrees:
        return outcome
    if passed:
        note = "It is right, but your own forward pass has another derivative: look there."
    else:
        note = "It is the derivative of your own forward pass: look for the mistake there."
    evidence = replace(outcome.evidence, notes=(*outcome.evidence.notes, note))
    return replace(outcome, evidence=evidence)

"""A candidate's own forward pass, which its gradients should be the derivatives of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.candidate.base import Candidate
from grader.checks.experiments import Differentiable
from grader.checks.second_look import differentiate_entries, measure_distance
from grader.checks.slopes import Direction, Slope, Surface, draw_direction, look, precision_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

WORST_ENTRIES = 3
"""Entries at which a numeric derivative must side with a gradient that is to be carried."""

SMALLEST = 1e-3
"""A gradient this much smaller than the right one is no derivation of anything."""


class OwnForward(Surface):
    """A candidate's own forward pass around one point, over all entries of the gradients.

    Parameters
    ----------
    experiment : Differentiable
        Evaluates it.
    candidate : Candidate
        Whose it is.
    place : mapping
        Values of the inputs.
    gradients : mapping
        Gradients by part, finite and in the shapes of their inputs.
    """

    def __init__(
        self,
        experiment: Differentiable,
        candidate: Candidate,
        place: Mapping[str, Any],
        gradients: Mapping[str, NDArray[Any]],
    ) -> None:
        super().__init__(
            sum(gradient.size for gradient in gradients.values()),
            precision_of(*gradients.values()),
        )
        self.candidate = candidate
        self.place = place
        self._experiment = experiment
        flat = [gradient.reshape(-1).astype(np.float64) for gradient in gradients.values()]
        self._gradient = np.concatenate([*flat, np.zeros(0)])
        bounds = np.cumsum([0, *(one.size for one in flat)])
        slices = [slice(int(a), int(b)) for a, b in pairwise(bounds)]
        self.parts = dict(zip(gradients, slices, strict=True))

    def values(self, shifts: Sequence[NDArray[np.float64]]) -> list[NDArray[np.float64]]:
        """Return the scalar at each shift, all in one round trip."""
        points = [self._move(shift) for shift in shifts]
        return list(self._experiment.evaluate(self.candidate, points))

    def value(self) -> float:
        """Return the scalar itself."""
        return float(self.values([np.zeros(self.size)])[0])

    def compare(self, right: set[str], generator: np.random.Generator) -> dict[str, bool]:
        """Return for each part whether it is the gradient of this.

        Parameters
        ----------
        right : set of str
            Parts that should be; they are looked at together first.
        generator : Generator
            Draws directions.
        """
        single = [part for part in self.parts if part not in right]
        directions = [draw_direction(generator, self.parts[part]) for part in single]
        if right:
            directions.append(self._draw_joint(right, generator))
        if not directions:
            return {}
        slopes = look(self, directions)
        if right and self._agrees(slopes.pop()):
            found = dict.fromkeys(right, True)
        else:
            found = {part: self._derives(part, generator) for part in sorted(right)}
        for part, slope in zip(single, slopes, strict=True):
            found[part] = self._agrees(slope) or self._derives(part, generator)
        return found

    def sides_with(self, part: str, right: NDArray[Any]) -> bool:
        """Return whether derivatives at the worst entries are the gradient's, not ``right``."""
        entries, right = self.parts[part], right.reshape(-1)
        own = self._gradient[entries]
        if np.linalg.norm(own) < SMALLEST * np.linalg.norm(right):
            return False
        gap = np.abs(own - right)
        worst = np.argsort(gap)[::-1][:WORST_ENTRIES]
        numeric = differentiate_entries(self, worst + entries.start)
        return bool(np.all(np.abs(numeric - own[worst]) <= 0.1 * gap[worst] + 1e-9))

    def _move(self, shift: NDArray[np.float64]) -> dict[str, Any]:
        moved = dict(self.place)
        for part, entries in self.parts.items():
            if shift[entries].any():
                name = self._experiment.variables()[part]
                moved[name] = moved[name] + shift[entries].reshape(np.shape(moved[name]))
        return moved

    def _draw_joint(self, parts: set[str], generator: np.random.Generator) -> Direction:
        """Return a direction over all entries of some parts."""
        drawn = draw_direction(generator, slice(0, self.size))
        weights = np.zeros(self.size)
        for part in parts:
            weights[self.parts[part]] = drawn.weights[self.parts[part]]
        return Direction(drawn.entries, weights / max(float(np.linalg.norm(weights)), 1e-300))

    def _agrees(self, slope: Slope) -> bool:
        return slope.distance(self._gradient) <= self.precision.agreement

    def _derives(self, part: str, generator: np.random.Generator) -> bool:
        return measure_distance(self, self._gradient, self.parts[part], generator) == 0.0

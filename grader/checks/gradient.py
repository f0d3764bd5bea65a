"""Checks of gradients: against the reference, and against the student's own forward pass.

A gradient that agrees with the reference is right, and only such a one earns points on its own;
rounding and kinks of numeric derivatives can cost nobody any. One that does not is held against
numeric derivatives of the student's own forward pass, to say where the mistake lies.

Where a check names a simpler forward pass, its ``base``, that the student has right, a gradient
that derives the own, wrong forward pass keeps its points: the mistake lies in what the check adds
to the base, such as the regularisation term, and is charged there. Without that condition any
function and its derivative would earn the points of every gradient.

Where gradients and the value that they are gradients of are all the reference's, one derives the
other, and nothing is evaluated numerically. Otherwise the first look at the own forward pass takes
two evaluations, along one direction over everything that the check has right. Whatever does not
agree is looked at by itself. A gradient that is to
keep its points is also held against derivatives by the entries that differ most from the
reference, which must side with the student.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from grader.candidate.base import CallFailed, Candidate
from grader.checks.base import Check, Expected, judge_value
from grader.checks.experiments import Differentiable
from grader.checks.own_forward import OwnForward
from grader.inputs import describe_inputs, generator_for, make_inputs
from grader.model import Kind, Outcome, Status
from grader.records import record

if TYPE_CHECKING:
    from numpy.typing import NDArray

FORWARD_TOLERANCE = 1e-9
"""A forward pass that is closer than this to the reference is not where a mistake lies."""

FEW_DIGITS = 1e-4
"""One that is closer than this may be the right one with fewer digits."""

BASE_TOLERANCE = 1e-6
"""Largest relative error of the value of a base that counts as right."""


@record(kw_only=True)
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
        if self._needs_no_look(outcomes, self.experiment.scalar_of(seen, values), expected):
            return outcomes
        gradients = self._gradients(seen, values)
        forward = OwnForward(self.experiment, candidate, values, gradients)
        generator = generator_for(seed, f"{self.id}/d")
        try:
            agrees, carried = self._compare_with_forward(forward, outcomes, expected, generator)
        except CallFailed:
            return outcomes  # the gradients themselves came back; their comparison stands
        return {
            part: _explain(outcomes[part], agrees.get(part), carried=part in carried)
            for part in self.parts
        }

    def _needs_no_look(
        self, outcomes: Mapping[str, Outcome], own: float, expected: Expected
    ) -> bool:
        """Return whether value and gradients are the reference's: one derives the other then."""
        if any(outcome.status is not Status.PASSED for outcome in outcomes.values()):
            return False
        value = float(expected["seeded/forward"][0])
        return _distance(own, value) <= FORWARD_TOLERANCE

    def _gradients(
        self, seen: Mapping[str, Any], values: Mapping[str, Any]
    ) -> dict[str, NDArray[Any]]:
        """Return the gradients that can be gradients of anything, in the shapes of their inputs."""
        found = {}
        for part, name in self.experiment.variables().items():
            value, shape = seen.get(part), np.shape(values[name])
            if part not in self.parts or not isinstance(value, np.ndarray):
                continue
            is_like = value.dtype.kind == "f" and value.size == np.prod(shape)
            if is_like and np.isfinite(value).all():
                found[part] = value.reshape(shape)
        return found

    def _compare_with_forward(
        self,
        forward: OwnForward,
        outcomes: Mapping[str, Outcome],
        expected: Expected,
        generator: np.random.Generator,
    ) -> tuple[dict[str, bool | None], set[str]]:
        """Return which gradients derive the own forward pass, and which wrong ones it excuses."""
        right = {part for part in forward.parts if outcomes[part].status is Status.PASSED}
        agrees: dict[str, bool | None] = {**forward.compare(right, generator)}
        odd = [part for part in agrees if agrees[part] is (part not in right)]
        if not odd:
            return agrees, set()
        value = float(expected["seeded/forward"][0])
        off = _distance(forward.value(), value)
        wrong = set(odd) - right
        carried: set[str] = set()
        if off <= FORWARD_TOLERANCE:  # then what is wrong is not the forward pass
            agrees |= dict.fromkeys(wrong, None)
        elif wrong and self._has_base_right(forward, expected):
            carried = {
                part for part in wrong if forward.sides_with(part, expected[f"seeded/{part}"])
            }
        if off <= FEW_DIGITS:  # then a kink, or a dtype of few digits, is to blame
            agrees |= dict.fromkeys(right, None)
        return agrees, carried

    def _has_base_right(self, forward: OwnForward, expected: Expected) -> bool:
        if self.base is None:
            return False
        value = float(expected["seeded/base"][0])
        own = float(self.base.evaluate(forward.candidate, [forward.place])[0])
        return _distance(own, value) <= BASE_TOLERANCE

    def _inputs(self, seed: int) -> dict[str, Any]:
        return make_inputs(self.experiment.inputs, generator_for(seed, self.id))


def _distance(own: float, value: float) -> float:
    """Return how far a scalar is from the right one, relative where that is large."""
    return abs(own - value) / max(1.0, abs(value))


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

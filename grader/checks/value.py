"""Checks of values: printed literals of a handout, and the reference's values on fresh inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from grader.candidate.base import CallFailed, Candidate
from grader.checks.base import Check, Expected, judge_value, outcome_of_failure
from grader.checks.experiments import Experiment
from grader.compare import Measure
from grader.inputs import describe_inputs, generator_for, make_inputs
from grader.model import Kind, Outcome, Status
from grader.records import record

if TYPE_CHECKING:
    from numpy.typing import NDArray


@record(kw_only=True)
class ValueCheck(Check):
    """Compare what an experiment gives with the right values.

    With ``literals`` the experiment runs twice: on its own inputs, where the handout prints the
    right values, and on the sibling's inputs, where the reference computes them. Points need
    both, so that a memorised answer earns nothing.
    """

    kind: ClassVar[Kind] = Kind.VALUE

    experiment: Experiment
    literals: Mapping[str, Any] = field(default_factory=dict)
    """Printed values by part; parts without one are judged on fresh inputs only."""
    sibling: Mapping[str, Any] = field(default_factory=dict)
    """Declared inputs of the second run, by name; the rest is as in the experiment."""
    measure: Measure = Measure.RELATIVE

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the experiment's targets."""
        return self.experiment.targets

    @property
    def method(self) -> str:
        """Return the experiment's method."""
        return self.experiment.method

    def result_of(self, part: str) -> tuple[str, int | str | None]:
        """Return the last target and the part's place in its result."""
        return self.targets[-1], self.experiment.place_of(part)

    def expect(self, reference: Candidate, seed: int) -> dict[str, NDArray[Any]]:
        """Return the reference's values on the fresh inputs."""
        reference.begin_check()
        seen = self.experiment.observe(reference, self._fresh(seed))
        return {f"seeded/{part}": np.asarray(seen[part]) for part in self.parts}

    def examine(self, candidate: Candidate, expected: Expected, seed: int) -> dict[str, Outcome]:
        """Judge the printed values first, then the fresh ones."""
        printed = make_inputs(self.experiment.inputs, generator_for(seed, self.id))
        found: dict[str, Outcome] = {}
        if self.literals:
            seen = self.experiment.observe(candidate, printed)
            for part, literal in self.literals.items():
                found[part] = self._judge(part, seen[part], literal, printed, printed=True)
        fresh = self._fresh(seed)
        if all(part in found and found[part].status is not Status.PASSED for part in self.parts):
            return found
        for part, outcome in self._examine_fresh(candidate, expected, fresh).items():
            first = found.get(part)
            if first is None or first.status is Status.PASSED:
                found[part] = outcome
        return {part: found[part] for part in self.parts}

    def _examine_fresh(
        self, candidate: Candidate, expected: Expected, fresh: Mapping[str, Any]
    ) -> dict[str, Outcome]:
        try:
            seen = self.experiment.observe(candidate, fresh)
        except CallFailed as failed:
            outcome = outcome_of_failure(failed.failure, describe_inputs(fresh))
            return dict.fromkeys(self.parts, outcome)
        return {
            part: self._judge(part, seen[part], expected[f"seeded/{part}"], fresh, printed=False)
            for part in self.parts
        }

    def _fresh(self, seed: int) -> dict[str, Any]:
        declared = {**self.experiment.inputs, **self.sibling}
        return make_inputs(declared, generator_for(seed, f"{self.id}/seeded"))

    def _judge(
        self, part: str, got: Any, right: Any, inputs: Mapping[str, Any], *, printed: bool
    ) -> Outcome:
        note = ""
        if not printed and part in self.literals:
            note = "The handout's own example is right; this is another input."
        return judge_value(
            part,
            got,
            right,
            self.tolerance,
            self.measure,
            inputs=describe_inputs(inputs),
            hint=self.hint,
            note=note,
        )

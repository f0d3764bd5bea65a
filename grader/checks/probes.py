"""Probes: which of a course's conventions a submission follows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from grader.candidate.base import CallFailed, Candidate
from grader.checks.base import Check, Expected
from grader.checks.experiments import Differentiable
from grader.inputs import generator_for, make_inputs
from grader.model import Kind, Outcome, Status
from grader.records import record

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SHARES = (0.5, 1.0, 2.0)
"""What a regularisation term can be times the expected one, if its factor is 1 or one half."""


@record(kw_only=True)
class RegularizationProbe(Check):
    """By which factor a loss is regularised, whatever else is right or wrong about it.

    The term is the difference between two losses. The first pair whose term is the expected one,
    its half or its double decides, and passes if it is the expected one.
    """

    kind: ClassVar[Kind] = Kind.VALUE

    pairs: tuple[tuple[Differentiable, Differentiable], ...]
    """The same loss with and without regularisation; the inputs are those of the former."""

    @property
    def targets(self) -> tuple[str, ...]:
        """Return what the pairs call, the first last."""
        return tuple(target for pair in self.pairs[::-1] for target in pair[0].targets)

    def expect(self, reference: Candidate, seed: int) -> dict[str, NDArray[Any]]:
        """Return the reference's terms."""
        reference.begin_check()
        terms = [self._term(reference, i, seed) for i in range(len(self.pairs))]
        return {"seeded/terms": np.array(terms)}

    def examine(self, candidate: Candidate, expected: Expected, seed: int) -> dict[str, Outcome]:
        """Look for the first pair that tells."""
        for i, right in enumerate(expected["seeded/terms"]):
            try:
                share = self._term(candidate, i, seed) / float(right)
            except CallFailed:
                continue
            if any(abs(share - known) < 1e-6 for known in _SHARES):
                is_right = abs(share - 1.0) < 1e-6
                message = "" if is_right else f"The term is {share:.3g} times this convention's."
                status = Status.PASSED if is_right else Status.FAILED
                return dict.fromkeys(self.parts, Outcome(status, message))
        message = "No loss shows a regularisation term."
        return dict.fromkeys(self.parts, Outcome(Status.FAILED, message))

    def _term(self, candidate: Candidate, pair: int, seed: int) -> float:
        regularized, plain = self.pairs[pair]
        values = make_inputs(regularized.inputs, generator_for(seed, f"{self.id}/{pair}"))
        return float(
            regularized.evaluate(candidate, [values])[0] - plain.evaluate(candidate, [values])[0]
        )

"""Questions that a person judges: they are in the total, and their points are pending."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from grader.checks.base import Check, Expected
from grader.model import Evidence, Kind, Outcome, Status
from grader.records import record

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from grader.candidate.base import Candidate


@record(kw_only=True)
class ReviewCheck(Check):
    """A question in words, a plot, or anything else that no program can judge."""

    kind: ClassVar[Kind] = Kind.REVIEW

    prompt: str
    """What the handout asks."""
    reason: str = ""
    """Why it cannot be judged here, where that is not plain: a cell in another framework."""

    @property
    def targets(self) -> tuple[str, ...]:
        """Return nothing: no function answers it."""
        return ()

    def expect(self, reference: Candidate, seed: int) -> dict[str, NDArray[Any]]:
        """Return nothing: there is no right value."""
        return {}

    def examine(self, candidate: Candidate, expected: Expected, seed: int) -> dict[str, Outcome]:
        """Return that a person has to look, whoever is asked."""
        message = self.reason or "A person reads this answer."
        evidence = Evidence(notes=(self.prompt,))
        return dict.fromkeys(self.parts, Outcome(Status.NEEDS_REVIEW, message, evidence=evidence))

"""Explains failures: which known mistake a function agrees with, else what shape its error has."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from grader.candidate.base import CallFailed, Candidate
from grader.checks.models import ModelLoss
from grader.consequences import MENDABLE
from grader.course.assignment import Assignment
from grader.course.conventions import Settled
from grader.diagnosis.finding import Finding
from grader.diagnosis.fingerprints import read_fingerprints
from grader.diagnosis.known import Known, Text, know
from grader.diagnosis.matching import Match, Seen, match
from grader.diagnosis.observing import Observed, observe
from grader.diagnosis.penalty import (
    PenaltyError,
    find_penalty_error,
    measure_penalty,
    regularisation_of,
)
from grader.diagnosis.probes import probes_for
from grader.diagnosis.repeated import find_dependence
from grader.diagnosis.telling import ask_about_exception, find_last_digits, tell, tell_shape
from grader.model import CheckResult, Kind, Status

StandInBelow: TypeAlias = (
    "Callable[[str, Collection[str], Collection[str]], AbstractContextManager[bool]]"
)
"""Given an owner, what will be called, and what is broken; gives whether anything stands in."""

CPU_SECONDS = 2.0
"""CPU seconds of student code for the probes of one target."""

_EXPLAINED = frozenset({Status.FAILED, Status.ERRORED})
_ENDLESS = frozenset({Status.TIMED_OUT, Status.CRASHED})


@dataclass(slots=True)
class Explainer:
    """Explains the failures of one submission in one assignment; asks of each target once.

    Parameters
    ----------
    assignment : Assignment
        What is graded.
    settled : mapping
        The choice of each convention that the submission follows.
    candidate : Candidate
        The submission.
    fingerprints : mapping
        Those of a bundle; by default what the catalogue and the reference say.
    below : callable
        Has right functions stand in for broken ones below another, as
        :meth:`grader.carrying.Carrier.stand_in_below` does; by default nothing does.
    """

    assignment: Assignment
    settled: Settled
    candidate: Candidate
    fingerprints: Mapping[str, Any] | None = None
    below: StandInBelow | None = None
    _broken: frozenset[str] = frozenset()
    _found: dict[str, Finding | None] = field(default_factory=dict)

    def explain(self, results: Sequence[CheckResult]) -> list[CheckResult]:
        """Return the results in order, failures that are causes of their own with a diagnosis."""
        self._broken = self._owners(results, MENDABLE)
        endless = self._owners(results, _ENDLESS)
        return [
            self._explain(result, endless) if _needs_explanation(result) else result
            for result in results
        ]

    def examine(self, target: str) -> Finding | None:
        """Return what the probes of a target tell, None if it is right or has none."""
        if target not in self._found:
            self._found[target] = self._examine(target)
        return self._found[target]

    def _explain(self, result: CheckResult, endless: frozenset[str]) -> CheckResult:
        part = result.id.rpartition(".")[2]
        raised = result.outcome.status is Status.ERRORED
        findings = []
        for target in reversed(result.targets):
            found = None if target in endless else self.examine(target)
            if found is None or (raised and not found.explains_exception):
                continue
            if found.matched is not None and found.explains(part):
                return _tell_mistake(result, found, found.matched)
            findings.append(found)
        told = self._explain_indirectly(result, part, findings)
        return ask_about_exception(result) if told is None else told

    def _explain_indirectly(
        self, result: CheckResult, part: str, findings: Sequence[Finding]
    ) -> CheckResult | None:
        """Return the row with what is told if no mistake is known to make its part wrong.

        Where the part itself was seen to be wrong, mistakes that do not show in it are none of
        it. Elsewhere, what the row's own error tells goes before a mistake of another function
        that does not explain all of that one.
        """
        regularised = self._may_be_regularised(result)
        seen = [found for found in findings if found.explains(part) is False]
        for found in seen:
            if (shape := found.find_shape(part, regularised=regularised)) is not None:
                return tell_shape(result, shape)
        elsewhere = [] if seen else findings
        matches = [(found, found.matched) for found in elsewhere if found.matched is not None]
        for found, matched in matches:
            if matched.exact or found.target == result.targets[-1]:
                return _tell_mistake(result, found, matched)
        if (digits := find_last_digits(result)) is not None:
            return tell_shape(result, digits)
        for found, matched in matches:
            return _tell_mistake(result, found, matched)
        for found in elsewhere:
            if (shape := found.find_shape(part, regularised=regularised)) is not None:
                return tell_shape(result, shape)
        return None

    def _may_be_regularised(self, result: CheckResult) -> bool:
        """Return whether a row's result may hold a regularisation; of a cell nobody can tell."""
        checks = {check.id: check for check in self.assignment.checks}
        check = checks.get(result.id.rpartition(".")[0])
        experiment = getattr(check, "experiment", None)
        if isinstance(experiment, ModelLoss):
            return bool(regularisation_of(experiment))
        return check is None or check.method == "loss"

    def _examine(self, target: str) -> Finding | None:
        probes = probes_for(target, self.assignment.targets)
        if not probes:
            return None
        called = {name for probe in probes for name in probe.experiment.targets}
        broken = self._broken - {target}
        if self.below is not None and broken:
            with self.below(target, called, broken) as helped:
                observed = observe(self.candidate, probes, CPU_SECONDS) if helped else None
                if observed is not None and observed.signatures:
                    return self._interpret(target, observed)
        return self._interpret(target, observe(self.candidate, probes, CPU_SECONDS))

    def _interpret(self, target: str, observed: Observed) -> Finding | None:
        """Match what the probes gave; nothing is known of a function that gives nothing."""
        if not observed.signatures or (known := self._know(target)) is None:
            return None
        seen = Seen(
            observed.signatures, observed.blank(known.right), observed.tolerance, known.right
        )
        if not seen.wrong and not seen.blank:
            return None
        matched = match(seen, known.prints, known.make_pair)
        depends = penalty = None
        if matched is None and seen.wrong:
            depends = find_dependence(self.candidate, known.probes)
        if matched is None or not matched.exact:
            penalty = self._examine_penalty(known)
        return Finding(target, known, observed, seen.wrong, matched, depends, penalty)

    def _examine_penalty(self, known: Known) -> PenaltyError | None:
        """Return what is wrong with a network's regularisation, None if nothing is seen."""
        if known.make_reference is None:
            return None
        try:
            own = measure_penalty(self.candidate, known.probes)
        except CallFailed:
            return None
        right = None if own is None else measure_penalty(known.make_reference(), known.probes)
        return None if own is None or right is None else find_penalty_error(own, right)

    def _owners(
        self, results: Sequence[CheckResult], statuses: frozenset[Status]
    ) -> frozenset[str]:
        """Return the targets whose own results end in one of some ways."""
        owners = {
            f"{check.id}.{part}": check.targets[-1 if check.is_gradient(part) else 0]
            for check in self.assignment.checks
            if check.targets
            for part in check.parts
        }
        return frozenset(
            owners[result.id]
            for result in results
            if result.id in owners and result.outcome.status in statuses
        )

    def _know(self, target: str) -> Known | None:
        if self.fingerprints is not None:
            return read_fingerprints(self.fingerprints, self.assignment, target, self.settled)
        return know(self.assignment, target, self.settled)


def _needs_explanation(result: CheckResult) -> bool:
    outcome = result.outcome
    return (
        outcome.status in _EXPLAINED
        and result.kind is not Kind.REVIEW
        and not outcome.evidence.builds_on
        and not outcome.carried_forward
    )


def _tell_mistake(result: CheckResult, found: Finding, matched: Match) -> CheckResult:
    texts = [found.known.texts[name] for name in matched.found.names]
    first, *others = texts
    text = Text(
        ", and also ".join(one.title for one in texts),
        " ".join(one.explanation for one in texts),
        first.hint if not others else f"{first.hint} And then: {others[0].hint}",
    )
    return tell(result, "+".join(matched.found.names), text, found.certainty)

"""Explains failures: which known mistake a function agrees with, else what shape its error has."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from grader.candidate.base import Candidate
from grader.course.assignment import Assignment
from grader.course.conventions import Settled
from grader.diagnosis.fingerprints import read_fingerprints
from grader.diagnosis.known import Known, Text, know
from grader.diagnosis.matching import Match, Seen, match
from grader.diagnosis.observing import Observed, is_optional, observe, part_of, probe_of
from grader.diagnosis.probes import probes_for
from grader.diagnosis.relations import make_case
from grader.diagnosis.repeated import find_dependence
from grader.diagnosis.shapes import Shape, find_shape
from grader.model import Certainty, CheckResult, Evidence, Kind, Status

StandInBelow: TypeAlias = (
    "Callable[[str, Collection[str], Collection[str]], AbstractContextManager[bool]]"
)
"""Given an owner, what will be called, and what is broken; gives whether anything stands in."""

CPU_SECONDS = 2.0
"""CPU seconds of student code for the probes of one target."""

_EXPLAINED = frozenset({Status.FAILED, Status.ERRORED})
_MENDABLE = frozenset({*_EXPLAINED, Status.MISSING, Status.TIMED_OUT, Status.CRASHED})
_ENDLESS = frozenset({Status.TIMED_OUT, Status.CRASHED})


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found out about one target."""

    target: str
    known: Known
    observed: Observed
    wrong: frozenset[str]
    """Keys of the results that differ from the right ones."""
    matched: Match | None
    depends: Shape | None = None
    """How its results depend on other calls, if no mistake matches."""

    @property
    def parts(self) -> frozenset[str]:
        """Names of all parts that its probes look at."""
        return frozenset(map(part_of, self.known.right))

    def explains(self, part: str) -> bool | None:
        """Return whether the match is what is wrong with a part; None if that cannot be told.

        It cannot where no probe finds a part like that wrong: then something else of the function
        shows in it.
        """
        if self.matched is not None and part in self.matched.found.parts:
            return True
        return False if part in {part_of(key) for key in self.wrong} else None


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
        self._broken = self._owners(results, _MENDABLE)
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
        findings = []
        for target in reversed(result.targets):
            found = None if target in endless else self.examine(target)
            if found is not None and found.matched is not None and found.explains(part):
                return _tell_mistake(result, found, found.matched)
            if found is not None:
                findings.append(found)
        for found in findings:
            if found.matched is not None and found.explains(part) is None:
                return _tell_mistake(result, found, found.matched)
        for found in findings:
            shape = _shape_of(found, part)
            if shape is not None:
                return _tell(result, shape.name, shape.text, Certainty.SHAPE)
        return result

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
        depends = None
        if matched is None and seen.wrong:
            depends = find_dependence(self.candidate, known.probes)
        return Finding(target, known, observed, seen.wrong, matched, depends)

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
    return _tell(result, "+".join(matched.found.names), text, _certainty(found, matched))


def _certainty(found: Finding, matched: Match) -> Certainty:
    if not matched.exact:
        return Certainty.LIKELY
    shown = {probe_of(key) for key in matched.found.affected & found.observed.signatures.keys()}
    return Certainty.EVERYWHERE if len(shown) > 1 else Certainty.EXACT


def _tell(result: CheckResult, name: str, text: Text, certainty: Certainty) -> CheckResult:
    evidence: Evidence = replace(
        result.outcome.evidence,
        mistake=text.title,
        explanation=text.explanation,
        certainty=certainty,
    )
    outcome = replace(result.outcome, diagnosis=name, hint=text.hint, evidence=evidence)
    return replace(result, outcome=outcome)


def _shape_of(found: Finding, part: str) -> Shape | None:
    """Return the shape of the error of a part, or of the first that is wrong if it has none."""
    if found.depends is not None:
        return found.depends
    keys = [key for key in found.observed.values if key in found.wrong]
    values = [key for key in keys if not is_optional(key)]
    wanted = part if part in found.parts else part_of(values[0]) if values else ""
    inputs = {probe.name: probe.inputs for probe in found.known.probes}
    cases = [
        case
        for key in values
        if part_of(key) == wanted and key in found.known.right_values
        for case in [
            make_case(
                wanted,
                found.observed.values[key],
                found.known.right_values[key],
                inputs[probe_of(key)],
            )
        ]
        if case is not None
    ]
    return find_shape(cases) if cases else None

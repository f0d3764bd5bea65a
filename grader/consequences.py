"""Tells consequences from causes: what fails because a function it calls fails.

A mistake in one layer makes the gradients of every network wrong. Each is still judged and
counted, but a report that explains all of them hides the one line to mend.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, MutableMapping, Sequence
from dataclasses import replace

from grader.checks.base import Check
from grader.checks.properties.check import PropertyCheck
from grader.model import CheckResult, Evidence, Kind, Outcome, Status
from grader.reach import NameGraph
from grader.records import record
from grader.submission.definition import Definition

MENDABLE = frozenset(
    {Status.FAILED, Status.ERRORED, Status.MISSING, Status.TIMED_OUT, Status.CRASHED}
)
"""What somebody has to mend, unless it follows from something else."""


@record
class JudgedPart:
    """One part of a check with what was found."""

    check: Check
    part: str
    result: CheckResult

    @property
    def outcome(self) -> Outcome:
        """What was found."""
        return self.result.outcome

    @property
    def is_gradient(self) -> bool:
        """Whether the part is a gradient."""
        return self.check.is_gradient(self.part)

    @property
    def owner(self) -> str:
        """The target whose result the part is."""
        if self.check.kind is Kind.PROPERTY:
            return self.check.result_of(self.part)[0]
        return self.check.targets[-1 if self.is_gradient else 0]

    @property
    def place(self) -> tuple[str, str]:
        """The owner and, of a class, the method that makes the part."""
        return self.owner, self.check.method

    @property
    def started(self) -> tuple[str, ...]:
        """Targets that were called for it: of a value, no backward pass."""
        if "while importing" in self.outcome.message:
            return self.check.targets
        if self.check.constructs_only:
            return ()
        return self.check.targets if self.is_gradient else self.check.targets[:1]

    @property
    def used(self) -> tuple[str, ...]:
        """Targets that were called for it, as far as anybody can tell."""
        if isinstance(self.check, PropertyCheck):
            stopped = self.outcome.status is Status.TIMED_OUT  # which stops all laws at once
            return self.check.targets if stopped else self.check.property_of(self.part).targets
        return self.check.targets if self.is_gradient else (self.owner,)

    @property
    def gave_value(self) -> bool:
        """Whether there was a number to compare, if a wrong one."""
        return self.outcome.status is Status.FAILED and self.outcome.error is not None


def mark_consequences(
    judged: Sequence[JudgedPart],
    definitions: Mapping[str, Definition],
    graph: NameGraph,
    own: frozenset[str] = frozenset(),
) -> list[CheckResult]:
    """Return the results in order, consequences with the functions that they build on.

    Parameters
    ----------
    judged : sequence of JudgedPart
        All parts of all checks of a run.
    definitions : mapping
        Where each target is defined.
    graph : NameGraph
        What each definition uses.
    own : set of str
        Ids of rows that are known to be wrong by themselves.
    """
    failing: dict[str, list[JudgedPart]] = {}
    for one in judged:
        if one.outcome.status in MENDABLE:
            failing.setdefault(one.owner, []).append(one)
    if not failing:
        return [one.result for one in judged]
    targets = {target for one in judged for target in one.check.targets}
    reach = _reach(graph, targets.union(definitions))
    spoilt = {
        one.result.id: [
            target
            for target in failing
            if one.result.id not in own
            and target in _called(one, reach, definitions)
            and any(_spoils(other, one, definitions.get(target)) for other in failing[target])
        ]
        for parts in failing.values()
        for one in parts
    }
    _blame_what_was_trained([one for parts in failing.values() for one in parts], spoilt)
    roots = {one.owner for each in failing.values() for one in each if not spoilt[one.result.id]}
    return [_mark(one.result, spoilt.get(one.result.id, []), roots) for one in judged]


def _blame_what_was_trained(
    failing: Sequence[JudgedPart], spoilt: MutableMapping[str, list[str]]
) -> None:
    """Note which trainings fail with a model or an update rule that is wrong by itself anyway."""
    wrong = {
        one.owner
        for one in failing
        if one.check.kind is not Kind.TRAINING and not spoilt[one.result.id]
    }
    for one in failing:
        if one.check.kind is Kind.TRAINING and not spoilt[one.result.id]:
            spoilt[one.result.id] = [target for target in one.check.targets if target in wrong]


def block_consequences(results: Sequence[CheckResult]) -> list[CheckResult]:
    """Return the results, those not judged that follow from others: nobody can tell them apart.

    Where no reference stands in for what is broken, a network on top of it may be right or wrong.

    Parameters
    ----------
    results : sequence of CheckResult
        Consequences marked.
    """
    return [_block(result) if _is_open(result.outcome) else result for result in results]


def _is_open(outcome: Outcome) -> bool:
    fails = outcome.status in MENDABLE and outcome.status is not Status.MISSING
    return fails and bool(outcome.evidence.builds_on)


def _block(result: CheckResult) -> CheckResult:
    names = result.outcome.evidence.builds_on
    listed = " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)
    verb = "fail" if names[1:] else "fails"
    message = f"Not judged: {listed}, which it uses, {verb}."
    outcome = Outcome(Status.BLOCKED, message, evidence=Evidence(builds_on=names))
    return replace(result, outcome=outcome)


def _mark(result: CheckResult, spoilt: Sequence[str], roots: set[str]) -> CheckResult:
    """Return a result with the causes among what spoilt it."""
    if not spoilt:
        return result
    causes = [target for target in spoilt if target in roots] or spoilt
    names = tuple(dict.fromkeys(target.partition(":")[2] for target in causes))
    evidence = replace(result.outcome.evidence, builds_on=names)
    return replace(result, outcome=replace(result.outcome, evidence=evidence))


def _reach(graph: NameGraph, targets: Collection[str]) -> dict[str, frozenset[str]]:
    """Return all targets that each one uses, directly or through others."""
    named = {target: target.partition(":")[2] for target in targets}
    names = {name: graph.reach([name]) for name in named.values()}
    return {
        target: frozenset(other for other in targets if named[other] in names[name])
        for target, name in named.items()
    }


def _called(
    one: JudgedPart,
    reach: Mapping[str, frozenset[str]],
    definitions: Mapping[str, Definition],
) -> set[str]:
    """Return the targets that may have spoilt a part: not itself, and not what calls it."""
    if one.outcome.status is Status.MISSING and one.owner not in definitions:
        return set()  # whatever else is not there either
    called = {target for start in one.started for target in reach.get(start, ())}
    called -= set(one.check.targets)
    called |= {target for target in one.started if _ended_in(one.outcome, target, definitions)}
    called -= {one.owner}
    return {target for target in called if one.owner not in reach.get(target, ())}


def _ended_in(outcome: Outcome, target: str, definitions: Mapping[str, Definition]) -> bool:
    """Return whether a call of the target itself is what gave no value."""
    if outcome.status is Status.PASSED or outcome.error is not None:
        return False
    name = target.partition(":")[2]
    definition = definitions.get(target)
    inside = definition is not None and definition.holds(outcome.location)
    return inside or name in outcome.message


def _spoils(cause: JudgedPart, one: JudgedPart, definition: Definition | None) -> bool:
    """Return whether one failure explains another, ``definition`` being the cause's."""
    first, then = cause.outcome, one.outcome
    if then.status is Status.MISSING:
        return first.status is Status.MISSING and first.message == then.message
    if one.gave_value:
        return one.is_gradient or not cause.is_gradient
    if definition is not None and definition.holds(then.location):
        return True
    if then.status in (Status.TIMED_OUT, Status.CRASHED):
        # Two functions of one module that cannot be imported are equally innocent.
        same_import = "while importing" in then.message and first.message == then.message
        return first.status is then.status and not same_import and not then.evidence.samples
    # A wrong number breaks nobody's call; a result of another kind, or none, may break any.
    return first.status is Status.MISSING or (
        first.status is Status.FAILED and not cause.gave_value
    )

"""Applies the rules to a submission: what is found is charged or told, as the assignment says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from grader.checks.base import Check
from grader.checks.cells import CellCheck
from grader.checks.value import ValueCheck
from grader.course.assignment import Assignment, Vectorised
from grader.course.literals import find_literals
from grader.model import CheckResult, Evidence, Outcome, Status
from grader.records import record
from grader.settings import Policy, Rule
from grader.static import forbidden_imports, loops, naive_calls_fast, numeric_backward
from grader.static.code import Code
from grader.static.findings import Finding, RuleFunction, short
from grader.static.memorised import Memorised
from grader.static.speed import FAST_ENOUGH, Timed, measure_ratio

DEFAULTS: Mapping[Rule, Policy] = MappingProxyType(
    {
        Rule.NUMERIC_BACKWARD: Policy.SCORED,
        Rule.NAIVE_CALLS_FAST: Policy.SCORED,
        Rule.FORBIDDEN_IMPORT: Policy.SCORED,
        Rule.LOOPS: Policy.SCORED,
        Rule.MEMORISED: Policy.ADVISORY,
    }
)
"""What becomes of a finding where the assignment says nothing."""


@record
class Looked:
    """The results after the rules, and what a reader should know besides."""

    results: list[CheckResult]
    notes: tuple[str, ...]


def look(
    results: Sequence[CheckResult], assignment: Assignment, code: Code, candidate: Timed, seed: int
) -> Looked:
    """Charge and tell what the rules find.

    Parameters
    ----------
    results : sequence of CheckResult
        A row for every part of every check, in order.
    assignment : Assignment
        What was asked for.
    code : Code
        The submission's text.
    candidate : Timed
        The submission, to take times of.
    seed : int
        Of the inputs on which times are taken.
    """
    charged: list[Finding] = []
    told: list[Finding] = []
    for found in find_all(assignment, code):
        is_clear, finding = True, found
        if found.rule is Rule.LOOPS:
            finding, is_clear = _take_time(found, assignment.vectorised, candidate, seed)
        policy = assignment.static.get(found.rule, DEFAULTS[found.rule])
        (charged if is_clear and policy is Policy.SCORED else told).append(finding)
    rows = [(check, part) for _, check in assignment.rows() for part in check.parts]
    return Looked(
        [
            _charge(result, check, part, charged)
            for result, (check, part) in zip(results, rows, strict=True)
        ],
        tuple(_tell(finding) for finding in told),
    )


def find_all(assignment: Assignment, code: Code) -> Iterator[Finding]:
    """Yield what the rules that are not switched off find in an assignment's targets."""
    rules: dict[Rule, RuleFunction] = {
        Rule.NUMERIC_BACKWARD: numeric_backward.find,
        Rule.NAIVE_CALLS_FAST: naive_calls_fast.find,
        Rule.FORBIDDEN_IMPORT: forbidden_imports.find,
        Rule.MEMORISED: Memorised(_printed(assignment.checks)),
    }
    for rule, find in rules.items():
        if assignment.static.get(rule, DEFAULTS[rule]) is not Policy.OFF:
            for target in assignment.targets:
                yield from find(code, target)
    if assignment.static.get(Rule.LOOPS, DEFAULTS[Rule.LOOPS]) is not Policy.OFF:
        for pair in assignment.vectorised:
            yield from loops.find(code, pair.target, pair.naive)


def _printed(checks: Sequence[Check]) -> Iterator[float]:
    """Go through the numbers that the handout prints as right answers."""
    for check in checks:
        if isinstance(check, ValueCheck):
            for literal in check.literals.values():
                yield from np.asarray(literal, dtype=np.float64).reshape(-1).tolist()
        elif isinstance(check, CellCheck):
            for found in find_literals(check.source):
                if found.is_array:
                    yield from (number.value for number in found.numbers)


def _take_time(
    finding: Finding, pairs: Sequence[Vectorised], candidate: Timed, seed: int
) -> tuple[Finding, bool]:
    """Say how a loop pays, and whether the function is as slow as its naive version."""
    pair = next(pair for pair in pairs if pair.target == finding.target)
    ratio = measure_ratio(candidate, pair, seed)
    if ratio is None:
        return replace(finding, message=f"{finding.message}; it was to do without."), False
    if ratio < FAST_ENOUGH:
        message = f"{finding.message} and is no faster than {short(pair.naive)}."
        return replace(finding, message=message), True
    message = f"{finding.message}; it is {ratio:.2g} times as fast as your {short(pair.naive)}."
    return replace(finding, message=message), False


def _charge(
    result: CheckResult, check: Check, part: str, findings: Sequence[Finding]
) -> CheckResult:
    """Return a row without its points if one of the findings concerns it."""
    earns = result.outcome.status is Status.PASSED or bool(result.outcome.earned)
    for finding in findings if earns else ():
        if _concerns(finding, check, part):
            outcome = Outcome(
                Status.FAILED,
                finding.message,
                hint=finding.hint,
                location=finding.location,
                evidence=Evidence(
                    inputs=result.outcome.evidence.inputs,
                    notes=("The numbers are right; how they come about is what costs points.",),
                ),
            )
            return replace(result, outcome=outcome)
    return result


def _concerns(finding: Finding, check: Check, part: str) -> bool:
    if not check.targets or check.result_of(part)[0] != finding.target:
        return False
    alone = check.targets == (finding.target,) and "backward" in finding.target
    return not finding.gradients_only or check.is_gradient(part) or alone


def _tell(finding: Finding) -> str:
    where = f"{finding.location.file}:{finding.location.line}"
    return f"{where}: {finding.message}"

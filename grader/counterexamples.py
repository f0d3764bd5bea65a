"""Makes the examples on which laws are broken as small as they get, once causes are known.

A mistake in one layer breaks laws of every network. Only what is a cause of its own is looked
into, so that a hand-in with many mistakes costs little more than one with few.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from grader.candidate.base import Candidate
from grader.checks.properties import PropertyCheck
from grader.course.assignment import Assignment
from grader.model import CheckResult, Kind, Outcome, Status
from grader.settings import Visibility

ROWS = 10
"""Rows of a submission whose examples are made smaller; what is left is shown as drawn."""


def shrink_counterexamples(
    results: Sequence[CheckResult], assignment: Assignment, candidate: Candidate, seed: int
) -> list[CheckResult]:
    """Return the results, those of broken laws with a smaller example.

    Parameters
    ----------
    results : sequence of CheckResult
        All rows of a run, consequences marked.
    assignment : Assignment
        Whose checks they are.
    candidate : Candidate
        The submission.
    seed : int
        Of the run.
    """
    wanted = [result for result in results if _is_cause(result)]
    if not wanted:
        return list(results)
    checks = {check.id: check for check in assignment.checks if isinstance(check, PropertyCheck)}
    smaller: dict[str, CheckResult] = {}
    for result in wanted[:ROWS]:
        check_id, _, part = result.id.rpartition(".")
        if check_id not in checks:
            continue
        from grader.checks.properties.shrinking import shrink

        found = shrink(checks[check_id], part, candidate, seed)
        if found is not None and found.status is result.outcome.status:
            smaller[result.id] = replace(result, outcome=_join(result.outcome, found))
    return [smaller.get(result.id, result) for result in results]


def _is_cause(result: CheckResult) -> bool:
    outcome = result.outcome
    return (
        result.kind is Kind.PROPERTY
        and result.visibility is Visibility.PUBLIC
        and outcome.status in (Status.FAILED, Status.ERRORED)
        and bool(outcome.evidence.counterexample)
        and not outcome.evidence.builds_on
    )


def _join(outcome: Outcome, found: Outcome) -> Outcome:
    """Return an outcome whose numbers are those of another example."""
    new = found.evidence
    evidence = replace(
        outcome.evidence,
        index=new.index,
        got=new.got,
        expected=new.expected,
        inputs=new.inputs,
        traceback=new.traceback,
        counterexample=new.counterexample,
        error_map=new.error_map,
    )
    message, error, tolerance = found.message, found.error, found.tolerance
    return replace(outcome, message=message, error=error, tolerance=tolerance, evidence=evidence)

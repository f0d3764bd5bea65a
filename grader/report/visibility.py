"""Takes out of a check what its visibility keeps from students."""

from __future__ import annotations

from dataclasses import replace

from grader.model import CheckResult, Evidence, Report, Status, Visibility
from grader.report.wording import DEFAULT_MESSAGES

_CHOSEN_BY_CODE = frozenset({Status.ERRORED, Status.CRASHED, Status.TIMED_OUT})
"""Outcomes whose place is where the submission's code stopped, which may depend on its inputs."""


def shown(report: Report) -> Report:
    """Return `report` with only what its readers may see.

    A check that is not public keeps its verdict and its points, and what the text of the
    submission alone decides: the lines that make a result, and what it builds on. All that is
    measured on hidden inputs is left out, however little it looks: values, sizes, errors, messages,
    seconds, the line at which code stopped. Code that hands in what it was given, a few digits at a
    time, finds no place to put them: not in the seconds of the whole either. A diagnosis stays: it
    is made on inputs that are public.
    """
    checks = tuple(shown_check(check) for check in report.checks)
    if all(check.visibility is Visibility.PUBLIC for check in checks):
        return replace(report, checks=checks)
    # The rows of a check share its seconds.
    seconds = {check.id.rpartition(".")[0]: check.seconds for check in checks}
    return replace(report, checks=checks, seconds=sum(seconds.values()))


def shown_check(check: CheckResult) -> CheckResult:
    """Return one check as :func:`shown` does."""
    if check.visibility is Visibility.PUBLIC:
        return check
    outcome, evidence = check.outcome, check.outcome.evidence
    stopped = outcome.status in _CHOSEN_BY_CODE
    kept = Evidence(
        excerpt=() if stopped else evidence.excerpt,
        builds_on=evidence.builds_on,
        mistake=evidence.mistake,
        explanation=evidence.explanation,
        certainty=evidence.certainty,
    )
    quotes = stopped or outcome.status is Status.FAILED
    outcome = replace(
        outcome,
        message=DEFAULT_MESSAGES[outcome.status] if quotes else outcome.message,
        error=None,
        tolerance=None,
        location=None if stopped else outcome.location,
        evidence=kept,
    )
    return replace(check, outcome=outcome, seconds=0.0)

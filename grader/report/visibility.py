"""Takes out of a check what its visibility keeps from students."""

from __future__ import annotations

from dataclasses import replace

from grader.model import CheckResult, Evidence, Kind, Report, Status, Visibility
from grader.report.wording import DEFAULT_MESSAGES


def shown(report: Report) -> Report:
    """Return `report` with only what its readers may see.

    A check that is not public keeps its verdict, its points, its error and the student's own
    lines. Values, indices, inputs and exception texts, which may repeat the inputs, are left out,
    and so is what a failed notebook cell says: it quotes the cell. A diagnosis stays, because it is
    made on inputs that are public.
    """
    return replace(report, checks=tuple(shown_check(check) for check in report.checks))


def shown_check(check: CheckResult) -> CheckResult:
    """Return one check as :func:`shown` does."""
    if check.visibility is Visibility.PUBLIC:
        return check
    outcome = check.outcome
    message = outcome.message
    quotes_the_cell = check.kind is Kind.NOTEBOOK_CELL and outcome.status is Status.FAILED
    if outcome.status is Status.ERRORED or quotes_the_cell:
        message = DEFAULT_MESSAGES[outcome.status]
    evidence = outcome.evidence
    kept = Evidence(
        samples=evidence.samples,
        excerpt=evidence.excerpt,
        builds_on=evidence.builds_on,
        mistake=evidence.mistake,
        explanation=evidence.explanation,
        certainty=evidence.certainty,
    )
    return replace(check, outcome=replace(outcome, message=message, evidence=kept))

"""Takes out of a report what its readers may not see."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from grader.model import Audience, CheckResult, Evidence, Report, Status
from grader.records import record
from grader.report.wording import DEFAULT_MESSAGES
from grader.settings import Detail, Disclosure, Feedback

_CHOSEN_BY_CODE = frozenset({Status.ERRORED, Status.CRASHED, Status.TIMED_OUT})
"""Outcomes whose place is where the submission's code stopped, which may depend on its inputs."""
_USUAL = Feedback()


@record
class Reader:
    """Who reads a report, and when."""

    audience: Audience = Audience.STUDENT
    now: datetime | None = None
    """A moment with a time zone; None for the present one."""

    def detail_of(self, check: CheckResult) -> Detail:
        """Return how much of a check this reader is told."""
        if self.audience is Audience.INSTRUCTOR:
            return Detail.FULL
        return disclosure_of(check).at(self.now or datetime.now(UTC))


STUDENT = Reader()
"""A student, now."""


def disclosure_of(check: CheckResult) -> Disclosure:
    """Return how much of a check students read."""
    return check.disclosure or _USUAL.of(check.visibility)


def shown(report: Report, reader: Reader = STUDENT) -> Report:
    """Return `report` with only what its reader may see.

    A check that is not told in full keeps its verdict and its points and, by its level of detail,
    what the text of the submission alone decides: the lines that make a result, and what it
    builds on. All that is measured on hidden inputs is left out, however little it looks: values,
    sizes, errors, messages, seconds, the line at which code stopped. Code that hands in what it
    was given, a few digits at a time, finds no place to put them: not in the seconds of the whole
    either. A diagnosis is made on inputs that are public.

    Raises
    ------
    ValueError
        If an instructor asks for what was left out of this report already.
    """
    if report.audience is Audience.STUDENT and reader.audience is Audience.INSTRUCTOR:
        raise ValueError(
            "this report was written for a student and lacks what only instructors may read; "
            "grade the submission again with --for instructor"
        )
    checks = tuple(shown_check(check, reader) for check in report.checks)
    report = replace(report, checks=checks, audience=reader.audience)
    if all(check.told is Detail.FULL for check in checks):
        return report
    # The rows of a check share its seconds.
    seconds = {check.id.rpartition(".")[0]: check.seconds for check in checks}
    places = [check.outcome.location for check in checks if check.outcome.location]
    return replace(
        report,
        seconds=sum(seconds.values()),
        # Which other functions are quoted tells where code stopped on inputs that are hidden.
        sources=tuple(one for one in report.sources if any(map(one.holds, places))),
    )


def shown_check(check: CheckResult, reader: Reader = STUDENT) -> CheckResult:
    """Return one check as :func:`shown` does."""
    settled = replace(check, disclosure=disclosure_of(check))
    return _reduce(settled, reader.detail_of(check))


def tell_veil(check: CheckResult) -> str:
    """Return the sentence that says what of a reduced check is not shown, and until when.

    Of a check that is told in full although students read less, it says that; else it is empty.
    """
    disclosure = disclosure_of(check)
    if check.told is Detail.FULL:
        if Detail.FULL in (disclosure.before, disclosure.after):
            return ""
        return "Students do not see the inputs and values of this check."
    if disclosure.due and disclosure.after is Detail.FULL:
        due = datetime.fromisoformat(disclosure.due)
        return (
            f"Its inputs and values are shown once the assignment is due, {due:%Y-%m-%d %H:%M %Z}."
        )
    return "This check is not public: its inputs and values are not shown."


def _reduce(check: CheckResult, detail: Detail) -> CheckResult:
    if detail.rank >= check.told.rank:
        return check
    outcome, evidence = check.outcome, check.outcome.evidence
    stopped = outcome.status in _CHOSEN_BY_CODE
    placed = detail.rank >= Detail.LOCATION.rank and not stopped
    named = detail.rank >= Detail.MISTAKE.rank
    kept = Evidence(
        excerpt=evidence.excerpt if placed else (),
        builds_on=evidence.builds_on if detail.rank >= Detail.LOCATION.rank else (),
    )
    if named:
        kept = replace(
            kept,
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
        hint=outcome.hint if named else "",
        diagnosis=outcome.diagnosis if named else "",
        location=outcome.location if placed else None,
        evidence=kept,
    )
    return replace(check, outcome=outcome, seconds=0.0, told=detail)

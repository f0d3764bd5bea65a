"""Prepares the block of one failure for a page."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from grader.model import CheckResult, Evidence, Report, Status
from grader.records import record
from grader.report.causes import Cause
from grader.report.check_ids import split_id
from grader.report.findings import (
    Finding,
    Measurement,
    Values,
    tell_check_values,
    tell_findings,
    tell_measurement,
)
from grader.report.html.listings import Listing, list_code
from grader.report.html.pictures import Chart, HeatMap, draw_curves, draw_map
from grader.report.reasons import is_absent
from grader.report.telling import (
    AbsentFunction,
    find_cell,
    is_told_briefly,
    tell_absent,
    tell_concerned,
    tell_cost,
    tell_diagnoses,
    tell_next_step,
    tell_place,
    tell_samples,
    tell_siblings,
)
from grader.report.untrusted import printable, printable_code
from grader.report.visibility import tell_veil
from grader.report.wording import DEFAULT_MESSAGES, STATUS_WORDS, as_sentence, measured, points
from grader.settings import Detail, Visibility

_MOST_NOTES = 40
_NOTE_LENGTH = 2000
_MOST_LINES = 40
_MOST_SAMPLES = 4
_MOST_PICTURES = 4
_MOST_CHECKS = 2000
_OURS = frozenset({Status.GRADER_ERROR, Status.NEEDS_REVIEW, Status.BLOCKED})


@record
class CheckRow:
    """One check in a table."""

    name: str
    tag: str
    """Who reads it, where that is not everybody."""
    points: str
    sentence: str
    values: Values | None
    measured: str
    seconds: str
    notes: tuple[str, ...]


@record
class Block:
    """What a page says of one cause; texts are empty, and the rest None, where there is none."""

    anchor: str
    word: str
    tone: str
    """``bad``, or ``open`` for what is no mistake of the student's."""
    title: str
    points: str
    place: str
    findings: tuple[Finding, ...] = ()
    measurement: Measurement | None = None
    absent: tuple[AbsentFunction, ...] = ()
    remarks: tuple[str, ...] = ()
    siblings: str = ""
    diagnoses: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    hint: str = ""
    cell: tuple[str, ...] = ()
    traceback: tuple[str, ...] = ()
    samples_heading: str = ""
    samples: tuple[tuple[int, str], ...] = ()
    code: Listing | None = None
    function: Listing | None = None
    maps: tuple[HeatMap, ...] = ()
    charts: tuple[Chart, ...] = ()
    checks: tuple[CheckRow, ...] = ()
    cost: str = ""
    next_step: str = ""
    command: str = ""


def build_block(cause: Cause, report: Report, *, anchor: str, command: str) -> Block:
    """Return the block of one cause.

    Parameters
    ----------
    cause : Cause
        Checks that failed for the same reason.
    report : Report
        The whole report, already reduced to what its reader may see.
    anchor : str
        The id of the block on the page.
    command : str
        The shell command to grade again.
    """
    check, is_brief = cause.first, is_told_briefly(cause)
    outcome, evidence = check.outcome, check.outcome.evidence
    sentence, absent = tell_absent(cause) if is_absent(check) else ("", ())
    code, function = list_code(outcome, report.sources) if not is_brief else (None, None)
    step, following = ("", "") if is_brief else tell_next_step(cause, command)
    return Block(
        anchor=anchor,
        word=STATUS_WORDS[cause.status],
        tone="open" if cause.status in _OURS else "bad",
        title=printable(cause.title, limit=160),
        points=f"{points(cause.score)}/{points(cause.max_score)}",
        place=tell_place(cause.location),
        findings=(Finding(sentence),) if sentence else tell_findings(cause),
        measurement=None if sentence else tell_measurement(cause),
        absent=absent,
        remarks=() if sentence else _remarks(cause, report),
        siblings="" if is_brief else tell_siblings(cause, report),
        diagnoses=() if is_brief else tell_diagnoses(cause),
        notes=() if is_brief else _notes(evidence),
        hint=printable(outcome.hint),
        cell=() if is_brief else find_cell(cause)[:_MOST_LINES],
        traceback=_traceback(evidence),
        samples_heading=tell_samples(evidence) if evidence.samples else "",
        samples=tuple((n, tell_place(where)) for where, n in evidence.samples[:_MOST_SAMPLES]),
        code=code,
        function=function,
        maps=_maps(cause),
        charts=_charts(cause),
        checks=build_rows(cause.checks, told=check)
        if len(cause.checks) > 1 and not sentence
        else (),
        cost="" if is_brief else tell_cost(cause, report),
        next_step=step,
        command=following,
    )


def build_rows(
    checks: Iterable[CheckResult], *, told: CheckResult | None = None
) -> tuple[CheckRow, ...]:
    """Return a row for each of the checks, as far as a page has room for them.

    Of one that was `told` above already, the notes are not told again.
    """
    return tuple(_row(check, is_told=check is told) for check in islice(checks, _MOST_CHECKS))


def _row(check: CheckResult, *, is_told: bool) -> CheckRow:
    outcome = check.outcome
    is_plain = outcome.status is Status.PASSED and outcome.message in {
        "",
        DEFAULT_MESSAGES[Status.PASSED],
    }
    message = "" if is_plain else outcome.message or DEFAULT_MESSAGES[outcome.status]
    return CheckRow(
        name=printable(check.id),
        tag="" if check.visibility is Visibility.PUBLIC else _tell_visibility(check),
        points=f"{points(check.score)}/{points(check.max_score)}",
        sentence=as_sentence(printable(message)),
        values=tell_check_values(check),
        measured=measured(outcome.error, outcome.tolerance, printable(outcome.evidence.measure)),
        seconds=f"{check.seconds:.2f} s" if check.told is Detail.FULL else "",
        notes=() if is_told else _notes(outcome.evidence),
    )


def _tell_visibility(check: CheckResult) -> str:
    """Return who reads a check, in two words."""
    return "shown later" if check.visibility is Visibility.AFTER_DUE else "not public"


def _remarks(cause: Cause, report: Report) -> tuple[str, ...]:
    sentences = (*tell_concerned(cause, report, everything=True), tell_veil(cause.first))
    return tuple(filter(None, sentences))


def _notes(evidence: Evidence) -> tuple[str, ...]:
    return tuple(printable(note, limit=_NOTE_LENGTH) for note in evidence.notes[:_MOST_NOTES])


def _traceback(evidence: Evidence) -> tuple[str, ...]:
    lines = [line for entry in evidence.traceback for line in entry.splitlines()]
    # What was called last tells most.
    return tuple(map(printable_code, lines[-_MOST_LINES:]))


def _maps(cause: Cause) -> tuple[HeatMap, ...]:
    found = (
        draw_map(split_id(check.id)[1] or check.id, check.outcome.evidence.error_map)
        for check in cause.checks
        if check.outcome.evidence.error_map
    )
    return tuple(islice(found, _MOST_PICTURES))


def _charts(cause: Cause) -> tuple[Chart, ...]:
    charts = (chart for c in cause.checks for chart in draw_curves(c.outcome.evidence.curves))
    return tuple(islice(charts, _MOST_PICTURES))

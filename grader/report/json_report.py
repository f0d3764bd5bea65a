"""Renders a report as JSON, schema version 2, which ``report.schema.json`` describes."""

from __future__ import annotations

import json
import math
from typing import Any

from grader.model import SCHEMA_VERSION, CheckResult, ErrorMap, Evidence, Location, Report
from grader.report.untrusted import json_text
from grader.report.visibility import STUDENT, Reader, disclosure_of, shown
from grader.settings import Disclosure

INFINITE = "infinite"
"""An error that is no finite number."""


def render(report: Report, reader: Reader = STUDENT) -> str:
    r"""Return `report` as JSON text in ASCII, ended by a newline.

    An error that JSON cannot hold, where a student's value is NaN, becomes the text
    ``infinite``. Lone surrogates, which many parsers refuse,
    are written out as Python would (``\udc80``).
    """
    report = shown(report, reader)
    document = {
        "schema_version": SCHEMA_VERSION,
        "audience": str(report.audience),
        **_head(report),
        "score": _number(report.score),
        "max_score": _number(report.max_score),
        "pending": _number(report.pending),
        "percent": _number(report.percent),
        "needs_regrade": bool(report.needs_regrade),
        "seconds": _number(report.seconds),
        "warnings": _texts(report.warnings),
        "missing": _texts(report.missing),
        "questions": [
            {
                "id": _text(question.id),
                "title": _text(question.title),
                "score": _number(question.score),
                "max_score": _number(question.max_score),
                "pending": _number(question.pending),
            }
            for question in report.questions
        ],
        "checks": [_check(check) for check in report.checks],
        "sources": [
            {"file": _text(one.file), "first": int(one.first), "lines": _texts(one.lines)}
            for one in report.sources
        ],
    }
    return json_text(json.dumps(document, indent=2, allow_nan=False)) + "\n"


def _head(report: Report) -> dict[str, Any]:
    """Return what was graded and what graded it."""
    assignments, submission, grader = report.assignments, report.submission, report.grader
    return {
        # Several assignments graded together are one, joined with "+", in the order of the course.
        "assignment": {
            "name": "+".join(_text(each.name) for each in assignments),
            "edition": "+".join(dict.fromkeys(_text(each.edition) for each in assignments)),
            "digest": "+".join(_text(each.digest) for each in assignments),
        },
        "assignments": [
            {
                "name": _text(each.name),
                "title": _text(each.title),
                "edition": _text(each.edition),
                "digest": _text(each.digest),
                "score": _number(each.score),
                "max_score": _number(each.max_score),
                "pending": _number(each.pending),
            }
            for each in assignments
        ],
        "submission": {
            "name": _text(submission.name),
            "digest": _text(submission.digest),
            "edition": _text(submission.edition),
            "files": _texts(submission.files),
        },
        "grader": {
            "version": _text(grader.version),
            "python": _text(grader.python),
            "numpy": _text(grader.numpy),
            "isolation": _text(grader.isolation),
            "seed": int(grader.seed),
        },
    }


def _check(check: CheckResult) -> dict[str, Any]:
    outcome = check.outcome
    return {
        "id": _text(check.id),
        "question": _text(check.question),
        "kind": str(check.kind),
        "targets": _texts(check.targets),
        "status": str(outcome.status),
        "score": _number(check.score),
        "max_score": _number(check.max_score),
        "visibility": str(check.visibility),
        "detail": str(check.told),
        "disclosure": _disclosure(disclosure_of(check)),
        "error": _error(outcome.error),
        "tolerance": _number_or_null(outcome.tolerance),
        "message": _text(outcome.message),
        "hint": _text(outcome.hint),
        "diagnosis": _text(outcome.diagnosis),
        "carried_forward": bool(outcome.carried_forward),
        "earned": _number_or_null(outcome.earned),
        "location": None if outcome.location is None else _location(outcome.location),
        "evidence": _evidence(outcome.evidence),
        "seconds": _number(check.seconds),
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    return {
        "index": None if evidence.index is None else [int(axis) for axis in evidence.index],
        "got": None if evidence.got is None else _text(evidence.got),
        "expected": None if evidence.expected is None else _text(evidence.expected),
        "wrong": None if evidence.wrong is None else int(evidence.wrong),
        "count": None if evidence.count is None else int(evidence.count),
        "inputs": _text(evidence.inputs),
        "notes": _texts(evidence.notes),
        "traceback": _texts(evidence.traceback),
        "samples": [
            {**_location(location), "times": int(times)} for location, times in evidence.samples
        ],
        "excerpt": [
            {"number": int(line.number), "text": _text(line.text), "marked": bool(line.marked)}
            for line in evidence.excerpt
        ],
        "measure": _text(evidence.measure),
        "builds_on": _texts(evidence.builds_on),
        "answer": _text(evidence.answer),
        "mistake": _text(evidence.mistake),
        "explanation": _text(evidence.explanation),
        "certainty": str(evidence.certainty),
        "counterexample": _text(evidence.counterexample),
        "error_map": None if evidence.error_map is None else _error_map(evidence.error_map),
        "curves": [
            {
                "name": _text(curve.name),
                "unit": _text(curve.unit),
                "steps": [_number(step) for step in curve.steps],
                "values": [_number(value) for value in curve.values],
            }
            for curve in evidence.curves
        ],
    }


def _error_map(error_map: ErrorMap) -> dict[str, Any]:
    return {
        "shape": [int(length) for length in error_map.shape],
        "rows": _texts(error_map.rows),
        "down": _text(error_map.down),
        "across": _text(error_map.across),
    }


def _disclosure(disclosure: Disclosure) -> dict[str, Any]:
    return {
        "before": str(disclosure.before),
        "after": str(disclosure.after),
        "due": _text(disclosure.due) or None,
    }


def _location(location: Location) -> dict[str, Any]:
    return {"file": _text(location.file), "line": int(location.line)}


def _text(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")


def _texts(texts: tuple[str, ...]) -> list[str]:
    return [_text(text) for text in texts]


def _number(value: float) -> float:
    """Return a plain float, or a plain int where the value is whole: NumPy scalars are not JSON."""
    number = float(value)
    return int(number) if number.is_integer() else number


def _error(value: float | None) -> float | str | None:
    """Return an error as JSON can hold it."""
    return value if value is None else _number(value) if math.isfinite(value) else INFINITE


def _number_or_null(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else _number(value)

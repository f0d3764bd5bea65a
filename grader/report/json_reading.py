"""Reads a report back from its JSON, so that it can be rendered again in another format."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any, TypeVar

from grader.model import (
    SCHEMA_VERSION,
    AssignmentInfo,
    Audience,
    Certainty,
    CheckResult,
    Curve,
    ErrorMap,
    Evidence,
    GraderInfo,
    Kind,
    Location,
    Outcome,
    QuestionScore,
    Report,
    SourceLine,
    SourceText,
    Status,
    SubmissionInfo,
)
from grader.report.json_report import INFINITE
from grader.settings import Detail, Disclosure, Visibility, check_moment

_T = TypeVar("_T")
_NEXT_STEP = "grade the submission again"
_MOST_CHECKS = 5000
"""Many times those of all assignments together; each is compared with each."""
_LARGEST = 1e9
"""More points or seconds than there are; of larger ones neither sums nor shares are numbers."""


def report_from_json(text: str) -> Report:
    """Return the report that :func:`grader.report.json_report.render` wrote as `text`.

    Parameters
    ----------
    text : str
        A JSON report of schema version 2.

    Returns
    -------
    Report
        As it was.

    Raises
    ------
    ValueError
        If `text` is not JSON, not a report, or of another schema version.
    """
    try:
        document = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise ValueError(
            f"this is not a JSON report: {error}; grade the submission again"
        ) from None
    version = document.get("schema_version") if isinstance(document, dict) else None
    if version != SCHEMA_VERSION or isinstance(version, bool):
        raise ValueError(
            f"the report's schema_version is {version!r}, expected {SCHEMA_VERSION}: "
            f"read it with the version of the grader that wrote it, or {_NEXT_STEP}"
        )
    try:
        return _report(document)
    except KeyError as error:
        raise ValueError(
            f"the report lacks the field {error}; grade the submission again"
        ) from None
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"the report is damaged: {error}; {_NEXT_STEP}") from None


def _report(document: dict[str, Any]) -> Report:
    submission, grader = document["submission"], document["grader"]
    return Report(
        assignments=_each(document["assignments"], _assignment),
        submission=SubmissionInfo(
            name=_text(submission["name"]),
            digest=_text(submission["digest"]),
            edition=_text(submission["edition"]),
            files=_each(submission["files"], _text),
        ),
        grader=GraderInfo(
            version=_text(grader["version"]),
            python=_text(grader["python"]),
            numpy=_text(grader["numpy"]),
            isolation=_text(grader["isolation"]),
            seed=_whole(grader["seed"]),
        ),
        questions=_each(document["questions"], _question),
        checks=_checks(document["checks"]),
        score=_amount(document["score"]),
        max_score=_amount(document["max_score"]),
        pending=_amount(document["pending"]),
        needs_regrade=_flag(document["needs_regrade"]),
        seconds=_amount(document["seconds"]),
        warnings=_each(document["warnings"], _text),
        missing=_each(document["missing"], _text),
        sources=_each(document["sources"], _source),
        audience=Audience(document["audience"]),
    )


def _assignment(row: dict[str, Any]) -> AssignmentInfo:
    return AssignmentInfo(
        name=_text(row["name"]),
        title=_text(row["title"]),
        edition=_text(row["edition"]),
        digest=_text(row["digest"]),
        score=_amount(row["score"]),
        max_score=_amount(row["max_score"]),
        pending=_amount(row["pending"]),
    )


def _question(row: dict[str, Any]) -> QuestionScore:
    return QuestionScore(
        id=_text(row["id"]),
        title=_text(row["title"]),
        score=_amount(row["score"]),
        max_score=_amount(row["max_score"]),
        pending=_amount(row["pending"]),
    )


def _checks(rows: object) -> tuple[CheckResult, ...]:
    if isinstance(rows, list) and len(rows) > _MOST_CHECKS:
        raise ValueError(f"expected at most {_MOST_CHECKS} checks, got {len(rows)}")
    return _each(rows, _check)


def _check(row: dict[str, Any]) -> CheckResult:
    return CheckResult(
        id=_text(row["id"]),
        question=_text(row["question"]),
        kind=Kind(row["kind"]),
        targets=_each(row["targets"], _text),
        outcome=Outcome(
            status=Status(row["status"]),
            message=_text(row["message"]),
            error=_unless_null(row["error"], _error),
            tolerance=_unless_null(row["tolerance"], _number),
            hint=_text(row["hint"]),
            diagnosis=_text(row["diagnosis"]),
            carried_forward=_flag(row["carried_forward"]),
            earned=_unless_null(row["earned"], _number),
            location=_unless_null(row["location"], _location),
            evidence=_evidence(row["evidence"]),
        ),
        score=_amount(row["score"]),
        max_score=_amount(row["max_score"]),
        visibility=Visibility(row["visibility"]),
        seconds=_amount(row["seconds"]),
        disclosure=_disclosure(row["disclosure"]),
        told=Detail(row["detail"]),
    )


def _disclosure(row: dict[str, Any]) -> Disclosure:
    due = _unless_null(row["due"], _text) or ""
    if due:
        check_moment(due)
    return Disclosure(Detail(row["before"]), Detail(row["after"]), due)


def _source(row: dict[str, Any]) -> SourceText:
    return SourceText(_text(row["file"]), _whole(row["first"]), _each(row["lines"], _text))


def _evidence(row: dict[str, Any]) -> Evidence:
    return Evidence(
        index=_unless_null(row["index"], lambda index: _each(index, _whole)),
        got=_unless_null(row["got"], _text),
        expected=_unless_null(row["expected"], _text),
        wrong=_unless_null(row["wrong"], _whole),
        count=_unless_null(row["count"], _whole),
        inputs=_text(row["inputs"]),
        notes=_each(row["notes"], _text),
        traceback=_each(row["traceback"], _text),
        samples=_each(row["samples"], lambda seen: (_location(seen), _whole(seen["times"]))),
        excerpt=_each(
            row["excerpt"],
            lambda line: SourceLine(
                _whole(line["number"]), _text(line["text"]), _flag(line["marked"])
            ),
        ),
        measure=_text(row["measure"]),
        builds_on=_each(row["builds_on"], _text),
        answer=_text(row["answer"]),
        mistake=_text(row["mistake"]),
        explanation=_text(row["explanation"]),
        certainty=Certainty(row["certainty"]),
        counterexample=_text(row["counterexample"]),
        error_map=_unless_null(row["error_map"], _error_map),
        curves=_each(row["curves"], _curve),
    )


def _error_map(row: dict[str, Any]) -> ErrorMap:
    return ErrorMap(
        _each(row["shape"], _whole),
        _each(row["rows"], _text),
        _text(row["down"]),
        _text(row["across"]),
    )


def _curve(row: dict[str, Any]) -> Curve:
    steps, values = _each(row["steps"], _number), _each(row["values"], _number)
    if len(steps) != len(values):
        raise ValueError(f"a curve has {len(steps)} steps and {len(values)} values")
    return Curve(_text(row["name"]), _text(row["unit"]), steps, values)


def _location(row: dict[str, Any]) -> Location:
    return Location(_text(row["file"]), _whole(row["line"]))


def _each(values: object, read: Callable[[Any], _T]) -> tuple[_T, ...]:
    if not isinstance(values, list):
        raise TypeError(f"expected a list, got {values!r:.80}")
    return tuple(map(read, values))


def _unless_null(value: object, read: Callable[[Any], _T]) -> _T | None:
    return None if value is None else read(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected text, got {value!r:.80}")
    return value


def _error(value: object) -> float:
    return math.inf if value == INFINITE else _number(value)


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"expected true or false, got {value!r:.80}")
    return value


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"expected a whole number, got {value!r:.80}")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"expected a number, got {value!r:.80}")
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"expected a finite number, got {number}")
    return number


def _amount(value: object) -> float:
    """Return points or seconds."""
    number = _number(value)
    if abs(number) > _LARGEST:
        raise ValueError(f"expected points or seconds, got {number:g}")
    return number


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")

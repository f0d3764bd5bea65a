from __future__ import annotations

import json
import math
from dataclasses import replace
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import jsonschema
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.model import (
    AssignmentInfo,
    CheckResult,
    Curve,
    ErrorMap,
    Evidence,
    Kind,
    Location,
    Outcome,
    Report,
    SourceLine,
    SourceText,
    Status,
)
from grader.report.json_reading import report_from_json
from grader.report.json_report import render
from grader.report.visibility import shown
from grader.settings import Detail, Disclosure, Visibility

if TYPE_CHECKING:
    from collections.abc import Callable

SCHEMA: dict[str, Any] = json.loads(
    files("grader.report").joinpath("report.schema.json").read_text("utf-8")
)

# The names are those that the first version of the format promises.
PROMISED = (
    "schema_version assignment submission grader score max_score percent needs_regrade seconds "
    "warnings missing questions checks"
)
PROMISED_OF_A_CHECK = (
    "id question kind targets status score max_score visibility error tolerance message hint "
    "diagnosis carried_forward location seconds"
)


def validate(document: object) -> None:
    """Raise if `document` does not follow the published schema."""
    jsonschema.Draft202012Validator(SCHEMA).validate(document)


def only_check(report: Report, check: CheckResult) -> Report:
    """Return `report` with one check."""
    return replace(report, checks=(check,))


def test_the_schema_is_a_schema() -> None:
    """The published file is valid JSON Schema, draft 2020-12."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_a_report_follows_the_schema(report: Report) -> None:
    """A report with every status is valid, and holds every promised field."""
    document = json.loads(render(report))
    validate(document)
    assert set(PROMISED.split()) <= set(document)
    assert set(PROMISED_OF_A_CHECK.split()) <= set(document["checks"][0])
    assert document["schema_version"] == 2


def test_the_schema_names_every_choice() -> None:
    """The schema's statuses, kinds and visibilities are those of the model."""
    properties = SCHEMA["$defs"]["check"]["properties"]
    assert set(properties["status"]["enum"]) == set(Status)
    assert set(properties["kind"]["enum"]) == set(Kind)
    assert set(properties["visibility"]["enum"]) == set(Visibility)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda document: document.pop("score"),
        lambda document: document.update(surprise=1),
        lambda document: document["checks"][0].update(status="great"),
        lambda document: document["checks"][0].update(location={"file": "x.py"}),
        lambda document: document["checks"][0]["evidence"].update(secret=1),
        lambda document: document.update(schema_version=1),
    ],
)
def test_the_schema_refuses_what_is_not_a_report(
    report: Report, spoil: Callable[[dict[str, Any]], object]
) -> None:
    """A field too few, too many or of another kind is not valid."""
    document = json.loads(render(report))
    spoil(document)
    with pytest.raises(jsonschema.ValidationError):
        validate(document)


def test_a_report_comes_back_as_it_was(report: Report) -> None:
    """Reading what was written gives the same report, but for what was not to be shown."""
    assert report_from_json(render(report)) == shown(report)


text = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
numbers = st.floats(0, 1e9)
locations = st.builds(Location, text, st.integers(1, 10**6))
evidences = st.builds(
    Evidence,
    index=st.none() | st.lists(st.integers(0, 99), max_size=3).map(tuple),
    got=st.none() | text,
    expected=st.none() | text,
    wrong=st.none() | st.integers(0, 99),
    count=st.none() | st.integers(0, 99),
    inputs=text,
    notes=st.lists(text, max_size=2).map(tuple),
    traceback=st.lists(text, max_size=2).map(tuple),
    samples=st.lists(st.tuples(locations, st.integers(1, 9)), max_size=2).map(tuple),
    excerpt=st.lists(st.builds(SourceLine, st.integers(1, 99), text, st.booleans())).map(tuple),
    builds_on=st.lists(text, max_size=2).map(tuple),
    answer=text,
    counterexample=text,
    error_map=st.none()
    | st.builds(
        ErrorMap,
        st.lists(st.integers(0, 99), max_size=4).map(tuple),
        st.lists(st.text("0123456789", max_size=4), max_size=3).map(tuple),
        text,
        text,
    ),
    curves=st.lists(
        st.builds(
            lambda name, unit, points: Curve(
                name, unit, tuple(x for x, _ in points), tuple(y for _, y in points)
            ),
            text,
            text,
            st.lists(st.tuples(numbers, numbers), max_size=3),
        ),
        max_size=2,
    ).map(tuple),
)
moments = st.sampled_from(["", "2026-12-01T23:59-08:00", "2030-01-01T00:00:00+00:00"])
checks = st.builds(
    CheckResult,
    id=text.filter(bool),
    question=text,
    kind=st.sampled_from(Kind),
    targets=st.lists(text, max_size=2).map(tuple),
    outcome=st.builds(
        Outcome,
        status=st.sampled_from(Status),
        message=text,
        error=st.none() | numbers,
        tolerance=st.none() | numbers,
        hint=text,
        diagnosis=text,
        carried_forward=st.booleans(),
        earned=st.none() | st.floats(0, 1),
        location=st.none() | locations,
        evidence=evidences,
    ),
    score=numbers,
    max_score=numbers,
    visibility=st.just(Visibility.PUBLIC),
    seconds=numbers,
    disclosure=st.builds(Disclosure, st.just(Detail.FULL), st.just(Detail.FULL), moments),
)


quoted = st.builds(SourceText, text, st.integers(1, 10**6), st.lists(text, max_size=3).map(tuple))


@given(check=checks, sources=st.lists(quoted, max_size=2).map(tuple))
def test_any_check_comes_back_as_it_was(
    check: CheckResult, sources: tuple[SourceText, ...]
) -> None:
    """Whatever a check says and code holds, what is written is valid and reads back the same."""
    report = replace(_EMPTY, checks=(check,), sources=sources)
    written = render(report)
    validate(json.loads(written))
    assert report_from_json(written) == report


_EMPTY = report_from_json(
    json.dumps(
        {
            "schema_version": 2,
            "audience": "student",
            "assignments": [],
            "submission": {"name": "", "digest": "", "edition": "", "files": []},
            "grader": {"version": "", "python": "", "numpy": "", "isolation": "", "seed": 0},
            "questions": [],
            "checks": [],
            "score": 0,
            "max_score": 0,
            "pending": 0,
            "needs_regrade": False,
            "seconds": 0,
            "warnings": [],
            "missing": [],
            "sources": [],
        }
    )
)


@pytest.mark.parametrize("error", [math.inf, math.nan, np.float64("nan")])
def test_an_error_that_json_cannot_hold_is_a_word(report: Report, error: float) -> None:
    """Infinite and undefined errors come back as infinite, and the document is strict JSON."""
    first = report.checks[2]
    broken = replace(first, outcome=replace(first.outcome, error=error))
    written = render(only_check(report, broken))
    assert "NaN" not in written
    assert "Infinity" not in written
    document = json.loads(written)
    validate(document)
    assert document["checks"][0]["error"] == "infinite"
    (read,) = report_from_json(written).checks
    assert read.outcome.error == math.inf


def test_numpy_scalars_are_written_as_numbers(report: Report) -> None:
    """Scores, errors and indices may be NumPy's."""
    first = report.checks[2]
    evidence = replace(first.outcome.evidence, index=(np.int64(2),), wrong=np.int32(3))
    outcome = replace(first.outcome, error=np.float32(0.5), evidence=evidence)
    document = json.loads(
        render(only_check(report, replace(first, outcome=outcome, score=np.float64(1.5))))
    )
    (check,) = document["checks"]
    assert (check["error"], check["score"], check["evidence"]["index"]) == (0.5, 1.5, [2])


def test_lone_surrogates_do_not_break_writing(report: Report) -> None:
    """A file name in no encoding is written out, and the text is valid UTF-8 and strict JSON."""
    broken = replace(report, submission=replace(report.submission, files=("\udcff.py",)))
    written = render(broken)
    written.encode("utf-8")
    assert json.loads(written)["submission"]["files"] == ["\\udcff.py"]


def test_student_text_cannot_reach_a_terminal(report: Report) -> None:
    """Printed as it is, the JSON holds nothing but ASCII without controls."""
    first = report.checks[2]
    hostile = replace(first, outcome=replace(first.outcome, message="\x1b[2J\u202e\x9b\x7f"))
    written = render(only_check(report, hostile))
    assert all(character == "\n" or " " <= character <= "\x7f" for character in written)


def test_what_is_hidden_is_not_written(report: Report) -> None:
    """A check that is not public keeps its verdict and loses values, inputs and notes."""
    (hidden,) = [
        check for check in json.loads(render(report))["checks"] if check["visibility"] == "hidden"
    ]
    assert hidden["status"] == "failed"
    assert hidden["evidence"]["excerpt"]
    for field in ("index", "got", "expected", "inputs", "notes", "traceback"):
        assert not hidden["evidence"][field]


def test_what_a_hidden_check_builds_on_is_written(report: Report) -> None:
    """Which function is to be mended first gives no hidden value away."""
    evidence = Evidence(got="0.123", builds_on=("affine_backward",))
    outcome = Outcome(Status.FAILED, "It is wrong.", evidence=evidence)
    hidden = replace(report.checks[0], outcome=outcome, visibility=Visibility.HIDDEN)
    written = json.loads(render(only_check(report, hidden)))["checks"][0]["evidence"]
    assert written["builds_on"] == ["affine_backward"]
    assert written["got"] is None


def test_the_text_of_a_hidden_exception_is_not_written(report: Report) -> None:
    """An exception may repeat the hidden inputs, so only the fact that it was raised is told."""
    outcome = Outcome(Status.ERRORED, "ValueError: [[0.123]]")
    hidden = replace(report.checks[0], outcome=outcome, visibility=Visibility.AFTER_DUE)
    assert "0.123" not in render(only_check(report, hidden))


def test_several_assignments_are_joined(report: Report) -> None:
    """The names of assignments graded together are joined with a plus, the subtotals listed."""
    second = AssignmentInfo("softmax", "Softmax", "cs231n", "c" * 64, 3.0, 4.0)
    document = json.loads(render(replace(report, assignments=(*report.assignments, second))))
    validate(document)
    assert document["assignment"]["name"] == "fully_connected+softmax"
    assert document["assignment"]["edition"] == "cs231n"
    assert [row["score"] for row in document["assignments"]] == [10, 3]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{", "not a JSON report"),
        ("[" * 100_000, "not a JSON report"),
        ('{"schema_version": NaN}', "not a JSON report"),
        ("[]", "schema_version is None, expected 2"),
        ('{"schema_version": 7}', "schema_version is 7, expected 2"),
        ('{"schema_version": true}', "schema_version is True, expected 2"),
        ('{"schema_version": 2}', "lacks the field 'submission'"),
        (
            '{"schema_version": 2, "assignments": [], "submission": 3, "grader": 3}',
            "the report is damaged",
        ),
    ],
)
def test_what_is_not_a_report_is_one_clear_error(text: str, expected: str) -> None:
    """Anything else than a report of this version is refused in one line with the next step."""
    with pytest.raises(ValueError, match=r"again$") as caught:
        report_from_json(text)
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", 3),
        ("score", "2"),
        ("score", 1e999),
        ("max_score", 1e308),
        ("seconds", -1e18),
        ("carried_forward", 0),
        ("targets", "layers:f"),
        ("location", {"file": "x", "line": True}),
        ("status", "great"),
    ],
)
def test_fields_of_another_type_are_refused(report: Report, field: str, value: object) -> None:
    """No field is taken for what it is not."""
    document = json.loads(render(report))
    document["checks"][0][field] = value
    text = json.dumps(document).replace("Infinity", "1e999")
    with pytest.raises(ValueError, match="the report is damaged"):
        report_from_json(text)


def test_more_checks_than_there_can_be_are_refused(report: Report) -> None:
    """Telling which of them are one cause would take for ever."""
    document = json.loads(render(report))
    document["checks"] = document["checks"][:1] * 5001
    with pytest.raises(ValueError, match="expected at most 5000 checks"):
        report_from_json(json.dumps(document))

"""What holds for every registered format, whatever students write."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.model import (
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
from grader.report.registry import format_names, renderer
from grader.report.visibility import Reader
from grader.settings import Disclosure, Visibility

Readers = Mapping[str, Callable[[str], Any]]

INSTRUCTOR = Reader(Audience.INSTRUCTOR)
QUOTED = (Status.FAILED, Status.ERRORED, Status.TIMED_OUT, Status.CRASHED)
BIDIRECTIONAL = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
KEPT_BACK = "K3PT1NPUT"
KEPT_BACK_SECONDS = 98765.4321


def make_evidence(text: str) -> Evidence:
    """Return evidence with `text` in every field that holds any."""
    return Evidence(
        index=(0, 1),
        got=text,
        expected=text,
        wrong=3,
        count=12,
        inputs=text,
        notes=(text, text),
        traceback=(text, f"    {text}"),
        samples=((Location(text, 7), 2),),
        excerpt=(SourceLine(1, text), SourceLine(2, text, marked=True)),
        measure=text,
        builds_on=(text,),
        answer=text,
        mistake=text,
        explanation=text,
        certainty=Certainty.LIKELY,
        counterexample=f"{text}\n{text}",
        error_map=ErrorMap((2, 2), ("09", "10"), text, text),
        curves=(Curve(text, text, (1.0, 2.0), (0.5, 0.25)),),
    )


def make_check(status: Status, visibility: Visibility, name: str, text: str) -> CheckResult:
    """Return a check called `name` in whose outcome `text` is wherever text can be."""
    evidence = make_evidence(text)
    if visibility is not Visibility.PUBLIC:  # students may see their own lines
        evidence = replace(evidence, excerpt=(SourceLine(2, "x = 1", marked=True),))
    evidence = replace(evidence, builds_on=("own",) if name == "follows" else ())
    outcome = Outcome(
        status,
        text,
        error=0.5,
        tolerance=1e-7,
        hint=text,
        diagnosis=text,
        carried_forward=status is Status.PASSED,
        location=Location(f"{name}.py", 2),
        evidence=evidence,
    )
    score = 1.5 if status is Status.PASSED else 0.0
    return CheckResult(
        id=f"{name}.{status}.{visibility}.part",
        question="affine",
        kind=Kind.VALUE,
        targets=(f"layers:{name}",),
        outcome=outcome,
        score=score,
        max_score=1.5,
        visibility=visibility,
        seconds=KEPT_BACK_SECONDS if visibility is Visibility.HIDDEN else 0.25,
    )


def make_report(public: str, hidden: str) -> Report:
    """Return a report with a check of every status, and hidden ones that quote `hidden`."""
    checks = (
        *(make_check(status, Visibility.PUBLIC, "own", public) for status in Status),
        *(make_check(status, Visibility.PUBLIC, "follows", public) for status in QUOTED),
        *(make_check(status, Visibility.HIDDEN, "own_hidden", hidden) for status in QUOTED),
        *(make_check(status, Visibility.AFTER_DUE, "late", hidden) for status in QUOTED),
    )
    score, most = sum(check.score for check in checks), sum(check.max_score for check in checks)
    return Report(
        assignments=(AssignmentInfo("one", "One", "cs231n", "a" * 64, score, most, 1.5),),
        submission=SubmissionInfo("work.zip", "b" * 64, "cs231n", ("own.py",)),
        grader=GraderInfo("0.1.0", "3.11.7", "2.4.6", "strict", 0),
        questions=(QuestionScore("affine", "Affine", score, most, 1.5),),
        checks=checks,
        score=score,
        max_score=most,
        pending=1.5,
        needs_regrade=True,
        seconds=12.5,
        warnings=("Note this.",),
        missing=("layers:other",),
        sources=(SourceText("own.py", 1, ("def own():", "    return 1")),),
    )


def fill(value: Any, text: str) -> Any:
    """Return `value` with `text` in the place of every text within, except what is no text."""
    if type(value) is str:
        return text
    if isinstance(value, tuple):
        return tuple(fill(each, text) for each in value)
    if is_dataclass(value) and not isinstance(value, Disclosure | type):
        return replace(value, **{f.name: fill(getattr(value, f.name), text) for f in fields(value)})
    return value


NASTY = (
    "",
    " ",
    "</script><script>alert(1)</script><!--",
    "]]> <![CDATA[ &lol; <!ENTITY x '1'> <?xml?>",
    "```\n# out\n~~~~ `x` | a | b\n---",
    "[a](javascript:alert) ![b](http://x/y.png) <http://x> https://x/y www.x.y @all #1 :smile:",
    "1. one\n- two\n\n    code\n> quote\n<details>",
    "\n::error file=x::y\n ::add-mask::z",
    "%0A::warning::a ##[group]b ##vso[task.setvariable]c",
    "::stop-commands::0",
    '=HYPERLINK("http://x"),"b"\r\n+1,-2',
    "\t@SUM(1)\r\n|cmd",
    "\x00\x1b[2J\x07\x9b2J\x7f\x85\u2028\ufffe\uffff",
    "\ud800 \udcff",
    "\u202e\u05e9\u05dc\u05d5\u05dd\u2066 \u0645\u0631\u062d\u0628\u0627",
    "👩‍👩‍👧 数字 a" + "\u0301" * 30,
    "{{ 7 * 7 }} {% raw %} {# x #} ${x} %s {0}",
    "a.b/c:d·e'f\"g\\",
    "x" * 1000,
)
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=40) | st.sampled_from(NASTY)


def check_text(name: str, text: str) -> None:
    """Fail if a report holds what a terminal, a browser or a CI log would act on."""
    text.encode("utf-8")
    assert text.endswith("\n")
    allowed = "\n\r" if name == "csv" else "\n"
    found = {c for c in text if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")} - set(allowed)
    assert not found
    assert not BIDIRECTIONAL & set(text)
    assert "##[" not in text
    assert "##vso[" not in text
    if name != "github":  # whose commands its own reader counts
        assert not [line for line in text.split("\n") if line.lstrip().startswith("::")]


@pytest.mark.parametrize("name", format_names())
@settings(
    deadline=None,
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(text=ANY_TEXT)
def test_any_text_is_only_text(name: str, read: Readers, text: str) -> None:
    """With any text in every field a format renders, is read back, and commands nothing."""
    base = make_report("It is wrong.", "It is wrong.")
    for report in (fill(base, text), make_report(text, text)):
        written = renderer(name)(report, INSTRUCTOR)
        check_text(name, written)
        read[name](renderer(name)(report))


@pytest.mark.parametrize("name", format_names())
@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_nasty_text_is_only_text(name: str, read: Readers, text: str) -> None:
    """What is known to break a format breaks none, for students and for instructors."""
    for report, reader in (
        (fill(make_report("", ""), text), Reader()),
        (make_report(f"a{text}", text), INSTRUCTOR),
    ):
        check_text(name, renderer(name)(report, reader))
    read[name](renderer(name)(report))


@pytest.mark.parametrize("name", format_names())
def test_nothing_hidden_is_told(name: str) -> None:
    """No text, size or time of a hidden check is in what students get; instructors have it."""
    report = make_report("public", KEPT_BACK)
    told = renderer(name)(report)
    assert KEPT_BACK not in told
    assert "98765" not in told
    assert re.search("own_hidden|own\\\\_hidden", told) or name == "github"
    assert KEPT_BACK in renderer(name)(report, INSTRUCTOR)


@pytest.mark.parametrize("name", format_names())
def test_ten_megabytes_are_cut(name: str, read: Readers) -> None:
    """What code prints without end is cut in every format but JSON, which has all of it."""
    printed = "\x1b[2J::error::x\n" * 700_000
    base = make_report("It is wrong.", "")
    check = base.checks[list(Status).index(Status.ERRORED)]
    evidence = replace(
        check.outcome.evidence, got=printed, traceback=(printed,), counterexample=printed
    )
    outcome = replace(check.outcome, message=printed, evidence=evidence)
    written = renderer(name)(replace(base, checks=(replace(check, outcome=outcome),)))
    if name == "json":
        assert len(written) > 10_000_000
        return
    check_text(name, written)
    read[name](written)
    assert len(written) < 1_000_000


@pytest.mark.parametrize("name", format_names())
def test_an_empty_report_renders(name: str, read: Readers) -> None:
    """Nothing was graded, and that is a report too."""
    report = replace(
        make_report("", ""), checks=(), questions=(), assignments=(), score=0.0, max_score=0.0
    )
    written = renderer(name)(report)
    check_text(name, written)
    read[name](written)


@pytest.mark.parametrize("name", format_names())
def test_rendering_changes_nothing(name: str) -> None:
    """The same report gives the same text, whenever it is rendered."""
    report = make_report("text", "text")
    assert renderer(name)(report) == renderer(name)(report)

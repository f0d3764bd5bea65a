from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import junitparser
import pytest
import xmlschema

from grader.model import QuestionScore
from grader.report.junit import render

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from grader.model import Report

    Readers = Mapping[str, Callable[[str], Any]]


def test_suites_are_questions_and_cases_are_checks(report: Report, read: Readers) -> None:
    """The file follows its schema, and another program reads all verdicts back."""
    suites = read["junit"](render(report))
    (suite,) = suites
    assert suite.name == "Affine layer"
    assert {each.name: each.value for each in suite.properties()} == {
        "question": "affine",
        "score": "10",
        "max_score": "35",
        "pending": "0",
    }
    assert [case.name for case in suite] == [check.id for check in report.checks]
    assert {case.classname for case in suite} == {"fully_connected.affine"}


def test_verdicts_are_failures_errors_and_skips(report: Report, read: Readers) -> None:
    """What is wrong fails, what broke is an error, what was not judged is skipped."""
    (suite,) = read["junit"](render(report))
    found = {case.name: [type(each).__name__ for each in case.result] for case in suite}
    assert found == {
        "affine_forward.out": [],
        "affine_backward.dx": [],
        "affine_backward.dw": ["Failure"],
        "relu_forward.out": ["Error"],
        "relu_forward.purity": ["Error"],
        "conv_backward_naive.dw": ["Error"],
        "adam.next_w": ["Failure"],
        "sgd.next_w": ["Error"],
        "svm_loss.loss": ["Skipped"],
        "essay.text": ["Skipped"],
        "softmax_loss.dx": ["Error"],
        "TwoLayerNet.loss": [],
        "affine_forward.secret": ["Failure"],
    }
    types = {case.name: each.type for case in suite for each in case.result}
    assert types["conv_backward_naive.dw"] == "timed_out"
    assert types["softmax_loss.dx"] == "grader_error"


def test_a_failure_says_what_the_terminal_says(report: Report, read: Readers) -> None:
    """Values, place, code and hint are in its text, its sentence is its message."""
    (suite,) = read["junit"](render(report))
    (failure,) = next(case for case in suite if case.name == "affine_backward.dw").result
    assert failure.message == "Every entry of dw is 0.1000 of what it should be (30 of 30)."
    for said in (
        "0 of 2 points",
        "cs231n/layers.py:71",
        "dw[0,0]   yours -0.237343    expected -2.373429",
        "> 71 |     dw = x.reshape(N, -1).T.dot(dout) / N",
        "Think: which function averages",
    ):
        assert said in failure.text


def test_the_seconds_of_a_check_are_counted_once(report: Report, read: Readers) -> None:
    """The first part of a check has its seconds, so that they add up."""
    (suite,) = read["junit"](render(report))
    seconds = {case.name: case.time for case in suite}
    assert (seconds["affine_backward.dx"], seconds["affine_backward.dw"]) == (0.25, 0)
    assert suite.time == pytest.approx(sum(seconds.values()))


def test_a_check_of_no_listed_question_is_not_lost(report: Report, read: Readers) -> None:
    """Questions that the report does not list have suites of their own."""
    stray = replace(report.checks[0], question="stray")
    empty = QuestionScore("empty", "Nothing to check", 0.0, 0.0)
    suites = read["junit"](
        render(
            replace(report, checks=(*report.checks, stray), questions=(*report.questions, empty))
        )
    )
    assert [(suite.name, suite.tests) for suite in suites] == [
        ("Affine layer", 13),
        ("Nothing to check", 0),
        ("stray", 1),
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [('tests="13"', 'tests="many"'), ("</testsuites>", "<x/></testsuites>"), ('name="', 'nam="')],
)
def test_the_schema_refuses_what_is_no_junit(
    report: Report, read: Readers, before: str, after: str
) -> None:
    """Other counts, tags and attributes do not pass."""
    with pytest.raises(xmlschema.XMLSchemaValidationError):
        read["junit"](render(report).replace(before, after))


def test_the_reader_counts_for_itself(report: Report, read: Readers) -> None:
    """A count that is not that of the cases does not pass."""
    with pytest.raises(AssertionError):
        read["junit"](render(report).replace('skipped="2"', 'skipped="1"'))


def test_other_encodings_of_this_machine_do_not_matter(report: Report) -> None:
    """The file says that it is UTF-8, and read from bytes it is."""
    named = replace(report.questions[0], title="Größe 数")
    written = render(replace(report, questions=(named,)))
    assert written.startswith('<?xml version="1.0" encoding="UTF-8"?>\n')
    (suite,) = junitparser.JUnitXml.fromstring(written.encode("utf-8"))
    assert suite.name == "Größe 数"

from __future__ import annotations

import io
import json
import unittest
from typing import TYPE_CHECKING, Any

import pytest
from gradescope_utils.autograder_utils.decorators import number, tags, visibility, weight
from gradescope_utils.autograder_utils.json_test_runner import JSONTestRunner

from grader.model import Audience
from grader.report.gradescope import render
from grader.report.visibility import Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from grader.model import Report

    Readers = Mapping[str, Callable[[str], Any]]


def test_the_results_are_what_gradescope_documents(report: Report, read: Readers) -> None:
    """They follow the schema, their scores add up, and no test is hidden."""
    results = read["gradescope"](render(report))
    assert results["score"] == report.score
    assert results["stdout_visibility"] == "hidden"
    assert results["execution_time"] <= report.seconds + 13 * 0.25
    assert [test["extra_data"]["id"] for test in results["tests"]] == [c.id for c in report.checks]
    assert [test["number"] for test in results["tests"]][:3] == ["1.1", "1.2", "1.3"]


def run_theirs() -> dict[str, Any]:
    """Return the results of two tests as instructors write them with Gradescope's own package."""

    class Graded(unittest.TestCase):
        """Two tests as instructors write them with Gradescope's own package."""

        @weight(2)
        @number("1.1")
        @tags("value")
        @visibility("visible")
        def test_right(self) -> None:
            """It is right."""

        @weight(1)
        @number("1.2")
        @tags("value")
        @visibility("visible")
        def test_wrong(self) -> None:
            """It is wrong."""
            raise AssertionError("yours 1, expected 2")

    stream = io.StringIO()
    suite = unittest.defaultTestLoader.loadTestsFromTestCase(Graded)
    JSONTestRunner(stream=stream, visibility="visible", stdout_visibility="hidden").run(suite)
    results = json.loads(stream.getvalue())
    # An empty leaderboard is none, and their seconds are a text, which is not what they document.
    results.pop("leaderboard")
    return {**results, "execution_time": float(results["execution_time"])}


def test_the_fields_are_those_of_gradescopes_own_package(report: Report, read: Readers) -> None:
    """Whatever its runner writes of a test is written here, with values of the same types."""
    theirs, ours = run_theirs(), json.loads(render(report))
    texts = [{**test, "output_format": "text"} for test in theirs["tests"]]
    read["gradescope"](json.dumps({**theirs, "output_format": "text", "tests": texts}))
    assert set(theirs) <= set(ours)
    failed = next(test for test in ours["tests"] if test.get("status") == "failed")
    for test in theirs["tests"]:
        assert set(test) <= set(failed)
        numbers = (int, float)
        for field, value in test.items():
            kind = numbers if isinstance(value, numbers) else type(value)
            assert isinstance(failed[field], kind)


def test_what_waits_for_a_person_has_no_score(report: Report) -> None:
    """It is neither passed nor failed, so that it is given in Gradescope."""
    tests = {t["extra_data"]["id"]: t for t in json.loads(render(report))["tests"]}
    assert not {"score", "max_score", "status"} & set(tests["essay.text"])
    assert "No answer was found." in tests["essay.text"]["output"]


def test_names_say_what_passed_and_failed_do_not(report: Report) -> None:
    """A test that ran too long is called so."""
    names = [test["name"] for test in json.loads(render(report))["tests"]]
    assert "affine_backward.dw" in names
    assert "conv_backward_naive.dw (TIMEOUT)" in names


def test_hidden_checks_are_visible_and_tell_nothing(report: Report) -> None:
    """The verdict and the place are there, values and inputs are in no field."""
    (hidden,) = [
        test
        for test in json.loads(render(report))["tests"]
        if test["extra_data"]["visibility"] == "hidden"
    ]
    assert (hidden["status"], hidden["visibility"]) == ("failed", "visible")
    assert "This check is not public" in hidden["output"]
    for secret in ("-2.373429", "-0.237343", "x (10,2,3)", "0.1000"):
        assert secret not in json.dumps(hidden)
    assert "-2.373429" in json.dumps(json.loads(render(report, Reader(Audience.INSTRUCTOR))))


def test_the_whole_says_what_to_mend_first(report: Report) -> None:
    """The text above all tests begins with the score and has no command for a shell."""
    output = json.loads(render(report))["output"]
    assert output.startswith("10 of 35 points, 28.6 %")
    assert "Fix these first" in output
    assert "isolation: strict" in output
    assert "grade submission.zip" not in output


@pytest.mark.parametrize("spoil", [{"score": -1}, {"visibility": "all"}, {"surprise": 1}])
def test_the_schema_refuses_what_is_not_documented(
    report: Report, read: Readers, spoil: dict[str, object]
) -> None:
    """Other fields and values do not pass."""
    results = json.loads(render(report)) | spoil
    with pytest.raises(Exception, match="Failed validating"):
        read["gradescope"](json.dumps(results))

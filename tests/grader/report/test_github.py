from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from grader.model import Location, Outcome, SourceText, Status
from grader.report import terminal
from grader.report.github import render

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from grader.model import Report

    Readers = Mapping[str, Callable[[str], Any]]


def at(report: Report, place: Location | None, **changes: Any) -> Report:
    """Return a report of one failure at a place."""
    check = report.checks[2]
    outcome = replace(check.outcome, location=place, **changes)
    return replace(report, checks=(replace(check, outcome=outcome),))


def test_causes_are_annotated_dearest_first(report: Report, read: Readers) -> None:
    """Each cause that can be mended is one error at its line, the dearest first."""
    errors = [each for each in read["github"](render(report)) if each[0] == "error"]
    titles = [properties["title"] for _, properties, _ in errors]
    assert titles[0] == "TIMEOUT conv_backward_naive · dw 0/6"
    assert errors[0][1] == {
        "file": "cs231n/layers.py",
        "line": "612",
        "endLine": "612",
        "title": titles[0],
    }
    assert not any("OUR FAULT" in title or "REVIEW" in title for title in titles)


def test_an_annotation_says_what_the_report_says(report: Report, read: Readers) -> None:
    """Sentence, values, diagnosis, hint and cost are in it, a line each."""
    ((_, _, data),) = [
        each for each in read["github"](render(at(report, None))) if each[0] == "error"
    ]
    assert data.split("\n") == [
        "Every entry of dw is 0.1000 of what it should be (30 of 30).",
        "dw[0,0]: yours -0.237343, expected -2.373429",
        "Known mistake: divided by N.",
        "Think: which function averages over the batch, and did it do so before dout reached you?",
        "Cost: 2 of the 35 points.",
    ]


def test_ten_errors_and_the_rest_counted(report: Report, read: Readers) -> None:
    """GitHub takes ten of a step; a notice counts the others, with the score."""
    checks = tuple(
        replace(
            report.checks[2],
            id=f"f{number}.out",
            targets=(f"layers:f{number}",),
            outcome=Outcome(Status.FAILED, f"It is {number}.", location=Location("a.py", number)),
        )
        for number in range(1, 14)
    )
    commands = read["github"](render(replace(report, checks=checks, needs_regrade=False)))
    assert [name for name, *_ in commands] == ["error"] * 10 + ["notice"]
    assert "3 more failures without an annotation" in commands[-1][2]
    assert "10 of 35 points, 28.6 %" in commands[-1][2]


def test_our_own_failure_is_a_warning(report: Report, read: Readers) -> None:
    """That a grade is not final is said apart from what is wrong."""
    (warning,) = [each for each in read["github"](render(report)) if each[0] == "warning"]
    assert "This cost you nothing" in warning[2]


def test_a_notebooks_cell_is_named_in_words(report: Report, read: Readers) -> None:
    """Lines of a cell are no lines of its file, so that only the file is annotated."""
    place = Location("nb/My work.ipynb[3]", 5)
    ((_, properties, data), *_) = read["github"](render(at(report, place)))
    assert properties["file"] == "nb/My work.ipynb"
    assert "line" not in properties
    assert data.startswith("In cell 3, line 5:\n")


def test_a_failure_without_a_line_stands_where_its_function_begins(
    report: Report, read: Readers
) -> None:
    """The report quotes the function, and with it says where it begins."""
    source = SourceText("a.py", 40, ("@cached", "def affine_backward(dout, cache):", "    pass"))
    found = replace(at(report, None), sources=(source,))
    ((_, properties, _), *_) = read["github"](render(found))
    assert (properties["file"], properties["line"]) == ("a.py", "41")


def test_a_folder_of_the_repository_comes_before_files(report: Report, read: Readers) -> None:
    """Annotations name files from the repository's root."""
    ((_, properties, _), *_) = read["github"](render(report, folder="week1"))
    assert properties["file"] == "week1/cs231n/layers.py"


def test_the_log_is_the_terminals_report_without_commands(report: Report) -> None:
    """Commands are stopped around it, with a token that changes with all that is written."""
    written = render(report)
    head, _, rest = written.partition("::stop-commands::")
    token, _, log = rest.partition("\n")
    assert log == f"{terminal.render(report)}::{token}::\n"
    assert token not in head
    assert token not in render(at(report, None))


@pytest.mark.parametrize("hostile", ["a\n::error::b", "100%0A::x", "::x", "a::b", "##[x]"])
def test_a_message_is_one_command(report: Report, read: Readers, hostile: str) -> None:
    """Whatever a message or a file's name holds, there is one error with it."""
    spoilt = at(report, Location(f"{hostile},line=9", 3), message=hostile)
    errors = [each for each in read["github"](render(spoilt)) if each[0] == "error"]
    ((_, properties, _),) = errors
    assert properties["line"] == "3"

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from markdown_it import MarkdownIt

from grader.model import Outcome, SourceLine, Status
from grader.report.markdown import LONGEST, fence, render

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from grader.model import Report

    Readers = Mapping[str, Callable[[str], Any]]


def page_of(text: str) -> str:
    """Return what a browser shows of Markdown, without invisible characters."""
    return MarkdownIt("commonmark").enable("table").render(text).replace("\u2060", "")


def headings(tokens: list[Any]) -> list[str]:
    """Return the headings of a document as they are read."""
    return [
        "".join(child.content for child in tokens[place + 1].children).replace("\u2060", "")
        for place, token in enumerate(tokens)
        if token.type == "heading_open"
    ]


def test_sections_come_in_the_order_of_need(report: Report, read: Readers) -> None:
    """Score, what to mend first, points, failures, what was not charged, people, versions."""
    found = headings(read["markdown"](render(report)))
    assert found[0] == "10 of 35 points, 28.6 %"
    sections = [
        "Fix these first",
        "Points",
        "What went wrong",
        "Not charged twice",
        "For a person to judge",
        "Not found in your files",
        "Please note",
        "How this was graded",
    ]
    assert [heading for heading in found if heading in sections] == sections


def test_a_failure_has_values_code_and_hint(report: Report) -> None:
    """The reader sees what the terminal says, with the line marked."""
    page = page_of(render(report))
    for said in (
        "dw[0,0]: yours <strong>-0.237343</strong>, expected <strong>-2.373429</strong>",
        "&gt; 71 |     dw = x.reshape(N, -1).T.dot(dout) / N",
        "<strong>Think:</strong> which function averages over the batch",
        "FAIL affine_backward · dw · 0/2 · cs231n/layers.py:71",
        "Known mistake: divided by N.",
    ):
        assert said in page


def test_numbers_can_be_copied(report: Report) -> None:
    """Values and scores hold no invisible characters."""
    (line,) = [line for line in render(report).splitlines() if "yours" in line]
    assert "\u2060" not in line


def test_points_are_a_table(report: Report, read: Readers) -> None:
    """Each question is a row; a column for what is pending is there if something is."""
    kinds = [token.type for token in read["markdown"](render(report))]
    assert kinds.count("tr_open") == 2
    assert "Pending" not in render(report)
    waiting = replace(report, questions=(replace(report.questions[0], pending=5.0),))
    assert "| 10/35 | Affine layer | 5 |" in render(waiting)


@pytest.mark.parametrize("code", ["```", "a ````` b", "~~~", "`x` ``y``", ""])
def test_code_does_not_end_its_fence(code: str) -> None:
    """The whole of the code is one block."""
    (token,) = MarkdownIt().parse(fence([code, "# still code"]))
    assert token.type == "fence"
    assert token.content == f"{code}\n# still code\n"


def test_code_of_the_report_does_not_end_its_fence(report: Report, read: Readers) -> None:
    """A student's line of backticks stays within."""
    check = report.checks[2]
    excerpt = (SourceLine(1, "x = '''", marked=True), SourceLine(2, "```` # ```"))
    evidence = replace(check.outcome.evidence, excerpt=excerpt)
    outcome = replace(check.outcome, evidence=evidence)
    tokens = read["markdown"](render(replace(report, checks=(replace(check, outcome=outcome),))))
    (block,) = [token.content for token in tokens if token.type == "fence"]
    assert block == "> 1 | x = '''\n  2 | ```` # ```\n"


def test_a_long_report_is_cut_between_blocks(report: Report, read: Readers) -> None:
    """It fits a comment, and says how much is missing and where it is."""
    checks = tuple(
        replace(
            report.checks[2],
            id=f"f{number}.out",
            targets=(f"layers:f{number}",),
            outcome=Outcome(Status.FAILED, f"It is {number}: " + "words " * 60),
        )
        for number in range(180)
    )
    long = replace(report, checks=checks)
    text = render(long)
    assert len(text) <= LONGEST
    read["markdown"](text)
    page = page_of(text)
    assert "Cut here to fit" in page
    assert "10 of 35 points" in page
    shorter = render(long, limit=5000)
    assert len(shorter) <= 5000
    assert text.startswith(shorter[:2000])


def test_several_assignments_have_their_subtotals(report: Report) -> None:
    """Graded together, each is a line with its points."""
    second = replace(report.assignments[0], name="softmax", title="Softmax", score=3.0)
    text = render(replace(report, assignments=(*report.assignments, second)))
    assert "- 3/35 Softmax" in text

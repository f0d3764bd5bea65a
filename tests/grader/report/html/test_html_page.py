from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from enum import Enum
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest

from grader import model
from grader.model import (
    Audience,
    Report,
    SubmissionInfo,
)
from grader.report.html import render
from grader.report.visibility import Reader
from grader.settings import Detail, Disclosure

PAYLOAD = "</style></title></script>-->\"'><x-evil onx=1 href=//evil.test>{{7*7}}{% x %}&lt;"
INSTRUCTOR = Reader(Audience.INSTRUCTOR)
HOLDERS = [
    held
    for held in vars(model).values()
    if dataclasses.is_dataclass(held) and held.__module__ == model.__name__
]
"""Everything that a report consists of."""
TEXT_FIELDS = [
    (holder, field.name)
    for holder in HOLDERS
    for field in dataclasses.fields(holder)
    if field.type in ("str", "str | None", "tuple[str, ...]")
]


class Elements(HTMLParser):
    """Collects what a page consists of."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.words.append(data)

    @property
    def text(self) -> str:
        """The text of the page, its style included, with single blanks."""
        return " ".join("".join(self.words).split())

    def of(self, tag: str) -> list[dict[str, str | None]]:
        """Return the attributes of all elements of one name."""
        return [attributes for name, attributes in self.tags if name == tag]


def inject(value: Any, holder: type, name: str) -> Any:
    """Return a report's part with one text field of one class set to the payload throughout."""
    if isinstance(value, tuple):
        return tuple(inject(each, holder, name) for each in value)
    if isinstance(value, Enum) or not dataclasses.is_dataclass(value):
        return value
    changed = {
        field.name: inject(getattr(value, field.name), holder, name)
        for field in dataclasses.fields(value)
    }
    if type(value) is holder:
        old = changed[name]
        changed[name] = (PAYLOAD,) * max(1, len(old)) if isinstance(old, tuple) else PAYLOAD
    return dataclasses.replace(value, **changed)  # type: ignore[type-var]


def skeleton(page: str) -> Iterator[str]:
    """Yield the names of all elements and attributes of a page."""
    for tag, attributes in Elements(page).tags:
        yield tag
        yield from attributes


@pytest.mark.parametrize(
    ("holder", "name"), TEXT_FIELDS, ids=[f"{h.__name__}.{n}" for h, n in TEXT_FIELDS]
)
def test_no_text_of_a_report_becomes_markup(bad_report: Report, holder: type, name: str) -> None:
    """Whatever stands in a text, no element and no attribute comes of it."""
    assert inject(bad_report, holder, name) != bad_report
    for report in (bad_report, replace(bad_report, sources=())):
        page = render(inject(report, holder, name), INSTRUCTOR)
        names = set(skeleton(page))
        assert "x-evil" not in names
        assert "onx" not in names
        assert not re.findall(r"\b49\b", page)
        for _, attributes in Elements(page).tags:
            assert (attributes.get("href") or "#").startswith(("#", "data:,"))


def test_the_payload_is_shown_as_it_was_written(bad_report: Report) -> None:
    """Escaped text reads as the student wrote it."""
    page = Elements(render(inject(bad_report, SubmissionInfo, "name"), INSTRUCTOR))
    assert PAYLOAD in page.text


def test_the_page_loads_nothing_and_runs_nothing(any_report: Report) -> None:
    """There is no script, no attribute that runs or styles, and no address but the page's own."""
    page = render(any_report, INSTRUCTOR)
    elements = Elements(page)
    assert {"script", "img", "iframe", "object", "base", "form"}.isdisjoint(skeleton(page))
    for tag, attributes in elements.tags:
        assert "src" not in attributes
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")]
        assert tag != "meta" or attributes.get("http-equiv") != "refresh"
    assert "http:" not in page
    assert "https:" not in page
    assert "url(" not in page
    assert "@import" not in page


def test_links_lead_to_elements_that_are_there(any_report: Report) -> None:
    """Ids are unique, and every link and label names one of them."""
    elements = Elements(render(any_report, INSTRUCTOR))
    ids = [attributes["id"] for _, attributes in elements.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {(link["href"] or "")[1:] for link in elements.of("a")}
    labels = {
        label
        for _, attributes in elements.tags
        for label in (attributes.get("aria-labelledby") or "").split()
    }
    assert targets | labels <= set(ids)


def test_headings_are_in_order(any_report: Report) -> None:
    """There is one first heading, and none is a level deeper than the one before allows."""
    elements = Elements(render(any_report, INSTRUCTOR))
    levels = [int(tag[1]) for tag, _ in elements.tags if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(below <= above + 1 for above, below in pairwise(levels))


def test_every_drawing_is_told_in_words(bad_report: Report, good_report: Report) -> None:
    """A drawing has a title and a description, or is hidden where the text says the same."""
    page = render(bad_report, INSTRUCTOR) + render(good_report, INSTRUCTOR)
    drawings = Elements(page).of("svg")
    told = [each for each in drawings if each.get("role") == "img"]
    assert all(each.get("aria-labelledby") for each in told)
    assert all(each.get("aria-hidden") == "true" for each in drawings if each not in told)
    assert len(told) >= 5
    assert page.count("<title id=") == page.count("<desc id=") == len(told)


def test_the_order_is_the_students(bad_report: Report) -> None:
    """The score comes first, then what to mend, then the points, and the versions at the end."""
    text = Elements(render(bad_report)).text
    expected = [
        "10 of 40 points",
        "Fix these first",
        "Affine layer",
        "What went wrong",
        "Every entry of dw",
        "yours",
        "-0.237343",
        "-2.373429",
        "> 71(this line)",
        "Known mistake, fits exactly (at other sizes too): gradient of the weights divided by N.",
        "Think: which function averages",
        "Cost: ",
        "What follows from it",
        "For a person to judge",
        "Not found in your files",
        "How this was graded",
        "4711",
        "Do you think that this is not right?",
    ]
    place = text.index("Skip to the report")
    for words in expected:
        place = text.index(words, place)


def test_at_most_three_causes_come_first(bad_report: Report) -> None:
    """What is to be mended first is three causes, the dearest first, each with its link."""
    page = render(bad_report)
    first = page[page.index('<section class="first"') : page.index("<nav")]
    assert re.findall(r"\+([\d.]+) point", first)[:1] == ["6"]
    assert first.count("<li>") == 3
    assert first.count('href="#failure-') == 3


def test_the_marked_line_needs_no_colour(bad_report: Report) -> None:
    """The line where a failure lies is marked by a sign and by words, within its function."""
    text = Elements(render(bad_report)).text
    assert re.search(r"> \d+\(this line\) dw = x\.reshape\(N, -1\)\.T\.dot\(dout\) / N", text)
    assert "The whole function" in text
    assert "def affine_backward(dout, cache):" in text


def test_a_string_over_many_lines_is_one_string(bad_report: Report) -> None:
    """A docstring's lines are all set as strings, whatever looks like code in them."""
    page = render(bad_report)
    assert '<span class="s">    several lines tells &#39;at length&#39; and with #' in page


def test_without_its_function_the_excerpt_is_shown(bad_report: Report) -> None:
    """A failure whose function was not found still shows the lines that it quotes."""
    page = render(replace(bad_report, sources=()))
    assert "dw" in page
    assert "(this line)" in page


@pytest.mark.parametrize("detail", [Detail.STATUS, Detail.LOCATION])
def test_a_students_page_holds_nothing_that_is_hidden(
    hidden_report: Report, detail: Detail
) -> None:
    """Neither text nor attributes nor drawings of the student's page tell of hidden values."""
    checks = tuple(
        replace(check, disclosure=Disclosure(detail, detail)) for check in hidden_report.checks
    )
    page = render(replace(hidden_report, checks=checks))
    left = page if detail is Detail.STATUS else re.sub("SECRET-(place|line|source)", "", page)
    left = left if detail is Detail.STATUS else re.sub("777(010|005)", "", left)
    assert "SECRET" not in left
    assert not re.search(
        r"777(?!\d*[a-z])", re.sub(r"<style>.*?</style>", "", left, flags=re.DOTALL)
    )
    assert "<svg role" not in page


def test_an_instructors_page_shows_hidden_checks_and_says_so(hidden_report: Report) -> None:
    """The instructor's version holds what was found, and is marked as such at its top."""
    text = Elements(render(hidden_report, INSTRUCTOR)).text
    for word in ("got", "expected", "inputs", "note", "message", "hint", "mistake", "source"):
        assert f"SECRET-{word}" in text
    assert "version: not for students." in text
    assert "Instructor" not in Elements(render(hidden_report)).text


def test_what_is_shown_later_says_when(bad_report: Report) -> None:
    """A check that is told in full after the due date says so until then, and then is."""
    due = Disclosure(Detail.LOCATION, Detail.FULL, "2026-12-01T23:59+00:00")
    report = replace(
        bad_report,
        checks=tuple(replace(c, disclosure=due) for c in bad_report.checks if ".later." in c.id),
    )
    before = render(report, Reader(now=datetime(2026, 12, 1, tzinfo=UTC)))
    after = render(report, Reader(now=datetime(2026, 12, 2, tzinfo=UTC)))
    assert "shown once the assignment is due, 2026-12-01 23:59 UTC" in before
    assert "6.66" not in before
    assert "6.66" in after


def test_a_score_that_is_not_final_says_so(bad_report: Report) -> None:
    """Where the grader broke or a person has still to judge, the head of the page says it."""
    head = render(bad_report).partition("<main")[0]
    assert "Not final" in head
    assert "5 points still wait for a person" in head


def test_all_right_says_that_there_is_nothing_to_fix(good_report: Report) -> None:
    """A report without failures congratulates by saying so, and shows its curves."""
    text = Elements(render(good_report)).text
    assert "Nothing to fix" in text
    assert "Loss: 2.5 at iteration 0, 0.289 at iteration 390" in text


def test_several_assignments_have_subtotals(any_report: Report) -> None:
    """Questions of several assignments stand below the title and the subtotal of theirs."""
    page = render(any_report)
    groups = page.count('<th scope="rowgroup">')
    assert groups == (2 if len(any_report.assignments) > 1 else 0)


def test_a_report_of_many_megabytes_is_a_small_page(any_report: Report) -> None:
    """Whatever a student writes, the page can be opened and sent."""
    assert len(render(any_report, INSTRUCTOR)) < 600_000


def test_names_cannot_turn_what_stands_beside_them(any_report: Report) -> None:
    """Overrides of the writing direction are shown, not obeyed."""
    assert "\u202e" not in render(any_report, INSTRUCTOR)


def test_no_other_format_loads_what_pages_need() -> None:
    """Whoever asks for no page does not wait for the template engine, nor for the lexer."""
    program = (
        "import sys, grader.cli, grader.report.registry as r; r.renderer('json');"
        "r.renderer('terminal'); print({'jinja2', 'pygments'} & set(sys.modules))"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "set()"

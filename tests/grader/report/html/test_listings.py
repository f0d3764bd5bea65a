from __future__ import annotations

import pytest

from grader.model import Evidence, Location, Outcome, SourceLine, SourceText, Status
from grader.report.html.listings import Listing, list_code

LINES = ("def f(x):", *(f"    x = x + {number}" for number in range(40)), "    return x")


def make_outcome(line: int, *excerpt: SourceLine) -> Outcome:
    """Return a failure at a line of ``a.py``."""
    return Outcome(
        Status.FAILED, location=Location("a.py", line), evidence=Evidence(excerpt=excerpt)
    )


def texts(listing: Listing) -> list[str]:
    """Return the lines of a listing as they read."""
    return ["".join(piece.text for piece in line.pieces) for line in listing.lines]


def marked(listing: Listing) -> list[str]:
    """Return the numbers of the lines that are marked."""
    return [line.number.strip() for line in listing.lines if line.marked]


def test_lines_around_the_location_and_the_whole_function() -> None:
    """A long function is shown around its line, and whole beside that."""
    near, whole = list_code(make_outcome(130), (SourceText("a.py", 101, LINES),))
    assert near is not None
    assert whole is not None
    assert near.label == "Lines 123 to 137 of a.py"
    assert texts(near) == list(LINES[22:37])
    assert texts(whole) == list(LINES)
    assert marked(near) == marked(whole) == ["130"]


def test_a_short_function_is_shown_once() -> None:
    """There is nothing to unfold where the function is shown whole already."""
    near, whole = list_code(make_outcome(3), (SourceText("a.py", 1, LINES[:9]),))
    assert near is not None
    assert texts(near) == list(LINES[:9])
    assert whole is None


def test_the_excerpt_stands_in_for_a_missing_function() -> None:
    """Without the function, the lines that the outcome quotes are listed."""
    excerpt = (SourceLine(9, "    a = 1"), SourceLine(10, "    b = 2", marked=True))
    other = SourceText("b.py", 1, LINES)
    near, whole = list_code(make_outcome(10, *excerpt), (other,))
    assert near is not None
    assert texts(near) == ["    a = 1", "    b = 2"]
    assert [line.number for line in near.lines] == [" 9", "10"]
    assert marked(near) == ["10"]
    assert whole is None


def test_without_a_location_there_is_no_code() -> None:
    """Where no line is to be shown, none is."""
    outcome = Outcome(Status.FAILED, evidence=Evidence(excerpt=(SourceLine(1, "secret"),)))
    assert list_code(outcome, (SourceText("a.py", 1, LINES),)) == (None, None)


@pytest.mark.parametrize(
    "lines",
    [
        ("x = '''a", "", "b''' + \"c\"", "", ""),
        ("def (:", "  )]}\t", "\\", "'"),
        ("", "", ""),
        ("\x0c\r\u2028 = 1", "\ufeffx\x00", "\U0001f389 = 1"),
    ],
)
def test_every_line_keeps_its_place(lines: tuple[str, ...]) -> None:
    """Whatever the code is, there are as many lines as before, in printable characters."""
    near, _ = list_code(make_outcome(2), (SourceText("a.py", 1, lines),))
    assert near is not None
    assert len(near.lines) == len(lines)
    assert all(text.isprintable() for text in texts(near))
    assert [not text.strip() for text in texts(near)] == [not line.strip() for line in lines]


@pytest.mark.parametrize("line", [1, 3, 500_000, 999_999, 1_000_000])
def test_of_a_text_without_an_end_only_lines_around_are_listed(line: int) -> None:
    """A report made by hand may quote a million lines; those far away are not even coloured."""
    source = SourceText("a.py", 1, tuple(map("x = {}".format, range(1, 1_000_001))))
    near, whole = list_code(make_outcome(line), (source,))
    assert near is not None
    assert whole is None
    assert marked(near) == [str(line)]
    assert texts(near) == [f"x = {each.number.strip()}" for each in near.lines]
    assert len(near.lines) <= 15

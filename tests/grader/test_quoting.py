from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from grader.model import CheckResult, Kind, Location, Outcome, Report, SourceText, Status
from grader.pipeline import Grader
from grader.quoting import LONGEST_FUNCTION, LONGEST_LINE, MOST_QUOTED, excerpt, quote_functions
from grader.report.visibility import STUDENT, Reader, shown
from grader.settings import Detail, Disclosure, Visibility
from grader.submission.overlay import ModuleSource
from grader.submission.sources import Source

CORRECT = Path(__file__).parent.parent / "cases/fully_connected/cs231n_correct/submission"

MODULE = '''\
"""A module."""
import functools

LIMIT = 3


@functools.cache
def forward(x):
    """Return twice as much."""

    def twice(y):
        return 2 * y

    return twice(x)


class Net:
    scale = 2

    def loss(self, X):
        return X * self.scale

    async def later(self):
        return None


if LIMIT:
    try:
        def backward(dout):
            return dout
    except ImportError:
        def backward(dout):
            return -dout
'''


def failed(
    file: str,
    line: int,
    status: Status = Status.FAILED,
    visibility: Visibility = Visibility.PUBLIC,
) -> CheckResult:
    """Return a check that has a place."""
    outcome = Outcome(status, location=Location(file, line))
    return CheckResult("a.b", "a", Kind.VALUE, (), outcome, 0.0, 1.0, visibility)


def quote(text: str, *lines: int) -> list[tuple[int, int]]:
    """Return the first and last lines of what is quoted of a file."""
    sources = {"a.py": Source("a.py", text.encode())}
    quoted = quote_functions([failed("a.py", line) for line in lines], sources)
    source = text.split("\n")
    for one in quoted:
        assert list(one.lines) == source[one.first - 1 : one.first - 1 + len(one.lines)]
    return [(one.first, one.first + len(one.lines) - 1) for one in quoted]


@pytest.mark.parametrize(
    ("line", "extent"),
    [
        (7, (7, 14)),
        (8, (7, 14)),
        (12, (7, 14)),
        (20, (20, 21)),
        (21, (20, 21)),
        (23, (23, 24)),
        (30, (29, 30)),
        (33, (32, 33)),
    ],
)
def test_the_whole_function_is_quoted(line: int, extent: tuple[int, int]) -> None:
    """The outermost function or method, its decorators included, wherever it is defined."""
    assert quote(MODULE, line) == [extent]


@pytest.mark.parametrize("line", [0, 1, 4, 6, 17, 18, 27, 99])
def test_what_is_in_no_function_is_not_quoted(line: int) -> None:
    """Headers of classes, statements of the module and lines that are not there."""
    assert quote(MODULE, line) == []


def test_each_function_is_quoted_once_in_the_order_of_its_file() -> None:
    """However many checks point into it."""
    assert quote(MODULE, 24, 8, 12, 23, 8) == [(7, 14), (23, 24)]


def test_checks_that_passed_or_have_no_place_are_not_quoted() -> None:
    """Only what is not passed."""
    sources = {"a.py": Source("a.py", MODULE.encode())}
    placeless = replace(failed("a.py", 8), outcome=Outcome(Status.FAILED))
    assert quote_functions([failed("a.py", 8, Status.PASSED), placeless], sources) == ()
    assert quote_functions([failed("a.py", 8, Status.MISSING)], sources) != ()


def test_of_a_long_function_the_lines_around_are_quoted() -> None:
    """No more lines than may be, and the place among them."""
    long = "def f():\n" + "".join(f"    x = {n}\n" for n in range(500))
    for line in (1, 60, 300, 501):
        ((first, last),) = quote(long, line)
        assert first <= line <= last
        assert last - first < LONGEST_FUNCTION
    assert quote(long, 300, 310) == [(241, 359)]
    assert len(quote(long, 100, 300)) == 2
    whole = "def f():\n" + "    x = 1\n" * (LONGEST_FUNCTION - 1)
    assert quote(whole, 2) == [(1, LONGEST_FUNCTION)]


def test_long_lines_are_cut() -> None:
    """As those of excerpts are."""
    source = Source("a.py", b"def f():\n    return '" + b"x" * 5000 + b"'\n")
    (text,) = quote_functions([failed("a.py", 2)], {"a.py": source})
    assert [len(line) for line in text.lines] == [8, LONGEST_LINE]


def test_the_whole_is_bounded() -> None:
    """What comes last is left out."""
    comments = ("    #" + "x" * 200 + "\n") * 100
    text = "".join(f"def f{n}():\n{comments}    return\n" for n in range(60))
    source = Source("a.py", text.encode())
    checks = [failed("a.py", 102 * n + 1) for n in range(60)]
    quoted = quote_functions(checks, {"a.py": source})
    assert 20 < len(quoted) < 60
    assert sum(len(line) + 1 for text in quoted for line in text.lines) <= MOST_QUOTED
    assert [text.first for text in quoted] == [102 * n + 1 for n in range(len(quoted))]


@pytest.mark.parametrize(
    "content",
    [
        b"def f():\n    print 'Python 2'\n",
        b"def f(:\n    return 1\n",
        b"\xff\xfe\x00",
        b"",
        b"\x00def f():\n  pass",
        b"x = " + b"(" * 5000 + b")" * 5000 + b"\ndef f():\n    pass\n",
        b'{"cells": 3}',
    ],
)
@pytest.mark.parametrize("file", ["a.py", "a.ipynb", "a.ipynb[1]", "a.py[1]", "]", ""])
def test_what_python_cannot_read_is_not_quoted(content: bytes, file: str) -> None:
    """Nothing raises, whatever the file holds and whatever the place is called."""
    sources = {path: Source(path, content) for path in ("a.py", "a.ipynb")}
    assert quote_functions([failed(file, 1), failed(file, 2)], sources) == ()


def test_lines_are_counted_as_python_counts_them() -> None:
    """A form feed or another separator of Unicode does not end a line."""
    text = "# \x0c \x85 \u2028 here\nx = 1\n\x0c\ndef f():\n    return 1\n"
    assert quote(text, 5) == [(4, 5)]
    module = ModuleSource("a.py", ("a",), package=False, source=text, provided=False)
    marked = [line for line in excerpt(Location("a.py", 5), {"a.py": module}) if line.marked]
    assert [line.text for line in marked] == ["    return 1"]


def test_functions_in_notebooks_are_quoted_by_cell() -> None:
    """Cells are numbered as places are, among all cells, and lines by cell."""
    cells = [
        {"cell_type": "markdown", "source": "# Title"},
        {"cell_type": "code", "source": "x = 1"},
        {"cell_type": "code", "source": "%time\n\ndef forward(x):\n    return x\n\nprint(x)"},
        {"cell_type": "code", "source": "def broken(:"},
    ]
    content = json.dumps({"cells": cells, "nbformat": 4}).encode()
    sources = {"a [1].ipynb": Source("a [1].ipynb", content)}
    checks = [failed(f"a [1].ipynb[{index}]", line) for index in range(6) for line in (1, 4)]
    assert quote_functions(checks, sources) == (
        SourceText("a [1].ipynb[3]", 3, ("def forward(x):", "    return x")),
    )


def test_an_excerpt_marks_its_line() -> None:
    """Two lines above and below, as far as there are any."""
    module = ModuleSource("a.py", ("a",), package=False, source="a\nb\nc\nd\n", provided=False)
    lines = excerpt(Location("a.py", 4), {"a.py": module})
    assert [(line.number, line.text, line.marked) for line in lines] == [
        (2, "b", False),
        (3, "c", False),
        (4, "d", True),
    ]
    assert excerpt(None, {"a.py": module}) == excerpt(Location("b.py", 1), {"a.py": module}) == ()


def functions(count: int, lines: int) -> dict[str, Source]:
    """Return a file of functions of some length."""
    text = "".join(f"def f{n}():\n" + "    x = 1\n" * (lines - 1) for n in range(count))
    return {"a.py": Source("a.py", text.encode())}


@pytest.mark.parametrize("lines", [10, 1000])
@pytest.mark.parametrize("status", [Status.ERRORED, Status.TIMED_OUT, Status.CRASHED])
def test_where_code_stopped_on_hidden_inputs_is_not_told(
    report: Report, status: Status, lines: int
) -> None:
    """A student's report is the same wherever that is, short functions or long."""
    sources = functions(5, lines)
    hidden = failed("a.py", lines + lines // 3, visibility=Visibility.HIDDEN)
    still = [failed("a.py", 3), hidden]
    seen = set()
    for line in range(1, 5 * lines, 3 if lines == 10 else 61):
        checks = (failed("a.py", line, status, Visibility.HIDDEN), *still)
        whole = replace(report, checks=checks, sources=quote_functions(checks, sources))
        assert any(text.holds(Location("a.py", line)) for text in whole.sources)
        told = shown(whole, STUDENT)
        assert told.checks[0].outcome.location is None
        seen.add(told.sources)
    assert len(seen) == 1
    assert len(seen.pop()) == 2


def test_where_code_stopped_on_hidden_inputs_is_not_told_later_either(report: Report) -> None:
    """Of a long function, what is quoted once the assignment is due does not depend on it."""
    due = Disclosure(Detail.LOCATION, Detail.FULL, "2026-12-01T23:59+00:00")
    later = failed("a.py", 500, Status.ERRORED, Visibility.AFTER_DUE)
    after = Reader(now=datetime(2026, 12, 2, tzinfo=UTC))
    seen = set()
    for line in (450, 500, 550, 900):
        hidden = failed("a.py", line, Status.ERRORED, Visibility.HIDDEN)
        checks = (hidden, replace(later, disclosure=due))
        quoted = quote_functions(checks, functions(1, 1000))
        seen.add(shown(replace(report, checks=checks, sources=quoted), after).sources)
    assert len(seen) == 1
    assert seen.pop()[0].holds(Location("a.py", 500))


def test_a_report_quotes_what_failed(tmp_path: Path) -> None:
    """The function is there whole, with the located line; a right submission quotes nothing."""
    submission = shutil.copytree(CORRECT, tmp_path / "submission")
    path = submission / "cs231n/layers.py"
    text = path.read_text()
    path.write_text(text.replace("dw = rows.T.dot(dout)", "dw = rows.T.dot(dout) * 2"))
    with Grader(["fully_connected"], targets=["affine_backward"]) as grader:
        report, right = grader.grade(submission), grader.grade(CORRECT)
    location = next(c.outcome.location for c in report.checks if c.id == "affine_backward.dw")
    assert location is not None
    (source,) = [one for one in report.sources if one.holds(location)]
    assert source.file == "cs231n/layers.py"
    assert source.lines[0].startswith("def affine_backward(")
    assert source.lines[location.line - source.first].strip() == "dw = rows.T.dot(dout) * 2"
    assert "return" in source.lines[-1]
    assert right.sources == ()

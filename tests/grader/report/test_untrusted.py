from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.report.untrusted import cell_width, printable, printable_code, without_log_commands

DANGEROUS = ("Cc", "Cf", "Cs", "Zl", "Zp")


@given(st.text(st.characters(exclude_categories=())))
def test_printable_leaves_nothing_to_act_on(text: str) -> None:
    """No control, format, surrogate or separator character survives, whatever the text."""
    assert not [c for c in printable(text) if unicodedata.category(c) in DANGEROUS]


@given(st.text(st.characters(exclude_categories=()), max_size=30))
def test_printable_can_be_encoded(text: str) -> None:
    """What is printable can be written as UTF-8."""
    printable(text).encode("utf-8")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\u202eb", "a\\u202eb"),
        ("two\nlines", "two\\nlines"),
        ("a\tb", "a b"),
        ("\udcff.py", "\\udcff.py"),
        ("\x9b2J", "\\x9b2J"),
        ("\U000e0041", "\\U000e0041"),
        ("[bold]Grüße 数[/bold]", "[bold]Grüße 数[/bold]"),
    ],
)
def test_printable_shows_what_it_took_out(text: str, expected: str) -> None:
    """Characters that a terminal acts on are shown as Python writes them, the rest stays."""
    assert printable(text) == expected


def test_printable_cuts_long_text_and_stacked_marks() -> None:
    """A long text ends in an ellipsis at the limit, a letter keeps two combining marks."""
    assert printable("x" * 50, limit=10) == "x" * 9 + "…"
    assert printable("a" + "\u0301" * 40) == "a\u0301\u0301"


def test_code_keeps_its_indentation() -> None:
    """Tabs at the start of a line of code become blanks, its line end goes."""
    assert printable_code("\tdw = x\r\n") == "    dw = x"


@pytest.mark.parametrize(
    "line", ["::error::x", "   ::set-output name=a::b", "a ##[error]b", "##vso[task.complete]"]
)
def test_log_commands_are_broken(line: str) -> None:
    """A line keeps its looks, but not the characters that a CI log looks for."""
    safe = without_log_commands(line)
    assert not safe.lstrip().startswith("::")
    assert "##[" not in safe
    assert "##vso[" not in safe


def test_slices_in_code_are_left_alone() -> None:
    """Two colons inside a line are no command."""
    assert without_log_commands(" > 7 | x[::2]") == " > 7 | x[::2]"


def test_cell_width_counts_columns() -> None:
    """Wide characters take two columns, combining marks none."""
    assert [cell_width(text) for text in ("abc", "数", "a\u0301")] == [3, 2, 1]

from __future__ import annotations

import html
import json
import re
import sys
import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.report.untrusted import (
    cell_width,
    csv_cell,
    html_text,
    json_text,
    log_command_data,
    log_command_property,
    markdown_text,
    markup_text,
    printable,
    printable_code,
    without_log_commands,
    without_paths,
)

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


NASTY = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='x",
    "&lt;b&gt; &#60;b&#62;",
    "![x](http://x/y.png) [a](javascript:alert) **b** `c` @everyone #1 :smile: $x$ |a|b| ~~d~~",
    "1. one\n2) two\n- a\n> b\n# c\n---\n<details>",
    "::error file=x::y",
    "a%0A::warning::b",
    "##[group]x ##vso[task.setvariable]y",
    '=HYPERLINK("http://x")',
    "  +1+cmd|' /C calc'!A0",
    "\t=1",
    "-2",
    "\x1b[2J\x1b]0;x\x07",
    "\u202ereversed\u2066",
    "\ud800\udcff",
    "x" * 10_000,
)
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60) | st.sampled_from(NASTY)


@settings(deadline=None)
@given(ANY_TEXT)
def test_html_text_opens_no_tag_and_ends_no_attribute(text: str) -> None:
    """What a browser reads is the text that a terminal would show."""
    safe = html_text(text)
    assert not set(safe) & set("<>\"'")
    assert html.unescape(safe) == printable(text, limit=4000)


@settings(deadline=None)
@given(ANY_TEXT)
def test_markdown_text_has_no_meaning(text: str) -> None:
    """Every mark has a backslash before it, and there is no tag, entity or line end."""
    safe = markdown_text(text)
    assert not re.search(r"(?<!\\)(?:\\\\)*[`*_{}\[\]()#+\-.!|~$:@]", safe.replace("\u2060", ""))
    assert "<" not in safe
    assert "\n" not in safe
    assert not re.search(r"&(?!amp;|lt;|gt;)", safe)
    assert not re.search(r"[@#](?!\u2060)", safe)


@settings(deadline=None)
@given(ANY_TEXT)
def test_log_commands_hold_data_only(text: str) -> None:
    """Neither data nor a property ends its command or begins another one."""
    for safe in (log_command_data(text), log_command_property(text)):
        assert not [c for c in safe if unicodedata.category(c) in DANGEROUS]
        assert not re.search(r"%(?!25|3A|2C)", safe)
        assert "##[" not in safe
    assert not set(log_command_property(text)) & set(":,")


@settings(deadline=None)
@given(ANY_TEXT)
def test_cells_hold_no_formula(text: str) -> None:
    """Nothing begins as a formula does, blanks before it or not."""
    assert not csv_cell(text).lstrip().startswith(("=", "+", "-", "@", "|", "%"))


@settings(deadline=None)
@given(st.recursive(ANY_TEXT, lambda inner: st.lists(inner, max_size=3), max_leaves=4))
def test_json_without_commands_means_the_same(value: object) -> None:
    """The text of a document changes, what it says does not."""
    document = json.dumps(value)
    assert json.loads(json_text(document)) == json.loads(document)
    assert "##[" not in json_text(document)


@settings(deadline=None)
@given(ANY_TEXT)
def test_pages_without_commands_mean_the_same(text: str) -> None:
    """What a browser reads stays, and no line of the page begins a command."""
    page = f"<p>{html.escape(printable(text))}</p>\n"
    page = page.replace("\\n", "\n")
    assert html.unescape(markup_text(page)) == html.unescape(page)
    assert "##[" not in markup_text(page)
    assert not [line for line in markup_text(page).split("\n") if line.lstrip().startswith("::")]


def test_folders_of_the_machine_are_left_out() -> None:
    """What Python says of its own files ends with the part that everybody has."""
    said = without_paths(f"cannot import name 'x' from 'numpy' ({np.__file__})")
    assert sys.prefix not in said
    assert said.endswith("numpy/__init__.py)")
    assert without_paths("data/x.npy: /usr and / are no secrets") == (
        "data/x.npy: /usr and / are no secrets"
    )

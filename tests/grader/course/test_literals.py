from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.course.literals import find_literals, renew
from grader.course.notebook_text import edit_cells


def rewrite(source: str, *values: object) -> str:
    """Return a cell with the given values in place of its literals, in order."""
    edits = []
    for literal, value in zip(find_literals(source), values, strict=True):
        edits += [(r.start, r.end, r.text) for r in renew(source, literal, np.asarray(value))]
    for start, end, text in sorted(edits, reverse=True):
        source = source[:start] + text + source[end:]
    return source


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("correct_loss = 3.47", ["correct_loss"]),
        ("e = np.asarray([[1, -2.5], (3., +4e-5)], dtype=float)", ["e"]),
        ("for t in range(3):\n    correct = np.array([1.0])\n", ["correct"]),
        ("a, b = 1.5, 2", ["a", "b"]),
        ("%time x = 3\ny = 0.5 # note", ["y"]),
        ("x = y = 3.0; z = np.ones(3); w = [1, u]; s = 'a'; t = True; v = []", []),
        ("def (", []),
    ],
)
def test_literals_are_found(source: str, names: list[str]) -> None:
    """Numbers, and arrays of nothing but numbers, are literals wherever they are assigned."""
    assert [literal.name for literal in find_literals(source)] == names


def test_spans_hold_the_numbers() -> None:
    """A span is exactly the number with its sign, also behind letters of several bytes."""
    source = "s = 'é'; correct = np.array([-1.5,  2.25e-3,\n   # note 7\n   - 3])"
    (literal,) = find_literals(source)
    assert [n.text for n in literal.numbers] == ["-1.5", "2.25e-3", "- 3"]
    assert all(source[n.start : n.end] == n.text for n in literal.numbers)
    assert [n.value for n in literal.numbers] == [-1.5, 2.25e-3, -3.0]


@pytest.mark.parametrize(
    ("old", "value", "new"),
    [
        ("x = 3.4702243556", 3.5, "x = 3.5000000000"),
        ("x = 3.4702243556  # loss", 26.5948426952, "x = 26.5948426952  # loss"),
        ("x = 1.25e-05", 3.14159e-7, "x = 3.14e-07"),
        ("x = 1.25E-5", -2.0, "x = -2.00E0"),
        ("x = .25", 0.5, "x = .50"),
        ("x = 2.", 7.2, "x = 7."),
        ("x = 9", 12.3, "x = 12"),
        ("x = -0.5", 0.0, "x = 0.0"),
        ("x = +0.5", 0.75, "x = +0.8"),
        ("x = 1_000", 12.5, "x = 12.5"),
    ],
)
def test_numbers_keep_their_style(old: str, value: float, new: str) -> None:
    """Decimals, exponents, bare points and plus signs stay as the cell prints them."""
    assert rewrite(old, value) == new


@pytest.mark.parametrize(
    ("old", "values", "new"),
    [
        ("[ 0.4       , 0.12345678]", [0.5, 0.12345678], "[ 0.50000000, 0.12345678]"),
        ("[-0.39, 0.25]", [0.14, 0.25], "[ 0.14, 0.25]"),
        ("[ 0.39,  0.25]", [-0.14, -0.31], "[-0.14, -0.31]"),
        ("[0.39, 0.25]", [-0.14, -0.31], "[-0.14, -0.31]"),
        ("[100.5 , 0.25]", [1.25, 0.25], "[1.25  , 0.25]"),
    ],
)
def test_columns_stay_in_line(old: str, values: list[float], new: str) -> None:
    """Blanks that pad a column give way to digits and signs, or grow where they were."""
    assert rewrite(f"x = np.array({old})", values) == f"x = np.array({new})"


@pytest.mark.parametrize(
    ("text", "value"),
    [("0.12345678", 0.123456784), ("0.4       ", 0.4000000049), ("1.25e-05", 1.2549e-05)],
)
def test_half_a_unit_in_the_last_place_is_no_change(text: str, value: float) -> None:
    """What the printed precision cannot show leaves every character as it is."""
    source = f"x = np.array([{text}, 0.12345678])"
    assert rewrite(source, [value, 0.12345678]) == source


@pytest.mark.parametrize(
    ("values", "said"),
    [([1.0, 2.0], "has 1 numbers, and the reference gives 2"), (np.nan, "not f")],
)
def test_what_cannot_be_printed_is_told(values: object, said: str) -> None:
    """Another number of values, and values that are no numbers, need a person."""
    with pytest.raises(ValueError, match=said):
        rewrite("x = 1.5", values)


finite = st.floats(-1e6, 1e6).map(lambda value: round(value, 6))


@given(st.lists(finite, min_size=1, max_size=6), st.integers(0, 8), st.data())
def test_renewed_literal_is_right(values: list[float], decimals: int, data: st.DataObject) -> None:
    """Once renewed, a literal prints its values and needs no second change."""
    old = data.draw(st.lists(finite, min_size=len(values), max_size=len(values)))
    source = f"x = np.array([{', '.join(f'{value:.{decimals}f}' for value in old)}])"
    renewed = rewrite(source, values)
    (literal,) = find_literals(renewed)
    assert renew(renewed, literal, np.asarray(values)) == ()
    printed = [number.value for number in literal.numbers]
    np.testing.assert_allclose(printed, values, atol=0.51 * 10.0**-decimals)


@given(st.text(max_size=20), st.text(max_size=20), st.booleans(), st.booleans())
def test_edit_changes_nothing_else(before: str, after: str, ascii_only: bool, lines: bool) -> None:
    """Whatever escapes a notebook's file is written with, only the characters asked for change."""
    source = f"{before}1.5{after}"
    held = source.splitlines(keepends=True) if lines else source
    cells = [{"cell_type": "markdown", "source": before}, {"id": "é", "source": held}]
    text = json.dumps({"metadata": {"a": [1, None, {}]}, "cells": cells}, ensure_ascii=ascii_only)
    edited = edit_cells(text, [(2, (len(before), len(before) + 3, "27.25"))])
    found = json.loads(edited)
    assert "".join(found["cells"][1]["source"]) == f"{before}27.25{after}"
    assert edited.replace("27.25", "1.5", 1) == text or "27.25" in source


def test_edit_of_what_is_no_notebook_is_refused() -> None:
    """A text without cells has none to edit."""
    with pytest.raises(ValueError, match="no notebook"):
        edit_cells('{"worksheets": []}', [(1, (0, 1, "2"))])

"""The text of a notebook file, edited so that nothing but what is asked for changes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, TypeAlias

Edit: TypeAlias = "tuple[int, int, str]"
"""First character of a cell's source to replace, the one behind the last, and by what."""

_STRINGS = json.JSONDecoder(strict=False)
_BLANK = re.compile(r"[ \t\r\n\ufeff]*")
_ATOM = re.compile(r"[-+.\w]+")
_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|.", re.DOTALL
)

_Span: TypeAlias = "tuple[int, int]"


def edit_cells(text: str, edits: Iterable[tuple[int, Edit]]) -> str:
    """Replace characters of cells' sources in the JSON text of a notebook.

    Parameters
    ----------
    text : str
        The file, as it is.
    edits : iterable of (int, (int, int, str))
        The cell's position, from 1, and the edit in characters of its source.

    Returns
    -------
    str
        The file with these characters changed and every other one kept: order, indentation,
        escapes, ids and line ends.

    Raises
    ------
    ValueError
        If the text is no notebook or has no such cell.
    """
    raw: list[tuple[int, int, str]] = []
    places: dict[int, list[_Span]] = {}
    cells = _cells_of(text)
    for number, (start, end, new) in edits:
        if number not in places:
            places[number] = _characters(text, cells[number - 1]["source"])
        spans = places[number]
        raw.append((spans[start][0], spans[end - 1][1], new))
    for start, end, new in sorted(raw, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _cells_of(text: str) -> list[Any]:
    notebook, _ = _scan(text, _skip(text, 0))
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise ValueError("it is no notebook of format 4")
    cells: list[Any] = notebook["cells"]
    return cells


def _characters(text: str, source: Any) -> list[_Span]:
    """Return where in the file each character of a source stands."""
    strings = source if isinstance(source, list) else [source]
    return [
        match.span()
        for start, end in strings
        for match in _ESCAPE.finditer(text, start + 1, end - 1)
    ]


def _scan(text: str, at: int) -> tuple[Any, int]:
    """Return a JSON value with a span in place of every string, and where it ends."""
    if text.startswith("{", at):
        return _scan_object(text, at)
    if text.startswith("[", at):
        return _scan_list(text, at)
    if text.startswith('"', at):
        _, end = _STRINGS.raw_decode(text, at)
        return (at, end), end
    atom = _ATOM.match(text, at)
    if atom is None:
        raise ValueError(f"it is no JSON at character {at}")
    return None, atom.end()


def _scan_object(text: str, at: int) -> tuple[dict[str, Any], int]:
    found: dict[str, Any] = {}
    at = _skip(text, at + 1)
    while not text.startswith("}", at):
        key, at = _STRINGS.raw_decode(text, at)
        at = _skip(text, _skip(text, at) + 1)  # past the colon
        found[key], at = _scan(text, at)
        at = _skip_comma(text, at)
    return found, at + 1


def _scan_list(text: str, at: int) -> tuple[list[Any], int]:
    found: list[Any] = []
    at = _skip(text, at + 1)
    while not text.startswith("]", at):
        item, at = _scan(text, at)
        found.append(item)
        at = _skip_comma(text, at)
    return found, at + 1


def _skip(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return match.end() if match else at


def _skip_comma(text: str, at: int) -> int:
    at = _skip(text, at)
    return _skip(text, at + 1) if text.startswith(",", at) else at

"""Turns what one year of a course calls things in its cells into the names that checks use."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from grader.candidate.naming import CONFIG_KEYS, KEYWORD_VALUES
from grader.course.handout.reading import HandoutCell, HandoutNotebook, parse_sources
from grader.records import record
from grader.submission.course_names import PROVIDED, targets_named
from grader.submission.edition import EDITIONS

Resolve = Callable[[str], Callable[..., Any]]
"""Finds the reference's function for a target; raises ``KeyError`` if there is none."""


@record
class _Edit:
    """New text for a piece of a cell."""

    line: int
    start: int
    """Offset in the line's UTF-8 bytes."""
    end: int
    text: str
    note: str


def speak_canonically(notebook: HandoutNotebook, resolve: Resolve) -> HandoutNotebook:
    """Return a notebook whose cells call keywords and settings as the reference does.

    Grading translates them back to what a submission calls them.
    """
    cells = list(notebook.cells)
    for place, cell in enumerate(cells):
        edits = list(_edits(cell, resolve))
        if edits:
            cells[place] = replace(
                cell,
                source=_apply(cell.source, edits),
                notes=(*cell.notes, *dict.fromkeys(edit.note for edit in edits)),
            )
    changed = replace(notebook, cells=tuple(cells))
    return replace(changed, cells=parse_sources(changed))


def _edits(cell: HandoutCell, resolve: Resolve) -> Iterator[_Edit]:
    body = cell.parsed.body if cell.parsed else ()
    nodes = [node for top in body for node in ast.walk(top)]
    for node in nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            for keyword in node.keywords:
                yield from _rename_keyword(node.func.id, keyword, resolve)
    yield from _rename_settings(nodes)


def _rename_keyword(name: str, keyword: ast.keyword, resolve: Resolve) -> Iterator[_Edit]:
    known = [
        set(inspect.signature(found).parameters)
        for target in targets_named(name)
        if target.partition(":")[0] not in PROVIDED
        and (found := _find(resolve, target)) is not None
    ]
    given = keyword.arg
    if given is None or not known or any(given in parameters for parameters in known):
        return
    others = EDITIONS[0].keywords.get(given, ())
    other = next((one for one in others if any(one in parameters for parameters in known)), None)
    if other is None:
        return
    note = f"{name}'s {given} is written {other}"
    start = keyword.col_offset
    yield _Edit(keyword.lineno, start, start + len(given), other, note)
    values = KEYWORD_VALUES.get((given, other))
    value = keyword.value
    if values is not None and value.lineno == value.end_lineno and value.end_col_offset:
        text = _translate(value, values)
        yield _Edit(value.lineno, value.col_offset, value.end_col_offset, text, note)


def _translate(value: ast.expr, values: Mapping[Any, Any]) -> str:
    if isinstance(value, ast.Constant) and value.value in values:
        return repr(values[value.value])
    return f"{dict(values)!r}[{ast.unparse(value)}]"


def _rename_settings(nodes: list[ast.AST]) -> Iterator[_Edit]:
    """Rename keys of update rules' settings, where a cell uses those of another year."""
    called = {
        node.func.id
        for node in nodes
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    keys = list(_keys(nodes))
    used = {str(key.value) for key in keys}
    for target, years in CONFIG_KEYS.items():
        if target.partition(":")[2] not in called:
            continue
        for names in years:
            own = {theirs: canonical for canonical, theirs in names.items()}
            if not set(own) <= used or set(names) <= used:
                continue
            for key in keys:
                if key.value in own and key.end_col_offset is not None:
                    text = own[str(key.value)]
                    note = f"the setting {key.value} is written {text}"
                    yield _Edit(key.lineno, key.col_offset, key.end_col_offset, repr(text), note)


def _keys(nodes: list[ast.AST]) -> Iterator[ast.Constant]:
    for node in nodes:
        match node:
            case ast.Dict(keys=keys):
                yield from (
                    key
                    for key in keys
                    if isinstance(key, ast.Constant) and isinstance(key.value, str)
                )
            case ast.Subscript(slice=ast.Constant(value=str()) as key):
                yield key


def _find(resolve: Resolve, target: str) -> Callable[..., Any] | None:
    try:
        return resolve(target)
    except KeyError:
        return None


def _apply(source: str, edits: list[_Edit]) -> str:
    lines = source.split("\n")
    for edit in sorted(edits, key=lambda one: (one.line, one.start), reverse=True):
        line = lines[edit.line - 1].encode()
        changed = line[: edit.start] + edit.text.encode() + line[edit.end :]
        lines[edit.line - 1] = changed.decode()
    return "\n".join(lines)

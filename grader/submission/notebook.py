"""Notebooks as modules: the code cells of an .ipynb, and what of them may be imported.

A notebook is never run. Where its cells define targets, a pseudo-module is made of just those
definitions and what they use, on the lines where the cells stand when put one below another.
"""

import ast
import re
from collections.abc import Mapping
from dataclasses import field
from typing import Any

from grader.records import record
from grader.submission.json_text import parse_json
from grader.submission.parsing import SourceProblem, explain, parse

_CELLS = 2_000
_CELL_CHARACTERS = 1 << 19
_MAGIC = re.compile(r"^(\s*)(?:[%!?].*|[\w.]+\s*=\s*[%!].*|.*\S\?{1,2}\s*)$")
_PYTHON_CELL_MAGICS = ("%%time", "%%timeit", "%%capture", "%%prun", "%%writefile", "%%python3")


@record
class CodeCell:
    """One code cell."""

    index: int
    """Position among all cells of the notebook, from 1."""
    source: str


@record
class ParsedCell:
    """One code cell as Python sees it, with the line numbers of the cell."""

    index: int
    """Position among all cells of the notebook, from 1."""
    start: int
    """Line of the pseudo-module on which the cell begins, from 1."""
    lines: tuple[str, ...]
    """Source, magics silenced."""
    body: tuple[ast.stmt, ...] = field(repr=False)
    """Its statements; none if the cell does not parse."""
    problem: SourceProblem | None
    """Why it does not parse; ``file`` is written ``name.ipynb[cell]``."""


def is_notebook(content: bytes) -> bool:
    """Return whether a file is notebook JSON, whatever its name."""
    head = content[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    return head.startswith(b"{") and (b'"cells"' in content or b'"worksheets"' in content)


def read_cells(content: bytes) -> tuple[CodeCell, ...]:
    """Return the code cells of a notebook in format 3 or 4, in order.

    Raises
    ------
    ValueError
        If it is not the JSON of a notebook.
    """
    return tuple(
        CodeCell(index, source)
        for index, cell in enumerate(all_cells(content), start=1)
        if cell.get("cell_type") == "code" and (source := cell_source(cell)) is not None
    )


def all_cells(content: bytes) -> list[dict[str, Any]]:
    """Return the cells of a notebook in format 3 or 4 as they are stored; too many are cut.

    Raises
    ------
    ValueError
        If it is not the JSON of a notebook.
    """
    notebook = parse_json(content)
    if not isinstance(notebook, dict):
        raise ValueError("it is JSON, but not a notebook")
    cells = notebook.get("cells")
    if not isinstance(cells, list):
        sheets = notebook.get("worksheets")
        if not isinstance(sheets, list):
            raise ValueError("it is JSON, but has no cells")
        cells = list[object]()
        for sheet in sheets:
            found = sheet.get("cells") if isinstance(sheet, dict) else None
            cells.extend(found if isinstance(found, list) else ())
    # What is no cell keeps its place: cells are counted from 1.
    return [cell if isinstance(cell, dict) else {} for cell in cells[:_CELLS]]


def cell_source(cell: Mapping[str, Any]) -> str | None:
    """Return what a cell holds, with plain line ends; None if that is no text or too long."""
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    if not isinstance(source, str) or len(source) > _CELL_CHARACTERS:
        return None
    return source.replace("\r\n", "\n").replace("\r", "\n")


def parse_cells(name: str, content: bytes) -> tuple[ParsedCell, ...]:
    """Parse the code cells of a notebook, each by itself: one bad cell costs only itself.

    Raises
    ------
    ValueError
        If it is not the JSON of a notebook.
    """
    parsed: list[ParsedCell] = []
    start = 1
    for cell in read_cells(content):
        parsed.append(parse_cell(name, cell.index, cell.source, start=start))
        start += len(parsed[-1].lines)
    return tuple(parsed)


def parse_cell(name: str, index: int, source: str, *, start: int = 1) -> ParsedCell:
    """Parse one code cell; magics are silenced, and what is no Python is told, not raised."""
    body: list[ast.stmt] = []
    problem = None
    try:
        source, tree = _parse_cell(source)
        body = tree.body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        problem = explain(f"{name}[{index}]", source, error)
    return ParsedCell(index, start, tuple(source.split("\n")), tuple(body), problem)


def _parse_cell(source: str) -> tuple[str, ast.Module]:
    stripped = source.lstrip()
    if stripped.startswith("%%"):
        if not stripped.startswith(_PYTHON_CELL_MAGICS):
            return "\n" * source.count("\n"), ast.Module([], [])
        source = source.replace("%%", "# %%", 1)
    try:
        return source, parse(source)
    except SyntaxError:
        source = "\n".join(_MAGIC.sub(_silence, line) for line in source.split("\n"))
        return source, parse(source)


def _silence(match: re.Match[str]) -> str:
    """Put ``pass`` and a comment where IPython would act, so that blocks keep a body."""
    return f"{match.group(1)}pass  # {match.group(0).strip()}"

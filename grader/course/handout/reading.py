"""Reads a handout: its notebooks, of any format and Python, and its other files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from pathlib import Path
from typing import Any

from grader.course.handout.python2 import looks_like_python2, to_python3
from grader.errors import AssignmentError
from grader.records import record
from grader.submission.archive import open_submission
from grader.submission.notebook import ParsedCell, is_notebook, parse_cells

_CELLS = 2_000
_OUTPUT_CHARACTERS = 20_000
_AUTOMAGIC = re.compile(
    r"^(?=(?:alias|cd|ls|pip3?|conda|python3?|mkdir|cp|mv|rm|cat|wget|unzip)[ \t]+[^\s=(.,])",
    re.MULTILINE,
)
_NOT_HANDED_OUT = re.compile(r"(?:^|/)(?:\.ipynb_checkpoints/|__MACOSX/|\.)|-checkpoint\.ipynb$")


@record
class HandoutCell:
    """One cell of a handout's notebook."""

    number: int
    """Position among all cells, from 1."""
    kind: str
    """``code``, ``markdown`` or ``raw``."""
    source: str
    """Its text, in Python 3."""
    parsed: ParsedCell | None = field(default=None, repr=False)
    """Its statements; None of cells that hold no code."""
    printed: str = field(default="", repr=False)
    """What the handout's own run of it printed."""
    metadata: Mapping[str, Any] = field(default_factory=dict, repr=False)
    notes: tuple[str, ...] = ()
    """What was changed in its text."""
    identifier: str = ""


@record
class HandoutNotebook:
    """One notebook of a handout."""

    path: str
    name: str
    """File name that it gets in the draft."""
    cells: tuple[HandoutCell, ...]

    @property
    def text(self) -> str:
        """All that its cells say."""
        return "\n".join(cell.source for cell in self.cells)


@record
class Handout:
    """What a course handed out."""

    name: str
    notebooks: tuple[HandoutNotebook, ...]
    files: Mapping[str, bytes]
    """Python files by path."""
    warnings: tuple[str, ...]


def read_handout(path: Path) -> Handout:
    """Read a zip, a tar, a folder or a lone notebook.

    Raises
    ------
    SubmissionError
        If it cannot be read.
    AssignmentError
        If it holds no notebook that can be read.
    """
    opened = open_submission(path)
    warnings = list(opened.warnings)
    notebooks: list[HandoutNotebook] = []
    seen: set[bytes] = set()
    for file, content in sorted(opened.files.items(), key=_order):
        if not (file.rstrip().lower().endswith(".ipynb") or is_notebook(content)):
            continue
        if content in seen or (len(opened.files) > 1 and _NOT_HANDED_OUT.search(file)):
            continue
        seen.add(content)
        try:
            cells = _read_cells(file, content)
        except ValueError as error:
            warnings.append(f"{file} was not read: {error}")
            continue
        notebooks.append(HandoutNotebook(file, _name(file, notebooks), cells))
    if not notebooks:
        reason = f": {warnings[0]}" if warnings else ""
        raise AssignmentError(
            f"{opened.name}: holds no notebook that can be read{reason}; give a handout with its "
            "notebooks, or a notebook"
        )
    modules = {
        file: content
        for file, content in opened.files.items()
        if file.rstrip().endswith(".py") and not _NOT_HANDED_OUT.search(file)
    }
    return Handout(opened.name, tuple(notebooks), modules, tuple(warnings))


def _order(item: tuple[str, bytes]) -> tuple[int, str]:
    return item[0].count("/"), item[0]


def _name(path: str, others: list[HandoutNotebook]) -> str:
    """Return a file name that no other notebook of the handout has."""
    stem = re.sub(r"[^\w.-]+", "_", path.rpartition("/")[2].rpartition(".")[0]).strip("._")
    stem = stem or "notebook"
    taken = {other.name.casefold() for other in others}
    folder = re.sub(r"\W+", "_", path.rpartition("/")[0].rpartition("/")[2])
    candidates = [stem, f"{folder}_{stem}", *(f"{stem}_{count}" for count in range(2, 6_000))]
    return next(f"{name}.ipynb" for name in candidates if f"{name}.ipynb".casefold() not in taken)


def _read_cells(name: str, content: bytes) -> tuple[HandoutCell, ...]:
    """Return the cells of a notebook in format 3 or 4.

    Raises
    ------
    ValueError
        If it is not the JSON of a notebook.
    """
    try:
        notebook = json.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    raw = list(_raw_cells(notebook))[:_CELLS]
    sources = [_text_of(cell) for cell in raw]
    is_old = any(
        cell.get("cell_type") == "code" and looks_like_python2(source)
        for cell, source in zip(raw, sources, strict=True)
    )
    kinds = [_kind(cell) for cell in raw]
    converted = [
        to_python3(source) if is_old and kind == "code" else source
        for kind, source in zip(kinds, sources, strict=True)
    ]
    parsed = _parse(name, kinds, converted)
    for number, cell in parsed.items():
        if cell.problem is not None:  # IPython takes such lines for magics
            converted[number - 1] = _AUTOMAGIC.sub("%", converted[number - 1])
    parsed = _parse(name, kinds, converted)
    notes = [
        ("converted from Python 2",) if is_old and before != after else ()
        for before, after in zip(sources, converted, strict=True)
    ]
    return tuple(
        HandoutCell(
            number,
            kinds[number - 1],
            converted[number - 1],
            parsed.get(number),
            _printed(cell),
            cell["metadata"] if isinstance(cell.get("metadata"), dict) else {},
            notes[number - 1],
            cell["id"] if isinstance(cell.get("id"), str) else "",
        )
        for number, cell in enumerate(raw, start=1)
    )


def _raw_cells(notebook: object) -> Iterator[dict[str, Any]]:
    if not isinstance(notebook, dict):
        raise ValueError("it is JSON, but not a notebook")
    groups = notebook.get("worksheets")
    groups = groups if isinstance(groups, list) else [notebook]
    groups = [group for group in groups if isinstance(group, dict)]
    found = [group["cells"] for group in groups if isinstance(group.get("cells"), list)]
    if not found:
        raise ValueError("it is JSON, but has no cells")
    for cells in found:
        yield from (cell for cell in cells if isinstance(cell, dict))


def _kind(cell: Mapping[str, Any]) -> str:
    kind = cell.get("cell_type")
    if kind == "code" and str(cell.get("language", "python")).lower() not in ("python", ""):
        return "raw"
    return kind if kind in ("code", "raw") else "markdown"


def _text_of(cell: Mapping[str, Any]) -> str:
    text = _joined(cell.get("source", cell.get("input", "")))
    if cell.get("cell_type") == "heading":
        level = cell.get("level")
        text = f"{'#' * (level if isinstance(level, int) and 0 < level < 7 else 1)} {text}"
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _joined(text: object) -> str:
    if isinstance(text, list):
        return "".join(line for line in text if isinstance(line, str))
    return text if isinstance(text, str) else ""


def _printed(cell: Mapping[str, Any]) -> str:
    outputs = cell.get("outputs")
    if not isinstance(outputs, list):
        return ""
    texts = [_joined(output.get("text", "")) for output in outputs if isinstance(output, dict)]
    return "".join(texts)[:_OUTPUT_CHARACTERS]


def parse_sources(notebook: HandoutNotebook) -> tuple[HandoutCell, ...]:
    """Return the cells of a notebook, those of code read anew from their text."""
    kinds = [cell.kind for cell in notebook.cells]
    parsed = _parse(notebook.path, kinds, [cell.source for cell in notebook.cells])
    return tuple(replace(cell, parsed=parsed.get(cell.number)) for cell in notebook.cells)


def _parse(name: str, kinds: list[str], sources: list[str]) -> dict[int, ParsedCell]:
    """Return code cells as Python sees them, by number."""
    cells = [
        {"cell_type": kind, "source": source} for kind, source in zip(kinds, sources, strict=True)
    ]
    content = json.dumps({"cells": cells}).encode()
    return {cell.index: cell for cell in parse_cells(name, content)}

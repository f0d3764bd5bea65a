"""Makes a student's notebook of a master: no solutions, no hidden cells, no outputs."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from pathlib import PurePosixPath
from typing import Any

from grader.course.markers import split_hidden, without_solution
from grader.course.tags import Tag, read_tag
from grader.errors import AssignmentError
from grader.settings import Visibility
from grader.submission.edition import Edition

_CODE_TODO = "# TODO: write your code here."
_TEXT_TODO = "*TODO: write your answer here.*"
_SOLUTION = re.compile(
    r"^([ \t]*)#{2,3}\s*BEGIN\s+SOLUTION\s*\n.*?^[ \t]*#{2,3}\s*END\s+SOLUTION[ \t]*$",
    re.MULTILINE | re.DOTALL,
)


def make_student_notebook(name: str, content: bytes) -> str:
    """Return the text of a student's notebook.

    Parameters
    ----------
    name : str
        The master's, for messages.
    content : bytes
        The master, of notebook format 4.

    Raises
    ------
    AssignmentError
        If it is no such notebook, or a cell's metadata or markers are wrong.
    """
    try:
        notebook = json.loads(content)
        cells = notebook["cells"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise AssignmentError(
            f"{name}: it is no notebook of format 4; open it in Jupyter and save it again"
        ) from error
    kept = []
    for number, cell in enumerate(cells, start=1):
        try:
            tag = read_tag(cell.get("metadata"))
            if tag is None or tag.visibility is Visibility.PUBLIC:
                kept.append(_strip_cell(cell, tag))
        except ValueError as error:
            raise AssignmentError(f"{name}, cell {number}: {error}") from error
    known = notebook.get("metadata", {})
    metadata = {key: known[key] for key in ("kernelspec", "language_info") if key in known}
    student = {"cells": kept, "metadata": metadata, "nbformat": 4}
    student["nbformat_minor"] = notebook.get("nbformat_minor", 5)
    return json.dumps(student, indent=1, ensure_ascii=False) + "\n"


def code_of(text: str) -> str:
    """Return the code cells of a notebook, one below another."""
    cells = json.loads(text)["cells"]
    return "\n".join(_source(cell) for cell in cells if cell.get("cell_type") == "code")


def move_imports(text: str, own: Edition, other: Edition) -> str:
    """Return a notebook's text with an edition's modules named as another one names them."""
    if own.name == other.name:
        return text
    for old, new in _moves(own, other):
        text = re.sub(rf"(?<![\w./]){re.escape(old)}(?![\w])", new, text)
    return text


def import_besides(text: str, edition: Edition, present: Collection[str]) -> str:
    """Return a notebook's text that imports all files of a module where it imported the first.

    Parameters
    ----------
    text : str
        A notebook whose imports were moved to the edition.
    edition : Edition
        It may keep convolutions in a file of their own.
    present : collection of str
        Paths of the files there are.
    """
    for first, *others in edition.modules.values():
        line = f"from {_dotted(first)} import *"
        more = [f"from {_dotted(path)} import *" for path in others if path in present]
        # The text is JSON: a line ends in two characters.
        text = text.replace(line, "\\n".join([line, *more]))
    return text


def _moves(own: Edition, other: Edition) -> Iterator[tuple[str, str]]:
    """Yield paths and dotted names, old and new; longer ones first."""
    pairs = {
        (old, other.modules[module][0])
        for module, paths in own.modules.items()
        if module in other.modules
        for old in paths
    }
    for old, new in sorted(pairs, key=lambda pair: -len(pair[0])):
        yield old, new
        yield _dotted(old), _dotted(new)


def _strip_cell(cell: dict[str, Any], tag: Tag | None) -> dict[str, Any]:
    source = _strip_source(_source(cell), tag, is_code=cell.get("cell_type") == "code")
    stripped = {"cell_type": cell.get("cell_type")}
    if cell.get("attachments"):
        stripped["attachments"] = cell["attachments"]
    if cell.get("cell_type") == "code":
        stripped["execution_count"] = None
    if "id" in cell:
        stripped["id"] = cell["id"]
    stripped["metadata"] = _kept_metadata(tag)
    if cell.get("cell_type") == "code":
        stripped["outputs"] = []
    stripped["source"] = source.splitlines(keepends=True)
    return stripped


def _kept_metadata(tag: Tag | None) -> dict[str, Any]:
    """Return by what a check cell is found again, and nothing of how it is judged."""
    if tag is None or not tag.is_judged:
        return {}
    review = {"review": True} if tag.review else {}
    return {"grader": {"id": tag.id, **review}}


def _strip_source(source: str, tag: Tag | None, *, is_code: bool) -> str:
    todo = _CODE_TODO if is_code else _TEXT_TODO
    without_solution(source)  # for the markers without counterpart that it refuses
    visible, _ = split_hidden(source)
    pairs = zip(source.split("\n"), visible.split("\n"), strict=True)
    source = "\n".join(line for line, shown in pairs if shown or not line)
    emptied, regions = _SOLUTION.subn(lambda found: f"{found.group(1)}{todo}", source)
    if regions or tag is None or not tag.solution:
        return emptied.strip("\n")
    return todo


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    return "".join(source) if isinstance(source, list) else str(source)


def _dotted(path: str) -> str:
    return ".".join(PurePosixPath(path).with_suffix("").parts)

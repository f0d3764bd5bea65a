"""Writes a draft: the notebooks with tagged cells, and the declaration."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from grader.course.handout.conventions import Declared
from grader.course.handout.reading import HandoutNotebook
from grader.records import record

_VALID_ID = re.compile(r"^[a-zA-Z0-9_-]{1,64}$")
_WIDTH = 100


@record
class DraftQuestion:
    """One question of the declaration."""

    id: str
    title: str
    given: bool
    """Whether the handout holds complete what it is about."""


def notebook_json(notebook: HandoutNotebook, tags: Mapping[int, Mapping[str, Any]]) -> str:
    """Return a notebook of format 4.5 without outputs, its cells tagged.

    Parameters
    ----------
    notebook : HandoutNotebook
        The handout's notebook.
    tags : mapping
        What ``metadata["grader"]`` holds, by the number of the cell.
    """
    taken: set[str] = set()
    cells = []
    for cell in notebook.cells:
        identifier = cell.identifier if _VALID_ID.match(cell.identifier) else ""
        if not identifier or identifier in taken:
            identifier = f"cell-{cell.number}"
            while identifier in taken:
                identifier += "x"
        taken.add(identifier)
        tag = tags.get(cell.number)
        entry: dict[str, Any] = {"cell_type": cell.kind}
        if cell.kind == "code":
            entry["execution_count"] = None
        entry["id"] = identifier
        entry["metadata"] = {"grader": dict(tag)} if tag else {}
        if cell.kind == "code":
            entry["outputs"] = []
        entry["source"] = cell.source.splitlines(keepends=True)
        cells.append(entry)
    whole = {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(whole, indent=1, ensure_ascii=False).replace("\ud800", "") + "\n"


def declaration(
    *,
    name: str,
    title: str,
    handout: str,
    notebooks: Iterable[HandoutNotebook],
    questions: Iterable[DraftQuestion],
    bound: Mapping[str, str],
    course: str,
    conventions: Declared,
    earlier: Sequence[str] = (),
) -> str:
    """Return the text of a draft's ``assignment.py``.

    Parameters
    ----------
    name, title, handout : str
        Of the assignment, and the name of what it was imported from.
    notebooks : iterable of HandoutNotebook
        Those that become masters.
    questions : iterable of DraftQuestion
        In the order of the notebooks.
    bound : mapping
        Declarations of names that come from loading data, as source text.
    course : str
        Name of the edition.
    conventions : Declared
        What the course does one way of several.
    earlier : sequence of str
        Functions of :mod:`grader.families.earlier` whose checks are to be there.
    """
    files = [notebook.name for notebook in notebooks]
    used = {
        word for text in bound.values() for word in re.findall(r"\b(normal|integers|fixed)\(", text)
    }
    imports = sorted(
        {"Assignment", "Question", *used, *conventions.imports},
        key=lambda word: (word.islower(), word),
    )
    lines = [
        f'"""{_plain(title)}: a draft, imported from {_plain(handout)}.',
        "",
        "IMPORT.md lists what was taken from the notebooks and what was left, and why. The cells'",
        "own points and tolerances are in the notebooks' metadata.",
        '"""',
        "",
        *_imports("grader", imports),
        *(_imports("grader.families.earlier", sorted(earlier)) if earlier else ()),
        "",
        *([conventions.setup, ""] if conventions.setup else []),
        "assignment = Assignment(",
        f"    name={_quoted(name)},",
        f"    title={_quoted(title)},",
        *_sequence("notebooks", [_quoted(file.removesuffix(".ipynb")) for file in files]),
        *_sequence("masters", [_quoted(file) for file in files]),
        f"    course={_quoted(course)},",
        "    questions=(",
    ]
    for question in questions:
        lines += _question(question)
    lines.append("    ),")
    if conventions.names:
        lines += _sequence("conventions", list(conventions.names))
    if earlier:
        lines.append("    # What networks are made of: told where something fails, worth nothing.")
        lines.append(f"    earlier={' + '.join(f'{name}()' for name in earlier)},")
    if bound:
        lines.append("    bound={")
        for key, text in sorted(bound.items()):
            lines += _entry(key, text)
        lines.append("    },")
    lines.append(")")
    return "\n".join(lines) + "\n"


def _imports(module: str, names: Sequence[str]) -> list[str]:
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= _WIDTH:
        return [line]
    return [f"from {module} import (", *(f"    {name}," for name in names), ")"]


def _question(question: DraftQuestion) -> list[str]:
    arguments = [f"id={_quoted(question.id)}", f"title={_quoted(question.title)}"]
    if question.given:
        arguments.append("given=True")
    line = f"        Question({', '.join(arguments)}),"
    if len(line) <= _WIDTH:
        return [line]
    return ["        Question(", *(f"            {each}," for each in arguments), "        ),"]


def _sequence(name: str, items: list[str]) -> list[str]:
    inner = ", ".join(items) + ("," if len(items) == 1 else "")
    line = f"    {name}=({inner}),"
    if len(line) <= _WIDTH:
        return [line]
    return [f"    {name}=(", *(f"        {item}," for item in items), "    ),"]


def _entry(key: str, text: str) -> list[str]:
    line = f"        {_quoted(key)}: {text},"
    if len(line) <= _WIDTH or not text.startswith("{"):
        return [line]
    items = re.findall(r'"\w+": \w+\([^()]*\)', text)
    return [
        f"        {_quoted(key)}: {{",
        *(f"            {item}," for item in items),
        "        },",
    ]


def _quoted(text: str) -> str:
    """Return a Python string as the formatter would write it."""
    written = repr(text)
    return written if '"' in text else f'"{written[1:-1]}"'.replace("\\'", "'")


def _plain(text: str) -> str:
    """Return text that may stand in a docstring."""
    return " ".join(re.sub(r'[\\"\x00-\x1f]', " ", text).split())[:60]

"""Reads numpydoc docstrings: what a function returns, what an object holds."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import pairwise

from grader.records import record

_UNDERLINE = re.compile(r"-{3,}\s*$")
_ENTRY = re.compile(r"(?P<names>\*{0,2}\w+(?:, \*{0,2}\w+)*)(?: : (?P<kind>.*))?$")


@record
class Entry:
    """One item of a section: ``dx, dw : ndarray`` and the lines below it."""

    names: tuple[str, ...]
    """Empty where the section only says what something is."""
    kind: str
    """What follows the colon, or the whole line where no name is given."""
    lines: tuple[str, ...]


def read_section(docstring: str, title: str) -> tuple[Entry, ...]:
    """Return the entries below a title such as ``Returns``; nothing where it is absent."""
    lines = docstring.splitlines()
    for start, end in _sections(lines, title):
        return tuple(_entries(lines[start + 2 : end]))
    return ()


def drop_parameters(docstring: str, dropped: Collection[str]) -> str:
    """Return the docstring without the entries of some parameters.

    Parameters
    ----------
    docstring : str
        Without common indentation.
    dropped : collection of str
        Names that the signature no longer holds. An entry that names others, too, keeps those.
    """
    lines = docstring.splitlines()
    for start, end in reversed(list(_sections(lines, "Parameters"))):
        kept: list[str] = []
        for entry in _entries(lines[start + 2 : end]):
            names = [name for name in entry.names if name not in dropped]
            if names == list(entry.names):
                kept += entry.lines
            elif names:
                kept += [f"{', '.join(names)} : {entry.kind}", *entry.lines[1:]]
        lines[start:end] = [*lines[start : start + 2], *kept, ""] if any(kept) else []
    return "\n".join(lines).strip()


def returned_names(docstring: str) -> tuple[tuple[str, ...], ...]:
    """Return the names of each entry below ``Returns``, in order; empty where it has none."""
    entries = read_section(docstring, "Returns")
    # A word without a colon is a kind there, not a name.
    return tuple(entry.names if " : " in entry.lines[0] else () for entry in entries)


def _sections(lines: list[str], title: str) -> Iterator[tuple[int, int]]:
    """Yield first and last line (exclusive) of the sections with that title."""
    heads = [
        number
        for number, line in enumerate(lines[:-1])
        if line.strip() and _UNDERLINE.match(lines[number + 1])
    ]
    for head, end in pairwise([*heads, len(lines)]):
        if lines[head].strip() == title:
            yield head, end


def _entries(lines: list[str]) -> Iterator[Entry]:
    blocks: list[list[str]] = []
    for line in lines:
        if line.strip() and not line.startswith(" "):
            blocks.append([line])
        elif blocks:
            blocks[-1].append(line)
    for block in blocks:
        while block and not block[-1].strip():
            block.pop()
        found = _ENTRY.match(block[0])
        # "list of float" is a kind without a name; "dx" alone is a name without a kind.
        if found is None:
            yield Entry((), block[0], tuple(block))
        else:
            names = tuple(found["names"].split(", "))
            yield Entry(names, found["kind"] or "", tuple(block))

"""Where a cell says how large an error may be, and what it says."""

from __future__ import annotations

import re
from collections.abc import Iterable

from grader.checks.cells.stated import stated_tolerance
from grader.records import record

_ERROR_LINE = re.compile(r"err|differ", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?e-\d+")
_STRING = re.compile(r"""(['"])(?:\\.|(?!\1).)*\1""")


@record
class Stated:
    """A tolerance and where it was read."""

    value: float
    where: str


def read_tolerance(source: str, prose: str, printed: str) -> Stated | None:
    """Return the tolerance of a whole cell.

    Parameters
    ----------
    source : str
        The cell's text: its comments come first.
    prose : str
        The markdown between it and the code cell before.
    printed : str
        What the handout's own run printed, the last resort: ten times its largest error.
    """
    for line, comment in _comments(source):
        found = stated_tolerance(comment)
        if found is not None:
            rest = [stated_tolerance(other) for _, other in _comments(source)]
            largest = max(value for value in rest if value is not None)
            return Stated(largest, f"the comment in line {line}")
    for line, text in _printed_strings(source):
        found = stated_tolerance(text)
        if found is not None:
            return Stated(found, f"the text printed in line {line}")
    found = stated_tolerance(prose)
    if found is not None:
        return Stated(found, "the prose above")
    errors = [
        float(number)
        for line in printed.split("\n")
        if _ERROR_LINE.search(line)
        for number in _NUMBER.findall(line)
    ]
    if errors and 0 < max(errors) < 1e-2:
        value = float(f"{10 * max(errors):.0e}")
        return Stated(max(value, 1e-12), "the handout's own output, times ten")
    return None


def _comments(source: str) -> list[tuple[int, str]]:
    """Return the blocks of comment lines of a cell with the line each begins on."""
    blocks: list[tuple[int, list[str]]] = []
    was_comment = False
    for number, line in enumerate(source.split("\n"), start=1):
        before, mark, comment = _STRING.sub(_blank, line).partition("#")
        comment = line[len(before) + 1 :] if mark else ""
        if mark and not before.strip() and was_comment:
            blocks[-1][1].append(comment)
        elif mark:
            blocks.append((number, [comment]))
        was_comment = bool(mark) and not before.strip()
    return [(number, "\n".join(lines)) for number, lines in blocks]


def _printed_strings(source: str) -> Iterable[tuple[int, str]]:
    for number, line in enumerate(source.split("\n"), start=1):
        if "print" in line:
            yield from ((number, match.group()) for match in _STRING.finditer(line))


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())

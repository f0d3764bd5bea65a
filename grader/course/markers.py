"""Comments that divide a cell: what is the solution, and which tests are hidden."""

from __future__ import annotations

import re
from collections.abc import Iterator

_MARK = re.compile(r"^\s*#{2,3}\s*(BEGIN|END)\s+(SOLUTION|HIDDEN TESTS)\s*$")


def split_hidden(source: str) -> tuple[str, str]:
    r"""Return a cell without its hidden tests, and the hidden tests alone.

    Lines keep their numbers: what is not there is blank. Both are without markers.

    Raises
    ------
    ValueError
        If a marker has no counterpart.

    Examples
    --------
    >>> split_hidden("a = 1\n### BEGIN HIDDEN TESTS\nassert a\n### END HIDDEN TESTS")
    ('a = 1\n\n\n', '\n\nassert a\n')
    """
    visible, hidden = [], []
    for line, inside, is_marker in _divide(source, "HIDDEN TESTS"):
        visible.append("" if inside or is_marker else line)
        hidden.append(line if inside and not is_marker else "")
    return "\n".join(visible), "\n".join(hidden)


def without_solution(source: str) -> str:
    """Return a cell without what stands between its solution markers, and without these.

    Raises
    ------
    ValueError
        If a marker has no counterpart.
    """
    return "\n".join(
        line
        for line, inside, is_marker in _divide(source, "SOLUTION")
        if not inside and not is_marker
    )


def has_markers(source: str) -> bool:
    """Return whether a cell holds a marker of either kind."""
    return any(_MARK.match(line) for line in source.split("\n"))


def _divide(source: str, what: str) -> Iterator[tuple[str, bool, bool]]:
    """Yield each line, whether it lies between two markers, and whether it is one."""
    inside = False
    for number, line in enumerate(source.split("\n"), start=1):
        found = _MARK.match(line)
        marker = found.group(1) if found and found.group(2) == what else None
        if marker and (marker == "BEGIN") is inside:
            raise ValueError(f"line {number}: {line.strip()!r} has no counterpart")
        if marker:
            inside = marker == "BEGIN"
        yield line, inside, marker is not None
    if inside:
        raise ValueError(f"'### BEGIN {what}' has no '### END {what}'")

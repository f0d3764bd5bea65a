"""Stacks as the worker's fault handler writes them: where a call was seen, or where it ended."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from grader.records import record

_FRAME = re.compile(r'  File "([^"\n]{1,500})", line (\d{1,9}) in ([^\n]{1,200})')
_START = re.compile(r"most recent call first\)?:")
_ESCAPE = re.compile(r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U000([0-9a-f]{5}))")


@record
class Frame:
    """One line of a stack, as the worker reports it."""

    file: str
    line: int
    function: str


Stack = tuple[Frame, ...]
"""Innermost frame first."""


def read_stacks(written: bytes | bytearray) -> list[Stack]:
    """Return the stacks in what the fault handler has written, oldest first."""
    text = written.decode("utf-8", "replace")
    return [
        tuple(
            Frame(_unescape(file), int(line), _unescape(name))
            for file, line, name in _FRAME.findall(stack)
        )
        for stack in _START.split(text)[1:]
    ]


def most_frequent(stacks: Sequence[Stack], files: frozenset[str]) -> list[tuple[Frame, int]]:
    """Return the innermost lines in ``files`` over all stacks, most frequent first."""
    innermost = (next((frame for frame in stack if frame.file in files), None) for stack in stacks)
    return Counter(frame for frame in innermost if frame).most_common(3)


def _unescape(text: str) -> str:
    """Give back the letters of a name that the fault handler can only write as numbers."""
    if "\\" not in text:
        return text
    return _ESCAPE.sub(lambda match: _letter(int(match[1] or match[2] or match[3], 16)), text)


def _letter(number: int) -> str:
    return chr(number) if number < 0xD800 or 0xE000 <= number <= 0x10FFFF else "?"

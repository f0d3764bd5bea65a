"""Lays text out on lines of a given width, with or without colours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from grader.report.untrusted import cell_width, without_log_commands

_WORDS = re.compile(r"(?:[^\s']|'[^']*')+|'")
"""Words of a shell's command, those in single quotes with their blanks."""
_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}
_NARROWEST = 24
_SCORE_COLUMN = 40
_SCORE_ROOM = 8


@dataclass(slots=True)
class Paper:
    """Lines of a report as they grow; the text given to it must be printable already."""

    width: int = 80
    """Columns of the terminal."""
    colour: bool = False
    """Whether styles are written as terminal escapes; without it they are left out."""
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.width = max(_NARROWEST, self.width)

    @property
    def score_column(self) -> int:
        """Where the score of a block stands, if its title leaves it there."""
        return min(_SCORE_COLUMN, self.width - _SCORE_ROOM)

    def blank(self) -> None:
        """Leave one line empty, never two, and never the first."""
        if self.lines and self.lines[-1]:
            self.lines.append("")

    def heading(self, text: str) -> None:
        """Begin a section."""
        self.blank()
        self.paragraph(text, style="bold", indent="", hang="")

    def paragraph(
        self,
        text: str | Iterable[str],
        *,
        command: str = "",
        style: str = "",
        indent: str = " ",
        hang: str | None = None,
    ) -> None:
        """Write `text` broken at blanks; `hang` (default: `indent`) begins its further lines.

        Pieces of an iterable are not broken as long as they fit a line. A `command` ends the
        paragraph in one piece if it fits a line, else in lines that a shell takes for one
        (wider than the others where one word is).
        """
        hang = indent if hang is None else hang
        prefix = indent
        words = text.split() if isinstance(text, str) else list(text)
        room = self.width - max(len(indent), len(hang))
        is_wide = cell_width(command) > room
        words += [command] if command and not is_wide else []
        lines = [*wrap(words, room), *(_continue(command, room) if is_wide else ())]
        for piece in lines:
            self._write((prefix + piece, style))
            prefix = hang

    def code(self, prefix: str, text: str, *, style: str = "") -> None:
        """Write one line as it is, cut at the right margin."""
        self._write((cut(prefix + text, self.width), style))

    def quote(self, text: str) -> None:
        """Write one line whole, however wide it is: it is there to be copied."""
        self._write(("    " + text, ""))

    def row(self, *cells: tuple[str, str], hang: str = "  ") -> None:
        """Write (text, style) cells in one line; ones that do not fit go below, after `hang`."""
        line: list[tuple[str, str]] = []
        used = 0
        for text, style in cells:
            fitting, size = text, cell_width(text.rstrip())
            if line and used + size > self.width:
                self._write(*line)
                line, used = [(hang, "")], len(hang)
                fitting = text.lstrip()
            if used + cell_width(fitting.rstrip()) > self.width:
                # Too wide for any line: broken like a paragraph, below what is there.
                blanks = min(len(fitting) - len(fitting.lstrip()), self.width // 2)
                indent = "" if line else " " * blanks
                room = self.width - max(used + len(indent), len(hang))
                *full, fitting = wrap(fitting.split(), room)
                line.append((indent, ""))
                for piece in full:
                    self._write(*line, (piece, style))
                    line, used = [(hang, "")], len(hang)
            line.append((fitting, style))
            used += cell_width(fitting)
        self._write(*line)

    def text(self) -> str:
        """Return what was written, ended by a newline."""
        return "\n".join(self.lines) + "\n"

    def _write(self, *cells: tuple[str, str]) -> None:
        plain = "".join(text for text, _ in cells).rstrip()
        safe = without_log_commands(plain)
        if not self.colour or safe != plain:
            self.lines.append(safe)
            return
        self.lines.append("".join(_paint(text, style) for text, style in cells).rstrip())


def _continue(command: str, width: int) -> Iterator[str]:
    """Yield a command in lines that can be pasted together: broken between its words alone.

    A word wider than a line stays whole: terminals wrap it, and copy it as one.
    """
    line = ""
    for word in _WORDS.findall(command):
        if line and cell_width(line) + 1 + cell_width(word) > width - 2:
            yield f"{line} \\"
            line = ""
        line = f"{line} {word}" if line else word
    yield line


def wrap(words: Iterable[str], width: int) -> Iterator[str]:
    """Yield `words` in lines of at most `width` columns, at least 1; only wider ones are broken."""
    width = max(width, 1)
    line = ""
    for word in words:
        if line and cell_width(line) + 1 + cell_width(word) > width:
            yield line
            line = ""
        line = f"{line} {word}" if line else word
        while cell_width(line) > width:
            head = _head(line, width)
            yield head
            line = line[len(head) :]
    if line:
        yield line


def cut(text: str, width: int) -> str:
    """Return `text`, or as much of it as fits in `width` columns with an ellipsis."""
    text = text.rstrip()
    return text if cell_width(text) <= width else _head(text, width - 1) + "…"


def _head(text: str, width: int) -> str:
    """Return the beginning of `text` that fits in `width` columns, at least one character."""
    used = 0
    for position, character in enumerate(text):
        used += cell_width(character)
        if used > width:
            return text[: max(position, 1)]
    return text


def _paint(text: str, style: str) -> str:
    if not style or not text.strip():
        return text
    codes = ";".join(_CODES[name] for name in style.split())
    return f"\x1b[{codes}m{text}\x1b[0m"

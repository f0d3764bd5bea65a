"""Prepares the student's own code for a page: coloured, numbered, with the lines marked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache

from pygments.lexer import Lexer
from pygments.lexers.python import PythonLexer
from pygments.token import Token, _TokenType

from grader.model import Outcome, SourceText
from grader.records import record
from grader.report.untrusted import printable, printable_code

_LINES_AROUND = 7
_MOST_LINES = 160
_CLASSES: dict[_TokenType, str] = {
    Token.Keyword: "k",
    Token.Operator.Word: "k",
    Token.Literal.String: "s",
    Token.Literal.Number: "n",
    Token.Comment: "c",
    Token.Name.Function: "f",
    Token.Name.Class: "f",
}


@record
class Piece:
    """Text of one colour."""

    style: str
    """A class of the style sheet, empty for none."""
    text: str


@record
class Line:
    """One line of code."""

    number: str
    """Its number, set so that the numbers of a listing end below each other."""
    marked: bool
    pieces: tuple[Piece, ...]


@record
class Listing:
    """Lines of one file."""

    label: str
    """Which lines of which file these are."""
    lines: tuple[Line, ...]


def list_code(
    outcome: Outcome, sources: Iterable[SourceText]
) -> tuple[Listing | None, Listing | None]:
    """Return the code around an outcome's location, and its function, if that is longer.

    Without its function among `sources`, the lines are those that the outcome itself quotes.
    """
    where, excerpt = outcome.location, outcome.evidence.excerpt
    marked = {line.number for line in excerpt if line.marked}
    if where is None:
        return None, None
    for source in sources:
        if not source.holds(where):
            continue
        # Of what is too long to be shown whole, only lines near the place are coloured.
        is_long = len(source.lines) > _MOST_LINES
        start = max(0, where.line - source.first - _MOST_LINES // 2) if is_long else 0
        first, texts = source.first + start, source.lines[start : start + _MOST_LINES]
        whole = _list_lines(source.file, first, texts, marked | {where.line})
        near = _around(whole, where.line - first)
        if len(near.lines) == len(whole.lines):
            return whole, None
        return near, None if is_long else whole
    if not excerpt:
        return None, None
    lines = [line.text for line in excerpt]
    return _list_lines(where.file, excerpt[0].number, lines, marked), None


def _around(whole: Listing, place: int) -> Listing:
    """Return the lines of a listing around one of them, the only one if there are few more."""
    start, end = max(0, place - _LINES_AROUND), place + _LINES_AROUND + 1
    if len(whole.lines) <= end - start + 2:
        return whole
    lines = whole.lines[start:end]
    file = whole.label.partition(" of ")[2]
    return Listing(_label(file, lines[0].number, lines[-1].number), lines)


def _list_lines(file: str, first: int, texts: Sequence[str], marked: set[int]) -> Listing:
    last = first + len(texts) - 1
    digits = len(str(last))
    lines = tuple(
        Line(f"{number:>{digits}}", number in marked, pieces)
        for number, pieces in enumerate(_coloured(tuple(texts)), start=first)
    )
    return Listing(_label(printable(file), str(first), str(last)), lines)


def _label(file: str, first: str, last: str) -> str:
    first, last = first.strip(), last.strip()
    return f"Line {first} of {file}" if first == last else f"Lines {first} to {last} of {file}"


@lru_cache(maxsize=64)
def _coloured(texts: tuple[str, ...]) -> tuple[tuple[Piece, ...], ...]:
    """Return the pieces of each line; a function is coloured once, whatever goes wrong in it."""
    return tuple(_colour(texts))


def _colour(texts: Sequence[str]) -> Iterator[tuple[Piece, ...]]:
    """Yield the pieces of each line; a string over several lines is one for all of them."""
    lines = [printable_code(text) for text in texts]
    pieces: list[Piece] = []
    left = len(lines)
    for kind, text in _lexer().get_tokens("".join(f"{line}\n" for line in lines)):
        style = _style_of(kind)
        for number, part in enumerate(text.split("\n")):
            if number and left:
                yield tuple(pieces)
                pieces, left = [], left - 1
            if part and pieces and pieces[-1].style == style:
                pieces[-1] = Piece(style, pieces[-1].text + part)
            elif part:
                pieces.append(Piece(style, part))


def _style_of(kind: _TokenType) -> str:
    while kind not in _CLASSES:
        if kind.parent is None:
            return ""
        kind = kind.parent
    return _CLASSES[kind]


@cache
def _lexer() -> Lexer:
    return PythonLexer(stripnl=False, ensurenl=True)

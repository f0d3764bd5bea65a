"""Makes text that students wrote safe to print: visible, in one line, no longer than asked."""

from __future__ import annotations

import unicodedata

# Cc controls, Cf bidi overrides and zero-width characters, Cs lone surrogates, Co private use,
# Cn unassigned, Zl and Zp line separators: none of these may reach a terminal as they are.
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_SHORT_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": " "}
_MAXIMUM_MARKS = 2


def printable(text: str, *, limit: int = 400) -> str:
    r"""Return `text` in one line without anything a terminal would act on.

    Parameters
    ----------
    text : str
        Anything: a file name, an exception's message, a printed value.
    limit : int
        Most characters kept; what is left out is shown as ``…``.

    Returns
    -------
    str
        Control characters, terminal escapes, bidirectional overrides and lone surrogates are
        shown as Python would write them (``\x1b``), tabs as one space. Stacks of combining
        marks are cut to two marks a letter.
    """
    shortened = text[: limit - 1] + "…" if len(text) > limit else text
    if shortened.isascii() and shortened.isprintable():
        return shortened
    pieces: list[str] = []
    marks = 0
    for character in shortened:
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks > _MAXIMUM_MARKS:
            continue
        pieces.append(_escape(character) if category in _UNPRINTABLE else character)
    return "".join(pieces)


def printable_code(line: str, *, limit: int = 400) -> str:
    """Return a line of source as :func:`printable` does, with its indentation kept."""
    return printable(line.rstrip("\r\n").expandtabs(4), limit=limit)


def without_log_commands(line: str) -> str:
    """Return a printed line that no CI log reads as a command.

    GitHub Actions acts on ``::name::`` at the start of a line, blanks before it included, and on
    ``##[name]`` anywhere; Azure Pipelines on ``##vso[name]``.
    """
    body = line.lstrip()
    if body.startswith("::"):
        line = line[: len(line) - len(body)] + "\\x3a" + body[1:]
    return line.replace("##[", "#\\x23[").replace("##vso[", "#\\x23vso[")


def cell_width(text: str) -> int:
    """Return how many columns `text` takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum(map(_character_width, text))


def _character_width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _escape(character: str) -> str:
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"

"""Makes text that students wrote safe wherever it is written: one function for each format."""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import cache
from pathlib import Path

# Cc controls, Cf bidi overrides and zero-width characters, Cs lone surrogates, Co private use,
# Cn unassigned, Zl and Zp line separators: none of these may reach a terminal as they are.
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_SHORT_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": " "}
_MAXIMUM_MARKS = 2
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|~>$:@])")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
_SHORTEST_PATH = 3


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


def html_text(text: str, *, limit: int = 4000) -> str:
    """Return `text` for HTML: between tags, and in attributes within quotes of either kind."""
    import html

    return html.escape(printable(text, limit=limit), quote=True)


def markdown_text(text: str, *, limit: int = 4000) -> str:
    """Return `text` for Markdown: no link, image, mention, heading, table, formula or tag.

    What means something to Markdown gets a backslash, what means something to HTML becomes an
    entity. GitHub looks for people and issues in what is left then: an invisible character that
    joins words keeps their marks from their names.
    """
    marked = _MARKDOWN.sub(r"\\\1", printable(text, limit=limit))
    marked = re.sub(r"\\([@#])", "\\\\\\1\u2060", marked)
    marked = marked.replace("&", "&amp;").replace("<", "&lt;").replace("\\>", "&gt;")
    return re.sub(r"^(\d+)(?=\\[.)])", "\\1\u2060", marked)


def log_command_data(text: str, *, limit: int = 4000) -> str:
    """Return `text` for what follows the second ``::`` of a GitHub log command.

    References
    ----------
    ``escapeData`` in github.com/actions/toolkit, packages/core/src/command.ts.
    """
    return without_log_commands(printable(text, limit=limit)).replace("%", "%25")


def log_command_property(text: str, *, limit: int = 400) -> str:
    """Return `text` for a property of a GitHub log command, such as ``title``.

    References
    ----------
    ``escapeProperty`` in the same file.
    """
    return log_command_data(text, limit=limit).replace(":", "%3A").replace(",", "%2C")


def csv_cell(text: str, *, limit: int = 4000) -> str:
    """Return `text` for a cell of a spreadsheet, where it is no formula; quoting is the writer's.

    References
    ----------
    OWASP, "CSV Injection".
    """
    shown = printable(text, limit=limit)
    return (
        f"'{shown}" if shown.lstrip().startswith(_FORMULA) or text.startswith(_FORMULA) else shown
    )


def json_text(document: str) -> str:
    """Return a JSON document that means the same, and in which no CI log finds a command."""
    return document.replace("##[", "#\\u0023[").replace("##vso[", "#\\u0023vso[")


def markup_text(document: str) -> str:
    """Return an HTML document that means the same, and in which no CI log finds a command.

    Its style sheets, where entities mean nothing, must not begin lines with two colons.
    """
    without_lines = re.sub(r"^(\s*):(?=:)", r"\1&#58;", document, flags=re.MULTILINE)
    return without_lines.replace("##[", "##&#91;").replace("##vso[", "##vso&#91;")


def without_paths(text: str) -> str:
    """Return `text` without the folders of this machine in which Python and its packages lie.

    Exceptions of Python itself name them; the rest of a path says enough.
    """
    for folder in _folders():
        text = text.replace(folder, "…")
    return text


@cache
def _folders() -> tuple[str, ...]:
    """Return the folders to leave out, longest first."""
    import sysconfig

    names = {sys.prefix, sys.base_prefix, str(Path.home()), str(Path(__file__).parents[2])}
    names.update(sysconfig.get_paths().values())
    names.update(str(Path(name).resolve()) for name in list(names))
    # Short ones, such as /usr, say nothing of a machine; the home of root is one of these.
    known = {name for name in names if len(Path(name).parts) >= _SHORTEST_PATH}
    return tuple(sorted(known, key=len, reverse=True))


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

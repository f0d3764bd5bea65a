"""Turns what a terminal report says in colours into HTML that a notebook shows below a cell."""

from __future__ import annotations

import html
import re

_STYLE = re.compile(r"\x1b\[([\d;]*)m")
# Each can be read on white and on a dark theme's black: at least 4.5 to 1 and 4 to 1. Nothing is
# told by colour alone.
_DECLARATIONS = {
    "1": "font-weight:bold",
    "2": "opacity:.75",
    "31": "color:#d3343c",
    "32": "color:#15803d",
    "33": "color:#a16207",
    "36": "color:#0e7490",
}
_BLOCK = "white-space:pre;overflow-x:auto;line-height:1.35"


def write_block(text: str) -> str:
    r"""Return HTML that shows lines as a terminal would.

    Parameters
    ----------
    text : str
        A terminal report, in colours or without. All of it but its styles is escaped.
    """
    pieces = _STYLE.split(text)
    body = [_escape(pieces[0])]
    for codes, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        declarations = [_DECLARATIONS[code] for code in codes.split(";") if code in _DECLARATIONS]
        shown = _escape(piece)
        if declarations and piece:
            shown = f'<span style="{";".join(declarations)}">{shown}</span>'
        body.append(shown)
    return f'<pre style="{_BLOCK}" tabindex="0">{"".join(body)}</pre>'


def _escape(text: str) -> str:
    """Return text for HTML in which no notebook finds a formula either."""
    return html.escape(text, quote=True).replace("$", "&#36;").replace("\\", "&#92;")

"""Turns what a terminal report says in colours into HTML that a notebook shows below a cell."""

from __future__ import annotations

import html
import re

_STYLE = re.compile(r"\x1b\[([\d;]*)m")
# Mixed with the colour that the notebook's theme writes in, so that each has a contrast of at least
# 4.5 to 1 on light and on dark. Nothing is told by colour alone.
_MIX = "color:color-mix(in srgb,currentColor 40%,{})"
_DECLARATIONS = {
    "1": "font-weight:bold",
    "2": "opacity:.75",
    "31": _MIX.format("#e5141e"),
    "32": _MIX.format("#0c9b3c"),
    "33": _MIX.format("#b87800"),
    "36": _MIX.format("#0090b8"),
}
_BLOCK = (
    "white-space:pre;overflow-x:auto;line-height:1.35;"
    "font-family:var(--jp-code-font-family,ui-monospace),monospace"
)


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

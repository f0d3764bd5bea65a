"""Terminal text as HTML below a notebook's cell."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from grader.report.coloured import write_block


class Reader(HTMLParser):
    """Gathers what a browser would see."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        """Note what stands between tags."""
        self.text += data


@pytest.mark.parametrize(
    "text",
    ["plain\n  lines\n", "<script>alert(1)</script>", "a & b \"c\" 'd'", r"$x$ \(y\) \[z\]", ""],
)
def test_text_is_shown_as_it_is(text: str) -> None:
    """No tag, entity or formula comes out of it."""
    page = write_block(text)
    reader = Reader()
    reader.feed(page)
    assert (reader.tags, reader.text) == (["pre"], text)
    assert "$" not in page
    assert "\\" not in page


def test_styles_become_spans() -> None:
    """Only those that a report writes; of any other nothing is left."""
    page = write_block("\x1b[1;31mFAIL\x1b[0m relu \x1b[35mx\x1b[0m")
    red = "color:color-mix(in srgb,currentColor 40%,#e5141e)"
    assert f'<span style="font-weight:bold;{red}">FAIL</span> relu x</pre>' in page

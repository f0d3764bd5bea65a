from __future__ import annotations

import shlex
import subprocess

import pytest

from grader.report.paper import Paper, wrap
from grader.report.untrusted import cell_width


@pytest.mark.parametrize("blanks", [0, 1, 23, 24, 25, 1000])
@pytest.mark.parametrize("before", ["", "before"])
def test_a_cell_indented_beyond_the_margin_is_written_all_the_same(
    blanks: int, before: str
) -> None:
    """However far to the right a cell begins, its words are there and no line is too wide."""
    paper = Paper(width=24)
    paper.row((before, ""), (" " * blanks + "6/6 and words for a second line", ""))
    assert "".join(paper.text().split()) == before + "6/6andwordsforasecondline"
    assert max(map(cell_width, paper.lines)) <= 24


@pytest.mark.parametrize("width", [-300, 0, 1])
def test_without_room_each_character_has_a_line(width: int) -> None:
    """A width of nothing ends, too."""
    assert list(wrap(["ab", "c"], width)) == ["a", "b", "c"]


@pytest.mark.parametrize("word", ["work", "/home/one/" + 9 * "very/deep/" + "folder"])
@pytest.mark.parametrize("width", [24, 40, 80, 200])
def test_a_command_can_be_pasted(width: int, word: str) -> None:
    """A shell takes the lines of a long one for one; only a wider word makes a line too wide."""
    command = f"grade check 'my folder/work' {word} --timeout 20 affine_forward relu_backward -v"
    paper = Paper(width=width)
    paper.paragraph("Then:", command=command, indent="", hang="  ")
    assert max(map(cell_width, paper.lines)) <= max(width, cell_width(f"  {word} \\"))
    written = paper.text().removeprefix("Then:").strip()
    program = f"set -- {written}\nprintf '%s\\n' \"$@\""
    pasted = subprocess.run(["/bin/sh", "-c", program], capture_output=True, text=True, check=True)
    assert pasted.stdout.splitlines() == shlex.split(command)

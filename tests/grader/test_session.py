"""The functions of a session's cells, beside the files of its folder."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from grader.errors import SubmissionError
from grader.model import Location
from grader.session import CELLS, find_session, read_session
from grader.submission.locate import locate

CELL = "def relu_forward(x):\n    return np.maximum(0, x), x"
TARGET = "layers:relu_forward"


def make_shell(*cells: str) -> Any:
    """Return what is read of a shell that ran cells."""
    names: dict[str, Any] = {"__name__": "__main__"}
    for cell in cells:
        exec(cell, names)  # noqa: S102 - as a shell would
    return SimpleNamespace(
        history_manager=SimpleNamespace(input_hist_raw=["", *cells]),
        user_module=SimpleNamespace(__name__="__main__"),
        user_ns=names,
    )


def test_a_definition_of_a_cell_comes_before_every_file(tmp_path: Path) -> None:
    """Also before one in the course's own place, and that is told."""
    (tmp_path / "cs231n").mkdir()
    (tmp_path / "cs231n" / "layers.py").write_text("def relu_forward(x):\n    return x + 1, x\n")
    submission = read_session(make_shell("import math", CELL)).open(tmp_path)
    located = locate(submission, [TARGET])
    assert located.definitions[TARGET].file == CELLS
    assert located.warnings == (
        f"cs231n/layers.py was not graded: {CELLS} defines the same names and comes first",
    )


def test_the_saved_notebook_is_not_mentioned(tmp_path: Path) -> None:
    """It is where the cells come from, as far as they are saved."""
    saved = {"cells": [{"cell_type": "code", "source": CELL.replace("0", "1")}], "nbformat": 4}
    (tmp_path / "Work.ipynb").write_text(json.dumps(saved))
    located = locate(read_session(make_shell(CELL)).open(tmp_path), [TARGET])
    assert (located.definitions[TARGET].file, located.warnings) == (CELLS, ())


def test_a_body_that_is_not_written_yet_counts_as_well(tmp_path: Path) -> None:
    """What a name means in the session is checked, whatever the file holds."""
    (tmp_path / "layers.py").write_text(CELL)
    located = locate(
        read_session(make_shell("def relu_forward(x):\n    pass")).open(tmp_path), [TARGET]
    )
    assert located.definitions[TARGET].stub


def test_a_broken_file_does_not_hide_a_cell(tmp_path: Path) -> None:
    """Although nothing else may stand in for a file in its own place."""
    (tmp_path / "cs231n").mkdir()
    (tmp_path / "cs231n" / "layers.py").write_text("def relu_forward(x:\n")
    located = locate(read_session(make_shell(CELL)).open(tmp_path), [TARGET])
    assert located.unreadable == {}


@pytest.mark.parametrize(
    "cell",
    [
        "import functools\n@functools.cache\n{cell}",
        "import functools\n{cell}\nrelu_forward = functools.cache(relu_forward)",
        "class Relu:\n    def __call__(self, x):\n        pass\n{cell}\nrelu_forward = Relu()",
    ],
)
def test_what_wraps_a_function_of_a_cell_is_the_session_s(cell: str, tmp_path: Path) -> None:
    """It is no function itself, and still not what the file holds."""
    (tmp_path / "layers.py").write_text(CELL)
    located = locate(read_session(make_shell(cell.format(cell=CELL))).open(tmp_path), [TARGET])
    assert located.definitions[TARGET].file == CELLS


def test_values_that_answer_no_question_are_no_functions() -> None:
    """A session holds whatever its owner puts there."""
    odd = """\
class Odd:
    def __call__(self): pass
    def __getattribute__(self, name): raise KeyError(name)
odd = Odd()"""
    session = read_session(make_shell(odd, CELL))
    assert session.own == {"Odd", "relu_forward"}


def test_a_cell_that_was_pasted_with_its_indentation_counts(tmp_path: Path) -> None:
    """IPython runs it, and the one before is not what the name means any more."""
    shell = make_shell("def relu_forward(x):\n    return 1", CELL)
    pasted = "\n" + "".join(f"    {line}\n" for line in CELL.splitlines())
    shell.history_manager.input_hist_raw[2] = pasted
    located = locate(read_session(shell).open(tmp_path), [TARGET])
    assert located.definitions[TARGET].location == Location(f"{CELLS}[2]", 2)


def test_names_that_mean_something_else_now_are_the_files(tmp_path: Path) -> None:
    """Such as one that was imported after a cell had defined it."""
    (tmp_path / "layers.py").write_text(CELL)
    shell = make_shell(CELL, "from json import dumps as relu_forward")
    located = locate(read_session(shell).open(tmp_path), [TARGET])
    assert located.definitions[TARGET].file == "layers.py"


def test_the_newest_cells_of_a_long_session_are_read(tmp_path: Path) -> None:
    """There is a bound, as for every notebook."""
    session = read_session(make_shell(*["1"] * 2_500, CELL))
    assert TARGET in locate(session.open(tmp_path), [TARGET]).definitions


def test_an_empty_folder_needs_a_function_of_a_cell(tmp_path: Path) -> None:
    """With one it can be read, without it is what it is."""
    assert set(read_session(make_shell(CELL)).open(tmp_path).files) == {CELLS}
    with pytest.raises(SubmissionError, match="is empty"):
        read_session(make_shell("x = 1")).open(tmp_path)


def test_there_is_no_session_outside_ipython() -> None:
    """Whether IPython has been imported or not."""
    assert find_session() is None

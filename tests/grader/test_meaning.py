"""What a session means by a name, held against what was checked."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from grader.session import CELLS, read_session

BODY = "    return np.maximum(0, x), x\n"
CELL = f"import numpy as np\ndef relu_forward(x):\n{BODY}"
OTHER = CELL.replace("np.maximum(0, x)", "np.abs(x)")
MARKS = """\
import functools
def plain(function):
    def inner(*values):
        return function(*values)
    return inner
def kept(function):
    return functools.wraps(function)(plain(function))
"""
NET = "class TwoLayerNet(object):\n    @staticmethod\n    def loss(X, y=None):\n        return {}\n"
TARGET = "layers:relu_forward"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of files that a session may import."""
    (tmp_path / "layers.py").write_text(CELL)
    (tmp_path / "marks.py").write_text(MARKS)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "layers", raising=False)
    monkeypatch.delitem(sys.modules, "marks", raising=False)
    return tmp_path


def tell(folder: Path, *cells: str, target: str = TARGET, hidden: str = "") -> tuple[str, ...]:
    """Return what is told of a session that ran cells, and what shows in none of them."""
    names: dict[str, Any] = {"__name__": "__main__"}
    for cell in (*cells, hidden):
        exec(cell, names)  # noqa: S102 - as a shell would
    shell = SimpleNamespace(
        history_manager=SimpleNamespace(input_hist_raw=["", *cells]),
        user_module=SimpleNamespace(__name__="__main__"),
        user_ns=names,
    )
    session = read_session(shell)
    try:
        return session.tell_unchecked(session.open(folder), folder, [target])
    finally:
        for module in ("layers", "marks"):
            sys.modules.pop(module, None)


def said(place: str) -> str:
    """Return how it begins to be told that something else was checked."""
    return f"the session's relu_forward was not checked, but that of {place}: "


@pytest.mark.parametrize(
    "cells",
    [
        ["x = 1"],
        [CELL],
        ["from layers import relu_forward"],
        ["from layers import *", "relu_forward = relu_forward"],
        ["import layers", "relu_forward = layers.relu_forward"],
        [OTHER, CELL],
        [CELL, "import functools\nrelu_forward = functools.cache(relu_forward)"],
        ["import marks, numpy as np\n@marks.kept\n" + CELL.partition("\n")[2]],
        ["from __future__ import annotations\n" + CELL.replace("(x):", "(x: Any):")],
        ["relu_forward = 3"],
    ],
)
def test_what_was_checked_as_it_is_meant_is_not_mentioned(folder: Path, cells: list[str]) -> None:
    """It was defined in a cell, or imported from the file; or is no function."""
    assert tell(folder, *cells) == ()


@pytest.mark.parametrize(
    "cells",
    [
        ["import marks, numpy as np\n@marks.plain\n" + CELL.partition("\n")[2]],
        [CELL, "relu_forward = np.vectorize(relu_forward)"],
        [CELL, "import functools\nrelu_forward = functools.partial(relu_forward)"],
        ["import numpy as np\nrelu_forward = np.frompyfunc(abs, 1, 1)"],
        ["from json import dumps as relu_forward"],
        ["exec(" + repr(OTHER) + ")"],
        ["from marks import plain as relu_forward"],
    ],
)
def test_a_file_that_was_checked_instead_is_told(folder: Path, cells: list[str]) -> None:
    """The session made the function by what shows no definition, or has it from elsewhere."""
    (note,) = tell(folder, *cells)
    assert note.startswith(said("layers.py"))
    assert "what a cell itself defines by def or class" in note


def test_a_script_that_was_run_counts_if_it_is_what_was_checked(folder: Path) -> None:
    """As %run leaves its functions in the session, whose own they then seem to be."""
    assert tell(folder, hidden=CELL) == ()
    assert tell(folder, hidden=OTHER)[0].startswith(said("layers.py"))


def test_an_older_cell_that_was_checked_instead_is_told(folder: Path) -> None:
    """A loop, exec and %run define again what a cell had defined."""
    inside = "".join(f"    {line}\n" for line in OTHER.splitlines())
    assert tell(folder, CELL, f"for _ in range(2):\n{inside}")[0].startswith(said(f"{CELLS}[1]"))
    assert tell(folder, f"{CELL}for _ in range(2):\n{inside}")[0].startswith(said(f"{CELLS}[1]"))
    assert tell(folder, CELL, hidden=OTHER)[0].startswith(said(f"{CELLS}[1]"))
    assert tell(folder, CELL, hidden=CELL) == ()


def test_a_class_is_compared_by_its_methods(folder: Path) -> None:
    """Static ones too."""
    target = "fc_net:TwoLayerNet"
    assert tell(folder, NET, target=target) == ()
    (note,) = tell(folder, NET, target=target, hidden=NET.replace("{}", "[]"))
    assert note.startswith(f"the session's TwoLayerNet was not checked, but that of {CELLS}[1]")


def test_what_nothing_defines_was_not_checked(folder: Path) -> None:
    """Then nothing is said to have been checked in its place."""
    (folder / "layers.py").unlink()
    (note,) = tell(folder, "import numpy as np\nrelu_forward = np.vectorize(abs)")
    assert note.startswith("the session's relu_forward was not checked: ")


def test_a_module_of_another_folder_was_not_checked(folder: Path, tmp_path: Path) -> None:
    """Although the session imported it under the right name."""
    elsewhere = folder / "hand_in"
    elsewhere.mkdir()
    (elsewhere / "layers.py").write_text(OTHER)
    (note,) = tell(elsewhere, "from layers import relu_forward")
    assert note.startswith(said("layers.py"))
    assert tell(tmp_path, "from layers import relu_forward") == ()


def test_values_that_answer_no_question_are_not_asked_twice(folder: Path) -> None:
    """A session holds whatever its owner puts there."""
    odd = """\
class Odd:
    def __call__(self): pass
    def __getattribute__(self, name): raise KeyError(name)
relu_forward = Odd()"""
    assert tell(folder, odd)[0].startswith(said("layers.py"))


def test_magics_in_a_body_cannot_be_compared(folder: Path) -> None:
    """IPython makes calls of them, of which the cell's text knows nothing."""
    cell = "def relu_forward(x):\n    %time x\n    return x, x"
    ran = cell.replace("%time x", "get_ipython().run_line_magic('time', 'x')")
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(ran, names)  # noqa: S102 - as a shell would
    shell = SimpleNamespace(
        history_manager=SimpleNamespace(input_hist_raw=["", cell]),
        user_module=SimpleNamespace(__name__="__main__"),
        user_ns=names,
    )
    session = read_session(shell)
    assert session.tell_unchecked(session.open(folder), folder, [TARGET]) == ()


def test_a_value_that_is_wrapped_in_itself_is_told(folder: Path) -> None:
    """Looking for what it wraps comes to an end."""
    made = f"import functools\n{OTHER}relu_forward.__wrapped__ = relu_forward"
    assert tell(folder, hidden=made)[0].startswith(said("layers.py"))

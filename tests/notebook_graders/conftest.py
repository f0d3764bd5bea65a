"""The cells that the documentation shows, and notebooks of students that hold them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

import grader

ROOT = Path(grader.__file__).parent.parent
PAGE = ROOT / "docs" / "notebooks.md"

FORWARD = """\
import numpy as np

def affine_forward(x, w, b):
    return x.reshape(x.shape[0], -1).dot(w) + b, (x, w, b)
"""
BACKWARD = """\
def affine_backward(dout, cache):
    x, w, b = cache
    dx = dout.dot(w.T).reshape(x.shape)
    dw = x.reshape(x.shape[0], -1).T.dot(dout)
    return dx, dw, dout.sum(axis=0)
"""
ANSWERS = {
    "right": (FORWARD, BACKWARD),
    "half": (FORWARD, BACKWARD.replace(".dot(dout)\n", ".dot(dout) / x.shape[0]\n")),
    "nothing": (
        "def affine_forward(x, w, b):\n    pass",
        "def affine_backward(dout, cache):\n    pass",
    ),
    "files": ("from layers import affine_forward", "from layers import affine_backward"),
}
"""What students wrote, as two cells; one has it in a file."""
LAYERS = f"{FORWARD}\n\n{BACKWARD}"
"""That file, ``layers.py``."""


@pytest.fixture(scope="session")
def answers() -> dict[str, tuple[str, str]]:
    """Return what students wrote, by name."""
    return ANSWERS


@pytest.fixture(scope="session")
def layers() -> str:
    """Return the file that one student has handed in beside the notebook."""
    return LAYERS


@pytest.fixture(scope="session")
def example() -> Callable[[str], str]:
    """Return a function that finds the first Python text below a heading of the page."""

    def find(heading: str) -> str:
        section = PAGE.read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2]
        (text, *_) = re.findall(r"^```python\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)
        return str(text)

    return find


@pytest.fixture(scope="session")
def kernel_environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return variables with which kernels find this checkout and leave the home folder alone."""
    folder = tmp_path_factory.mktemp("jupyter")
    return {
        "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "PYTHONPATH": str(ROOT),
    }


@pytest.fixture(scope="session")
def run_after_answers(
    tmp_path_factory: pytest.TempPathFactory, kernel_environment: dict[str, str]
) -> Callable[..., dict[str, list[Any]]]:
    """Return a function that runs a cell in a kernel once after each student's answers.

    It returns what the cell put out each time, by student. Files that are to lie beside the
    notebook are given by their paths.
    """

    def run(cell: str, files: Mapping[str, str]) -> dict[str, list[Any]]:
        folder = tmp_path_factory.mktemp("answers")
        for path, text in {"layers.py": LAYERS, **files}.items():
            (folder / path).parent.mkdir(exist_ok=True)
            (folder / path).write_text(text)
        sources = [source for answer in ANSWERS.values() for source in (*answer, cell)]
        notebook = nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, sources)))
        with pytest.MonkeyPatch.context() as patch:
            for name, value in kernel_environment.items():
                patch.setenv(name, value)
            where = {"metadata": {"path": str(folder)}}
            NotebookClient(notebook, timeout=120, resources=where).execute()
        return dict(zip(ANSWERS, (cell.outputs for cell in notebook.cells[2::3]), strict=True))

    return run

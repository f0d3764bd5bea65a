"""The notebooks that assignments and examples hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.validator import NotebookValidationError

from grader.course.catalogue import load_assignment
from grader.course.master import read_master

ROOT = Path(__file__).parent.parent
MASTERS = sorted(ROOT.glob("assignments/*/*.ipynb"))
NOTEBOOKS = [*MASTERS, *sorted(ROOT.glob("examples/**/*.ipynb"))]


def name_of(path: Path) -> str:
    """Return how a test names a notebook."""
    return path.relative_to(ROOT).as_posix()


def find_faults(notebook: dict[str, Any]) -> list[str]:
    """Return what keeps a notebook out of the repository: outputs, missing ids, wrong format."""
    cells = notebook["cells"]
    faults = [
        f"cell {number} has been run: clear its outputs and execution count"
        for number, cell in enumerate(cells)
        if cell.get("outputs") or cell.get("execution_count") is not None
    ]
    ids = [cell.get("id") for cell in cells]
    if None in ids:
        faults.append("a cell has no id: save the notebook as nbformat 4.5")
    elif len(set(ids)) < len(ids):
        faults.append("two cells share one id")
    if faults:
        return faults
    try:
        nbformat.validate(notebook)
    except NotebookValidationError as error:
        return [f"not a valid notebook: {error.message}"]
    return []


def make_notebook(**changes: Any) -> nbformat.NotebookNode:
    """Return a faultless notebook with one code cell, and ``changes`` made to that cell."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x = 1", id="first")])
    notebook["cells"][0].update(changes)
    return notebook


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of)
def test_committed_notebook_is_valid_and_clean(path: Path) -> None:
    """Every notebook is valid, has never been run, and its cells have ids."""
    assert find_faults(json.loads(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("path", MASTERS, ids=name_of)
def test_master_is_stored_as_editors_store_it(path: Path) -> None:
    """Indented by one blank, with one line end at the end, so that a change is a short diff."""
    text = path.read_bytes().decode("utf-8")
    notebook = json.loads(text)
    assert text == json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("path", MASTERS, ids=name_of)
def test_metadata_of_masters_are_readable(path: Path) -> None:
    """Every master holds checks, and an assignment reads them."""
    tags = [cell.tag for cell in read_master(path) if cell.tag is not None]
    assert any(tag.is_judged for tag in tags)
    loaded = load_assignment(path.parent)
    assert path.name in loaded.assignment.masters
    known = {check.id for check in loaded.assignment.checks}
    assert {tag.id for tag in tags if tag.is_judged} <= known


def test_clean_notebook_has_no_faults() -> None:
    """A fresh notebook passes."""
    assert find_faults(make_notebook()) == []


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"execution_count": 3}, "has been run"),
        (
            {"outputs": [nbformat.v4.new_output("stream", name="stdout", text="1\n")]},
            "has been run",
        ),
        ({"cell_type": "poem"}, "not a valid notebook"),
        ({"id": "no blanks allowed"}, "not a valid notebook"),
    ],
)
def test_faults_are_found(changes: dict[str, Any], fault: str) -> None:
    """Outputs, execution counts, unknown cells and malformed ids are each a fault."""
    assert [fault in found for found in find_faults(make_notebook(**changes))] == [True]


def test_old_format_without_ids_is_a_fault() -> None:
    """A notebook from before cells had ids is asked to be saved anew."""
    notebook = make_notebook()
    notebook["nbformat_minor"] = 4
    del notebook["cells"][0]["id"]
    assert any("no id" in fault for fault in find_faults(notebook))


def test_shared_ids_are_a_fault() -> None:
    """Two cells with one id cannot be told apart."""
    notebook = make_notebook()
    notebook["cells"].append(notebook["cells"][0])
    assert find_faults(notebook) == ["two cells share one id"]

from __future__ import annotations

import json
from typing import Any

import pytest

from grader.course.student_notebook import (
    code_of,
    import_besides,
    make_student_notebook,
    move_imports,
)
from grader.errors import AssignmentError
from grader.submission.edition import CS231N, LAYERS_UTILS, NNDL


def cell(kind: str, source: str, **metadata: Any) -> dict[str, Any]:
    """Return a cell of a master, with an output if it is code."""
    found: dict[str, Any] = {"cell_type": kind, "id": "x", "source": source, "metadata": metadata}
    if kind == "code":
        output = {"output_type": "stream", "name": "stdout", "text": ["secret output"]}
        found |= {"execution_count": 3, "outputs": [output]}
    return found


def release(*cells: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    """Return the student's notebook of a master that holds these cells."""
    master = {"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    found: dict[str, Any] = json.loads(make_student_notebook("a", json.dumps(master).encode()))
    return found


def text_of(*cells: dict[str, Any]) -> str:
    """Return the source of the first cell that students get."""
    return "".join(release(*cells)["cells"][0]["source"])


def test_cells_keep_their_ids_and_lose_their_outputs() -> None:
    """What a master was run with is nobody's business."""
    found = release(cell("code", "x = 1\nx"))["cells"][0]
    assert found["id"] == "x"
    assert (found["outputs"], found["execution_count"]) == ([], None)
    assert found["source"] == ["x = 1\n", "x"]


def test_check_cells_keep_their_name_alone() -> None:
    """They are found again by it; how they are judged is left out."""
    tag = {"id": "f.cell", "question": "f", "points": 2, "tolerance": 1e-8, "needs": ["g"]}
    assert release(cell("code", "f()", grader=tag))["cells"][0]["metadata"] == {
        "grader": {"id": "f.cell"}
    }


def test_cells_of_nbgrader_keep_their_name_too() -> None:
    """Its metadata say how many points there are; they are left out."""
    tag = {"schema_version": 3, "grade": True, "solution": False, "grade_id": "f", "points": 2}
    found = release(cell("code", "f()", nbgrader=tag, collapsed=True))["cells"][0]
    assert found["metadata"] == {"grader": {"id": "f"}}


@pytest.mark.parametrize("visibility", ["hidden", "after_due"])
def test_cells_that_are_not_public_are_left_out(visibility: str) -> None:
    """Nothing of them remains."""
    tag = {"id": "f", "question": "f", "points": 1, "visibility": visibility}
    assert release(cell("code", "secret", grader=tag))["cells"] == []


def test_hidden_tests_are_cut_out() -> None:
    """The visible part of the cell stays, without markers."""
    source = "assert f(1)\n\n### BEGIN HIDDEN TESTS\nassert f(2)\n### END HIDDEN TESTS\nprint(1)"
    assert text_of(cell("code", source)) == "assert f(1)\n\nprint(1)"


def test_solutions_become_todos_at_their_place() -> None:
    """Indentation is kept, so that the cell is still Python."""
    source = "def f(x):\n    ### BEGIN SOLUTION\n    y = 2\n    return y\n    ### END SOLUTION"
    assert text_of(cell("code", source)) == "def f(x):\n    # TODO: write your code here."


def test_solution_cells_are_emptied() -> None:
    """Code and prose each say what is wanted."""
    tag = {"solution": True}
    assert text_of(cell("code", "y = 2", grader=tag)) == "# TODO: write your code here."
    assert text_of(cell("markdown", "Two.", grader=tag)) == "*TODO: write your answer here.*"


def test_prose_stays_word_by_word() -> None:
    """Text without metadata is the handout."""
    assert text_of(cell("markdown", "# Title\n\nText.")) == "# Title\n\nText."


def test_notebook_metadata_hold_the_kernel_alone() -> None:
    """Course platforms leave much there."""
    kernel = {"name": "python3"}
    found = release(cell("markdown", "x"), kernelspec=kernel, celltoolbar="Create Assignment")
    assert found["metadata"] == {"kernelspec": kernel}


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"worksheets": []}', b"\xff"])
def test_what_is_no_notebook_is_told(content: bytes) -> None:
    """The message names the file."""
    with pytest.raises(AssignmentError, match="master: it is no notebook of format 4"):
        make_student_notebook("master", content)


@pytest.mark.parametrize("source", ["### BEGIN HIDDEN TESTS\nx", "### END HIDDEN TESTS"])
def test_markers_without_counterpart_are_told(source: str) -> None:
    """Otherwise a hidden test would be handed out."""
    with pytest.raises(AssignmentError, match="a, cell 1: "):
        release(cell("code", source))


@pytest.mark.parametrize("source", ["### BEGIN SOLUTION\nx", "### END SOLUTION"])
def test_solution_markers_without_counterpart_are_told(source: str) -> None:
    """Otherwise a solution would be handed out."""
    with pytest.raises(AssignmentError, match="a, cell 1: "):
        release(cell("code", source))


def test_imports_move_to_another_edition() -> None:
    """In code by dotted name, in prose by path."""
    text = "from cs231n.classifiers.fc_net import *\nimport cs231n.layers\nin `cs231n/optim.py`"
    assert move_imports(text, CS231N, LAYERS_UTILS) == (
        "from classifiers.fc_net import *\nimport layers.layers\nin `base/optim.py`"
    )
    assert "from nndl.fc_net import *" in move_imports(text, CS231N, NNDL)
    assert move_imports(text, CS231N, CS231N) == text


def test_all_files_of_a_module_are_imported_where_one_was() -> None:
    """Convolutions have a file of their own in one edition; the notebook stays JSON."""
    text = json.dumps(release(cell("code", "from nndl.layers import *\nx = 1")))
    found = import_besides(text, NNDL, ["nndl/layers.py", "nndl/conv_layers.py"])
    assert code_of(found) == ("from nndl.layers import *\nfrom nndl.conv_layers import *\nx = 1")
    assert import_besides(text, NNDL, ["nndl/layers.py"]) == text


def test_code_is_what_code_cells_hold() -> None:
    """Prose is left out."""
    cells = [cell("markdown", "prose"), cell("code", "a"), cell("code", "b")]
    assert code_of(json.dumps(release(*cells))) == "a\nb"

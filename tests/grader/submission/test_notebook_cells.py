import json

import pytest

from grader.submission.notebook import is_notebook, parse_cells, read_cells


def notebook(*cells: str | tuple[str, str], version: int = 4) -> bytes:
    """Return a notebook; a cell is code, or (kind, source)."""
    made = [
        {"cell_type": kind, ("input" if version == 3 and kind == "code" else "source"): source}
        for kind, source in (cell if isinstance(cell, tuple) else ("code", cell) for cell in cells)
    ]
    body = {"worksheets": [{"cells": made}]} if version == 3 else {"cells": made}
    return json.dumps({"nbformat": version, **body}).encode()


@pytest.mark.parametrize("version", [3, 4])
def test_code_cells_of_both_formats_are_read(version: int) -> None:
    """Formats 3 and 4 keep cells in different places."""
    cells = read_cells(notebook(("markdown", "# Title"), "x = 1", version=version))
    assert [(cell.index, cell.source) for cell in cells] == [(2, "x = 1")]


@pytest.mark.parametrize(
    "content", [b"[]", b"{}", b'{"cells": 3}', b"nonsense", b'{"a":' * 5000, b"\xff\xfe{"]
)
def test_what_is_no_notebook_is_a_value_error(content: bytes) -> None:
    """Whatever the file holds, the caller gets one kind of error."""
    with pytest.raises(ValueError, match=r".+"):
        read_cells(content)


@pytest.mark.parametrize(
    "content",
    [b'{"cells": [1, null, {"cell_type": "code"}, {"cell_type": "code", "source": [1, "x"]}]}'],
)
def test_cells_of_odd_types_are_passed_over(content: bytes) -> None:
    """A damaged cell costs only itself."""
    assert [cell.source for cell in read_cells(content)] == ["", "x"]


def test_a_python_file_may_hold_a_notebook() -> None:
    """Some students rename the notebook instead of exporting it."""
    assert is_notebook(notebook("x = 1"))
    assert not is_notebook(b"{'cells': 1}\n")
    assert not is_notebook(b"x = 1")


def test_magics_are_silenced_and_blocks_keep_a_body() -> None:
    """IPython's lines disappear, the cell's other lines stay where they were."""
    source = "%matplotlib inline\n!ls\nif x:\n    %cd here\nfiles = !ls\nnp.dot?\n"
    source += "def f():\n    return 5 % 3\n"
    (cell,) = parse_cells("nb.ipynb", notebook(source))
    assert cell.problem is None
    assert cell.body[-1].lineno == 7


def test_cells_of_other_languages_are_blank() -> None:
    """A bash cell holds no Python; a timed cell does."""
    cells = parse_cells("nb.ipynb", notebook("%%bash\nls -l | wc", "%%time\nx = 1"))
    assert [len(cell.body) for cell in cells] == [0, 1]
    assert not any(cell.problem for cell in cells)


def test_a_cell_that_does_not_parse_costs_only_itself() -> None:
    """Its problem names the cell and the line in it."""
    cells = parse_cells("nb.ipynb", notebook("x = 1", "y = 2\nprint 'y'", "z = 3"))
    problem = cells[1].problem
    assert problem is not None
    assert (problem.file, problem.line, problem.python2) == ("nb.ipynb[2]", 2, True)
    assert [len(cell.body) for cell in cells] == [1, 0, 1]

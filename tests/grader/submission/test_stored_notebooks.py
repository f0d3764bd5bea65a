from __future__ import annotations

import io
import json
import math
import tarfile
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import SubmissionError
from grader.submission.archive import ArchiveLimits, open_submission
from grader.submission.copies import Copies
from grader.submission.printed import find_sites, read_numbers
from grader.submission.shortening import shorten_notebook
from grader.submission.stored import StoredCell, read_stored_cells, stored_cells


def notebook(*cells: object, **more: object) -> bytes:
    """Return the bytes of a notebook with these cells."""
    return json.dumps({"nbformat": 4, "metadata": {}, "cells": cells} | more).encode()


def run_cell(source: str, *outputs: Any, **more: Any) -> dict[str, Any]:
    """Return a code cell that was run."""
    return {"cell_type": "code", "source": source, "outputs": [*outputs], **more}


def printed(text: str) -> dict[str, Any]:
    """Return the output of a print."""
    return {"output_type": "stream", "name": "stdout", "text": text}


def cell(source: str, output: str = "", index: int = 1, *, ids: tuple[str, ...] = ()) -> StoredCell:
    """Return a stored cell with some output."""
    return StoredCell("a.ipynb", index, "code", source, frozenset(ids), output, "", bool(output))


def test_cells_are_read_with_outputs_and_names() -> None:
    """Text of all outputs is joined, colours go, and both tools' names are taken."""
    error = {"output_type": "error", "ename": "ValueError", "evalue": "x", "traceback": ["long"]}
    first = run_cell(
        ["a = 1\n", "a"],
        printed("\x1b[31mdx error: 1e-9\x1b[0m\n"),
        {"output_type": "execute_result", "data": {"text/plain": ["1"], "image/png": "iVBO"}},
        error,
        metadata={"grader": {"id": "x.cell"}, "nbgrader": {"grade_id": "x"}},
    )
    read, words = read_stored_cells("a.ipynb", notebook(first, {"cell_type": "markdown"}))
    assert read.source == "a = 1\na"
    assert read.output == "dx error: 1e-9\n\n1"
    assert read.raised == "ValueError: x"
    assert read.ids == {"x.cell", "x"}
    assert (read.was_run, words.was_run, words.index) == (True, False, 2)


def test_old_format_is_read() -> None:
    """Notebooks of format 3 keep sources, outputs and counts under other names."""
    old = {
        "cell_type": "code",
        "input": ["a"],
        "outputs": [
            {"output_type": "pyout", "text": ["1"]},
            {"output_type": "pyerr", "ename": "E"},
        ],
        "prompt_number": 3,
    }
    content = json.dumps({"nbformat": 3, "worksheets": [{"cells": [old]}]}).encode()
    (read,) = read_stored_cells("a.ipynb", content)
    assert (read.source, read.output, read.raised, read.was_run) == ("a", "1", "E", True)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[" * 200_000,
        b'{"cells": ' + b"[" * 200_000,
        b'{"cells": 3}',
        b'{"cells": [1, null, "a", [], {}]}',
        b'{"worksheets": [1, {"cells": 2}]}',
        notebook({"cell_type": 3, "source": 4, "outputs": 5, "metadata": 6, "id": [7]}),
        notebook(run_cell("x", 1, [], {"text": 2}, {"data": 3}, {"text": [4]}, metadata=[])),
        notebook(run_cell("x", {"output_type": "error", "ename": 1}, execution_count="a")),
        notebook({"cell_type": "code", "source": "x" * 10_000_000}),
    ],
    ids=range(11),
)
def test_whatever_is_handed_in_is_read_or_left_out(content: bytes) -> None:
    """Neither broken files nor values of other kinds raise, and nothing grows without bounds."""
    for read in stored_cells({"a.ipynb": content}, ["x", "1", "["]):
        assert isinstance(read.source, str)
        assert len(read.source) + len(read.output) < 1 << 20


KEYS = ["cells", "source", "outputs", "text", "data", "metadata", "cell_type"]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
    ),
    max_leaves=8,
)


@settings(max_examples=50)
@given(st.lists(json_values, max_size=3))
def test_any_json_is_survived(cells: list[object]) -> None:
    """A notebook is what a student's editor, or a student, wrote."""
    content = notebook(*cells)
    assert len(read_stored_cells("a.ipynb", content)) == len(cells)
    shortened = shorten_notebook(content)
    assert shortened is not None
    assert len(read_stored_cells("a.ipynb", shortened)) == len(cells)


def test_notebooks_without_the_words_are_not_parsed() -> None:
    """Only what mentions a function of the assignment, outside skipped folders, is read."""
    content = notebook(run_cell("affine_forward(x)"))
    files = {
        "a.ipynb": content,
        "b.ipynb": notebook(run_cell("relu")),
        ".ipynb_checkpoints/a.ipynb": content,
        "a.py": content,
    }
    assert [read.notebook for read in stored_cells(files, ["affine_forward"])] == ["a.ipynb"]
    assert stored_cells(files, []) == ()


FIVE_MEGABYTES = notebook(
    run_cell(
        "print(1)",
        printed("dx error: 1e-9\n" * 100_000),
        {"output_type": "display_data", "data": {"image/png": "A" * (3 << 20)}},
    ),
    {"cell_type": "markdown", "source": "Kept.", "attachments": {"a": "A" * 500_000}},
)


@pytest.mark.parametrize("kind", ["folder", "file", "zip", "tar"])
def test_long_outputs_are_cut_not_refused(kind: str, tmp_path: Path) -> None:
    """However it is handed in, a notebook that outputs make long keeps its sources."""
    path = tmp_path / "hand-in"
    if kind == "folder":
        path.mkdir()
        (path / "a.ipynb").write_bytes(FIVE_MEGABYTES)
    elif kind == "file":
        path.write_bytes(FIVE_MEGABYTES)
    elif kind == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a.ipynb", FIVE_MEGABYTES)
    else:
        with tarfile.open(path, "w") as tar:
            info = tarfile.TarInfo("a.ipynb")
            info.size = len(FIVE_MEGABYTES)
            tar.addfile(info, io.BytesIO(FIVE_MEGABYTES))
    submission = open_submission(path, ArchiveLimits(file_bytes=1 << 20))
    (content,) = submission.files.values()
    assert len(content) < 100_000
    assert not submission.warnings
    code, words = read_stored_cells("a.ipynb", content)
    assert code.output.startswith("dx error: 1e-9\n")
    assert words.source == "Kept."


def test_tar_member_longer_than_one_read_is_taken(tmp_path: Path) -> None:
    """A member is read in pieces: what asks for all of it at once is refused."""
    content = notebook(run_cell("a", printed("b" * (33 << 20))))
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w") as tar:
        info = tarfile.TarInfo("a.ipynb")
        info.size = len(content)
        tar.addfile(info, io.BytesIO(content))
    assert list(open_submission(path).files) == ["a.ipynb"]


def test_notebook_of_endless_code_is_one_clear_line(tmp_path: Path) -> None:
    """What stays too long without its outputs is refused with what to do."""
    path = tmp_path / "a.ipynb"
    path.write_bytes(notebook(run_cell("x" * 2_000_000)))
    limits = ArchiveLimits(file_bytes=1 << 20, short_bytes=1 << 10)
    with pytest.raises(SubmissionError, match="clear the notebook's outputs"):
        open_submission(path, limits)


@pytest.mark.parametrize(
    ("source", "output", "numbers"),
    [
        ("print('dx error: ', rel_error(dx_num, dx))", "dx error:  1.5e-09\n", [1.5e-9]),
        ("print 'dx error: ', rel_error(dx_num, dx)", "dx error:  1.5e-09\n", [1.5e-9]),
        ("print('dx error: ', rel_error(a, b))", "('dx error: ', 1.5e-09)\n", [1.5e-9]),
        ("print('%s error: %.2e' % (name, rel_error(a, b)))", "W1 error: 2.50e-03\n", [2.5e-3]),
        ("print(f'{name} error: {rel_error(a, b)}')", "W1 error: 0.25\nb1 error: 0.5\n", [0.5]),
        ("print('{} error: {}'.format(n, rel_error(a, b)))", "W1 error: nan\n", [math.inf]),
        ("d = np.abs(a - b).sum()\nprint('Gap')\nprint(d)", "Gap\n1e-3\n", [1e-3]),
        ("print('\\nGap:', np.linalg.norm(a - b))", "\nGap: 7\n", [7.0]),
        (
            "print('dx error: ', rel_error(a, b))\nprint('dx error: ', rel_error(c, d))",
            "dx error: 1\ndx error: 2\n",
            [1.0, 2.0],
        ),
        (
            "print('dx error: ', rel_error(a, b))\nprint('dx error: ', rel_error(c, d))",
            "dx error: 1\n",
            [],
        ),
        (
            "g = grad_check_sparse(f, W, grad, 2)\ng = grad_check_sparse(f, W, grad, 2)",
            "".join(f"numerical: 1 analytic: 1, relative error: {n}e-9\n" for n in (1, 2, 3, 4)),
            [2e-9, 4e-9],
        ),
        ("print('loss: ', loss)", "loss: 2.3\n", []),
        ("def (", "dx error: 1\n", []),
    ],
)
def test_numbers_are_read_where_they_are_printed(
    source: str, output: str, numbers: list[float]
) -> None:
    """A printed error is found by its label, whatever Python and format printed it."""
    found = read_numbers(output, find_sites(source))
    assert [found[place] for place in sorted(found)] == numbers


def test_sites_name_what_is_compared_and_where() -> None:
    """An error that a name holds is compared where it is assigned; functions are no names."""
    source = (
        "diff = rel_error(out, correct_out)\nx = 3\nprint('difference', diff)\n"
        "assert diff < 1e-6\ndiff = x\nprint(diff)"
    )
    shown, asserted = find_sites(source)
    assert shown.names == asserted.names == {"out", "correct_out"}
    assert (shown.line, asserted.line) == (1, 1)
    assert shown.label is not None
    assert asserted.label is None


def test_hostile_labels_and_outputs_take_no_time() -> None:
    """A student writes both the pattern and the text: neither may make the search explode."""
    label = "%s a " * 60
    source = f"print('{label}%e' % ({'n, ' * 60}rel_error(a, b)))\nprint('a a a', rel_error(c, d))"
    output = "\n" * 30_000 + "a " * 30_000 + "\n" + "a" * 60_000
    assert read_numbers(output, find_sites(source)) == {}
    assert find_sites(f"print x{' ' * 15_000}y\nprint 'dx', rel_error(a, b)") == ()
    assert find_sites("print(rel_error(a, b))\n" * 5_000) == ()
    assert len(find_sites("print(rel_error(a, b))\n" * 500)) == 100


FORWARD = """\
# Test the affine_forward function
out, _ = affine_forward(x, w, b)
correct_out = np.array([[1.49834967, 1.70660132]])
print('difference: ', rel_error(out, correct_out))
"""
BACKWARD = """\
dx_num = eval_numerical_gradient_array(lambda x: affine_forward(x, w, b)[0], x, dout)
_, cache = affine_forward(x, w, b)
dx, dw, db = affine_backward(dout, cache)
print('dx error: ', rel_error(dx_num, dx))
"""
NETWORK = """\
model = FullyConnectedNet([H1, H2], input_dim=D, reg=reg)
loss, grads = model.loss(X, y)
print('W1 error: ', rel_error(grad_num, grads[name]))
"""


@pytest.mark.parametrize(
    "copy",
    [
        FORWARD,
        FORWARD.replace("# Test the affine_forward function", "# from my friend"),
        FORWARD.replace("print('difference: ', ", "print ('my difference', "),
        "t0 = time.time()\n" + FORWARD + "\nplt.plot(out.ravel())\n" * 20,
        FORWARD.replace("('difference: ', rel_error(out, correct_out))", " 'd', rel_error(out, 1)"),
    ],
    ids=["same", "comment", "label", "grown", "python 2"],
)
def test_copy_is_found_whatever_became_of_it(copy: str) -> None:
    """Edited cells are recognised among others, wherever they stand."""
    cells = [cell(BACKWARD), cell("x = 1"), cell(copy, "difference: 1", 3), cell(NETWORK)]
    found = Copies(cells).find("affine_forward.cell", FORWARD)
    assert found is not None
    assert found.index == 3


def test_name_wins_over_likeness_and_output_over_order() -> None:
    """A cell of the right id is the copy; of two equal cells the one that was run last is."""
    renamed = cell("out = mine(x)", index=2, ids=("affine_forward.cell",))
    found = Copies([cell(FORWARD), renamed]).find("affine_forward.cell", FORWARD)
    assert found is renamed
    twice = [cell(FORWARD, "a", 1), cell(FORWARD, "b", 2), cell(FORWARD, "", 3)]
    assert Copies(twice).find("affine_forward.cell", FORWARD) is twice[1]


def test_what_does_something_else_is_no_copy() -> None:
    """A deleted cell has no copy, and an option makes a check another one."""
    assert Copies([cell(BACKWARD), cell(NETWORK)]).find("affine_forward.cell", FORWARD) is None
    normalised = NETWORK.replace("reg=reg", "reg=reg, use_batchnorm=True")
    assert Copies([cell(NETWORK)]).find("batchnorm.cell", normalised) is None
    other_year = NETWORK.replace("reg=reg", "reg=reg, normalization='batchnorm'")
    assert Copies([cell(other_year)]).find("batchnorm.cell", normalised) is not None


@pytest.mark.parametrize("label", ["", "1", "( ( ( ( ( ("])
@pytest.mark.parametrize("line", ["1" * 399 + "x", " " * 200 + "1" * 199 + "x", "(" * 400])
def test_no_output_takes_long_to_search(label: str, line: str) -> None:
    """A hundred labels and 64 KB of whatever a student prints are searched in no time."""
    source = "\n".join(f"print(q, '{label}{'(' * n}', abs(a - b))" for n in range(100))
    sites = find_sites(source)
    assert len(sites) == 100
    started = time.process_time()
    read_numbers("\n".join([line] * 160), sites)
    assert time.process_time() - started < 3.0


@pytest.mark.parametrize("kind", [["error"], {"error": 1}, None, 3])
def test_the_type_of_an_output_may_be_anything(kind: object) -> None:
    """What cannot be the member of a set is no exception either."""
    (stored,) = read_stored_cells("a.ipynb", notebook(run_cell("x", {"output_type": kind})))
    assert stored.raised == ""

"""Import from the command line: what is written, what is said, and the exit codes."""

import json
from pathlib import Path

import pytest

from grader.checks.cells import CellCheck
from grader.cli.entry import main
from grader.course.catalogue import load_assignment
from grader.course.expected import expected_for

SETUP = """\
import numpy as np
from cs231n.layers import *
from cs231n.gradient_check import eval_numerical_gradient_array

def rel_error(x, y):
    return np.max(np.abs(x - y) / np.maximum(1e-8, np.abs(x) + np.abs(y)))
"""
BACKWARD = """\
x = np.random.randn(4, 4)
dout = np.random.randn(4, 4)
dx_num = eval_numerical_gradient_array(lambda x: relu_forward(x)[0], x, dout)
dx = relu_backward(dout, relu_forward(x)[1])
# The error should be less than 1e-9
print('dx error: ', rel_error(dx_num, dx))
"""
WRONG = """\
out, _ = relu_forward(np.array([-1.0, 2.0]))
correct_out = np.array([-1.0, 2.0])
print('difference: ', rel_error(out, correct_out))
"""


def write_notebook(path: Path, *cells: str) -> Path:
    """Write a notebook of code cells."""
    made = [{"cell_type": "code", "metadata": {}, "source": cell, "outputs": []} for cell in cells]
    notebook = {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": made}
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path


def test_a_draft_can_be_loaded_and_has_expected_values(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The folder holds a whole assignment whose cells are checks, and the account of it."""
    handout = write_notebook(tmp_path / "Layers.ipynb", SETUP, BACKWARD)
    draft = tmp_path / "week1"
    assert main(["import", str(handout), "--into", str(draft)]) == 0
    said = capsys.readouterr().out
    assert "relative error: rel_error(dx_num, dx)" in said
    assert "1 check cell for 1 comparison, 0 comparisons left unjudged" in said
    assert (draft / "IMPORT.md").read_text(encoding="utf-8") in said
    loaded = load_assignment(draft)
    assert [type(check) for check in loaded.assignment.checks] == [CellCheck]
    assert expected_for(loaded, None)


def test_what_the_reference_does_not_pass_is_left_with_what_was_wrong(tmp_path: Path) -> None:
    """A printed value that is not the reference's makes its cell a review item."""
    handout = write_notebook(tmp_path / "Layers.ipynb", SETUP, BACKWARD, WRONG)
    draft = tmp_path / "week1"
    assert main(["import", str(handout), "--into", str(draft), "--quiet"]) == 0
    said = (draft / "IMPORT.md").read_text(encoding="utf-8")
    assert "the reference does not pass out" in said
    kinds = sorted(str(check.kind) for check in load_assignment(draft).assignment.checks)
    assert kinds == ["notebook_cell", "review"]


def test_a_toy_network_of_the_other_orientation_declares_its_convention(tmp_path: Path) -> None:
    """Printed values choose how the reference keeps its weights."""
    cell = (
        "import numpy as np\nfrom nndl.neural_net import TwoLayerNet\n"
        "np.random.seed(0)\nnet = TwoLayerNet(4, 10, 3, std=1e-1)\n"
        "correct_shape = np.array([10., 4.])\n"
        "print(np.sum(np.abs(np.array(net.params['W1'].shape) - correct_shape)))"
    )
    handout = write_notebook(tmp_path / "toy.ipynb", cell)
    draft = tmp_path / "toy"
    assert main(["import", str(handout), "--into", str(draft), "--quiet"]) == 0
    orientation, _ = load_assignment(draft).assignment.conventions
    assert orientation.default == "output_first"


def test_a_handout_that_the_reference_does_not_know_is_written_and_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its cells wait for a person, and the message names what the reference lacks."""
    cell = "from cs231n.rnn_layers import rnn_forward\nassert np.all(rnn_forward(1) == 2)"
    handout = write_notebook(tmp_path / "rnn.ipynb", SETUP, cell)
    draft = tmp_path / "week9"
    assert main(["import", str(handout), "--into", str(draft), "--quiet"]) == 4
    assert "rnn_layers:rnn_forward" in capsys.readouterr().err
    assert [str(check.kind) for check in load_assignment(draft).assignment.checks] == ["review"]


@pytest.mark.parametrize("folder", ["full", "file", "softmax"])
def test_a_folder_or_a_name_that_is_taken_is_wrong_usage(
    tmp_path: Path, folder: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is overwritten, and no draft hides behind the name of an assignment."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    handout = write_notebook(tmp_path / "Layers.ipynb", SETUP, BACKWARD)
    assert main(["import", str(handout), "--into", str(tmp_path / folder)]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "choose" in said


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("broken.zip", b"PK\x03\x04 broken", 3),
        ("absent.zip", None, 3),
        ("empty.ipynb", b'{"cells": [], "nbformat": 4}', 4),
        ("torch.ipynb", b'{"cells": [{"cell_type": "code", "source": "import torch"}]}', 4),
        ("list.ipynb", b"[1, 2]", 4),
        ("layers.py", b"x = 1\n", 4),
    ],
)
def test_what_cannot_be_imported_is_one_line_and_its_code(
    tmp_path: Path, name: str, content: bytes | None, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """What cannot be read ends with 3, what holds nothing to judge with 4; nothing is written."""
    if content is not None:
        (tmp_path / name).write_bytes(content)
    assert main(["import", str(tmp_path / name), "--into", str(tmp_path / "draft")]) == code
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert name in said
    assert not (tmp_path / "draft").exists()

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import grader
import reference
from grader.course.catalogue import load_assignment
from grader.course.expected import drift, regenerate
from grader.course.regeneration import literal_drift, renew_literals
from grader.errors import AssignmentError

Declare = Callable[..., Path]

SETUP = """\
import numpy as np
from cs231n.layers import *
"""
CELL = """\
x = np.linspace(-0.5, 0.5, num=4).reshape(2, 2)
out, _ = relu_forward(x)
correct_out = np.array([[0.        , 0.        ],  # no \\u0022ü\\u0022 here
                        [0.16666667, 0.5       ]])
print('difference: ', rel_error(out, correct_out))
w, b = np.ones((2, 3)), np.array([0.25, 0., -0.25])
out, _ = affine_forward(x, w, b)
correct_out = np.array([[-0.41666667, -0.66666667, -0.91666667],
                        [0.91666667, 0.66666667, 0.41666667]])
print('difference: ', rel_error(out, correct_out))
"""


def notebook_of(cell: str) -> str:
    """Return the text of a master notebook with this check cell, escapes included."""
    cells = [
        {"cell_type": "markdown", "id": "words", "metadata": {}, "source": ["# Grüße\n", "1.5"]},
        {
            "cell_type": "code",
            "id": "setup",
            "metadata": {"grader": {"setup": True}},
            "source": SETUP,
        },
        {
            "cell_type": "code",
            "id": "check",
            "metadata": {"grader": {"id": "layers.cell", "question": "relu", "points": 4}},
            "source": cell.splitlines(keepends=True),
        },
    ]
    return json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5}, indent=1) + "\r\n"


@pytest.fixture
def folder(declare: Declare) -> Path:
    """Return an assignment with a master notebook and current expected values."""
    made = declare(("questions=", 'masters=("layers.ipynb",), questions='))
    (made / "layers.ipynb").write_bytes(notebook_of(CELL).encode())
    regenerate(load_assignment(made))
    return made


def test_target_that_only_metadata_name_and_no_reference_has_is_told(folder: Path) -> None:
    """A cell may be declared for more than it calls; what the reference lacks is named."""
    path = folder / "layers.ipynb"
    named = b'"points": 4, "targets": ["layers:relu_forwards"]'
    path.write_bytes(path.read_bytes().replace(b'"points": 4', named))
    with pytest.raises(AssignmentError, match=r"tiny: .*'layers:relu_forwards'"):
        regenerate(load_assignment(folder))


def test_right_literals_are_left_alone(folder: Path) -> None:
    """Where nothing differs by more than is printed, no byte of the notebook changes."""
    before = (folder / "layers.ipynb").read_bytes()
    assert literal_drift(load_assignment(folder)) == []
    assert renew_literals(load_assignment(folder)) == []
    assert (folder / "layers.ipynb").read_bytes() == before


def test_wrong_digits_are_renewed_in_place(folder: Path) -> None:
    """The notebook becomes the right one again, byte by byte, and the change says what."""
    path = folder / "layers.ipynb"
    right = path.read_bytes()
    wrong = right.replace(b"0.16666667", b"0.26666667").replace(b"[0.91666667", b"[0.91666669")
    path.write_bytes(wrong)
    changes = literal_drift(load_assignment(folder))
    assert path.read_bytes() == wrong
    assert renew_literals(load_assignment(folder)) == changes
    assert path.read_bytes() == right
    first, second = changes
    assert first.name == "layers.ipynb, cell 3, correct_out[1, 0]"
    assert (first.old, first.new) == ("0.26666667", "0.16666667")
    assert first.relative == pytest.approx(0.375, rel=1e-6)
    assert second.name == "layers.ipynb, cell 3, correct_out[1, 0]"
    assert (second.old, second.new) == ("0.91666669", "0.91666667")


def test_one_unit_in_the_last_place_is_the_limit(folder: Path) -> None:
    """A sixth printed to eight places ends in 7; 6 and 8 are wrong by more than half a unit."""
    path = folder / "layers.ipynb"
    right = path.read_bytes()
    for digit in (b"6", b"8"):
        path.write_bytes(right.replace(b"0.16666667", b"0.1666666" + digit))
        assert len(literal_drift(load_assignment(folder))) == 1


def test_literal_of_another_shape_needs_a_person(folder: Path) -> None:
    """Numbers cannot be renewed where there are too few of them."""
    path = folder / "layers.ipynb"
    path.write_bytes(path.read_bytes().replace(b"[[0.        , 0.        ]", b"[[0.        ]"))
    text = path.read_text()
    path.write_text(text.replace("[0.16666667, 0.5       ]]", "[0.16666667]]"))
    with pytest.raises(AssignmentError, match=r"layers\.ipynb, cell 3: .* write it anew"):
        literal_drift(load_assignment(folder))


def test_hidden_tests_hold_literals_too(folder: Path) -> None:
    """The second literal of a name may stand in the hidden part, where it is the first."""
    marked = CELL.replace("w, b =", "### BEGIN HIDDEN TESTS\nw, b =")
    path = folder / "layers.ipynb"
    right = notebook_of(f"{marked}### END HIDDEN TESTS\n").encode()
    path.write_bytes(right.replace(b"-0.41666667", b"-0.51666667"))
    (change,) = renew_literals(load_assignment(folder))
    assert change.name == "layers.ipynb, cell 3, correct_out[0, 0]"
    assert path.read_bytes() == right


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a copy of grader and reference that a test may change."""
    root = tmp_path / "tree"
    ignored = shutil.ignore_patterns("__pycache__", "*.so", "*.c")
    for package in (grader, reference):
        source = Path(str(package.__file__)).parent
        shutil.copytree(source, root / source.name, ignore=ignored)
    return root


def run_grade(tree: Path, *arguments: str) -> tuple[int, str]:
    """Run the command in a process that imports from the tree; return its code and output."""
    script = f"import sys; sys.path.insert(0, {str(tree)!r})\nfrom grader.cli import main\n"
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"{script}sys.exit(main({list(arguments)!r}))"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_one_changed_character_of_a_formula_is_found_by_the_command(
    folder: Path, tree: Path
) -> None:
    """``--check`` names what is not right any more; without it everything is renewed."""
    path = folder / "layers.ipynb"
    assert run_grade(tree, "regenerate", str(folder), "--check")[0] == 0
    formula = "x.reshape(x.shape[0], w.shape[0]) @ w + b"
    module = tree / "reference/layers/dense.py"
    text = module.read_text()
    assert text.count(formula) == 1
    module.write_text(text.replace(formula, formula.replace("+", "-")))
    before = {file.name: file.read_bytes() for file in folder.glob("*.*")}

    code, said = run_grade(tree, "regenerate", str(folder), "--check")
    assert code == 4
    assert (
        "layers.ipynb, cell 3, correct_out[0, 0]: -0.41666667 becomes -0.91666667, "
        "by 5.5e-01 of its size" in said
    )
    assert "layers.cell/literal/correct_out_2" in said
    assert "relu_forward/seeded" not in said
    assert "correct_out[0, 1]" not in said  # its bias is zero
    assert {file.name: file.read_bytes() for file in folder.glob("*.*")} == before

    assert run_grade(tree, "regenerate", str(folder))[0] == 0
    assert b"[[-0.91666667, -0.66666667, -0.41666667]" in path.read_bytes()
    code, said = run_grade(tree, "regenerate", str(folder), "--check")
    assert (code, "up to date" in said) == (0, True)
    assert drift(load_assignment(folder)) != []  # the unchanged reference does not agree

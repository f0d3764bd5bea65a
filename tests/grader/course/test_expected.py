from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import grader
import reference
from grader.course.catalogue import load_assignment
from grader.course.expected import FILE, compute, drift, expected_for, regenerate
from grader.errors import AssignmentError

Declare = Callable[..., Path]
CORRECT = Path(__file__).parents[2] / "cases/fully_connected/cs231n_correct/submission"


def run_python(code: str, *folders: Path) -> str:
    """Run code in a process that imports only from the folders and the installed packages."""
    script = f"import sys; sys.path[:0] = {[str(folder) for folder in folders]!r}\n{code}"
    done = subprocess.run(
        [sys.executable, "-I", "-c", script],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a copy of grader, reference and assignments that a test may change."""
    root = tmp_path / "tree"
    ignored = shutil.ignore_patterns("__pycache__", "*.so", "*.c")
    shutil.copytree(Path(grader.__file__).parent, root / "grader", ignore=ignored)
    shutil.copytree(Path(reference.__file__).parent, root / "reference", ignore=ignored)
    folder = load_assignment("fully_connected").folder
    shutil.copytree(folder, root / "assignments/fully_connected", ignore=ignored)
    return root


def test_stored_values_are_what_the_reference_gives() -> None:
    """The values in the repository are current: else run ``grade regenerate``."""
    assert drift(load_assignment("fully_connected")) == []


def test_stored_values_are_those_of_the_default_seed() -> None:
    """Reading and computing give the same numbers."""
    loaded = load_assignment("fully_connected")
    stored = expected_for(loaded, None)
    computed = compute(loaded.assignment, loaded.assignment.default_seed)
    assert stored.keys() == computed.keys()
    for name, value in stored.items():
        np.testing.assert_allclose(value, computed[name], rtol=1e-12, atol=1e-300)


def test_other_seeds_give_other_values() -> None:
    """Each seed has values of its own, computed when asked for."""
    loaded = load_assignment("fully_connected")
    stored, other = expected_for(loaded, None), expected_for(loaded, 5)
    assert stored.keys() == other.keys()
    name = "affine_backward/seeded/dw"
    assert not np.allclose(stored[name], other[name])


def test_regenerated_values_are_current_and_reproducible(declare: Declare) -> None:
    """Writing shows what is new; writing again changes no byte."""
    folder = declare()
    loaded = load_assignment(folder)
    changes = regenerate(loaded)
    assert {(change.name, change.old) for change in changes} == {
        ("relu_forward/seeded/out", "absent")
    }
    first = (folder / FILE).read_bytes()
    assert regenerate(loaded) == []
    assert (folder / FILE).read_bytes() == first
    assert drift(loaded) == []
    assert expected_for(loaded, None).keys() == {"relu_forward/seeded/out"}


def test_absent_values_say_how_to_make_them(declare: Declare) -> None:
    """Without stored values nothing can be graded; the error names a command that works."""
    folder = declare()
    command = re.escape(f"absent or unreadable: run grade regenerate {folder}")
    with pytest.raises(AssignmentError, match=command):
        expected_for(load_assignment(folder), None)


@pytest.mark.parametrize("content", [b"", b"PK\3\4 not a zip", b"\x80\4K\1.", b"\x93NUMPY\1\0"])
def test_unreadable_values_say_how_to_make_them(declare: Declare, content: bytes) -> None:
    """A damaged file is as good as none, and nothing in it is ever unpickled."""
    folder = declare()
    (folder / FILE).write_bytes(content)
    with pytest.raises(AssignmentError, match="absent or unreadable"):
        expected_for(load_assignment(folder), None)


def test_one_damaged_byte_is_noticed(declare: Declare) -> None:
    """A stored value that was altered by accident is not graded with."""
    folder = declare()
    loaded = load_assignment(folder)
    regenerate(loaded)
    content = bytearray((folder / FILE).read_bytes())
    place = content.index(b"relu_forward/seeded/out.npy") + 200
    content[place] ^= 1
    (folder / FILE).write_bytes(content)
    with pytest.raises(AssignmentError, match="absent or unreadable"):
        expected_for(loaded, None)


def test_changed_declaration_makes_values_stale(declare: Declare) -> None:
    """Values of an older declaration are refused, not used."""
    regenerate(load_assignment(declare()))
    changed = load_assignment(declare(("normal(3, 4)", "normal(3, 5)")))
    with pytest.raises(AssignmentError, match="is stale"):
        expected_for(changed, None)
    changes = drift(changed)
    assert [change.name for change in changes] == ["relu_forward/seeded/out"]
    assert "(3, 4)" in changes[0].old
    assert "(3, 5)" in changes[0].new


def test_harmless_change_of_the_declaration_is_drift_too(declare: Declare) -> None:
    """Where no value differs, drift still says that the stored ones are of another text."""
    regenerate(load_assignment(declare()))
    changed = load_assignment(declare(('title="ReLU"', 'title="ReLUs"')))
    assert len(drift(changed)) == 1
    with pytest.raises(AssignmentError, match="is stale"):
        expected_for(changed, None)


@pytest.mark.parametrize(
    ("replacement", "said"),
    [
        (("layers:relu_forward", "layers:relu_forwards"), "the reference has no"),
        (("normal(3, 4)", '"three"'), "the reference raises"),
        (("questions=", 'reference="nowhere:resolve", questions='), "is not installed"),
        (("questions=", 'reference="reference.targets:no", questions='), "is not installed"),
    ],
)
def test_what_the_reference_cannot_answer_is_told(
    declare: Declare, replacement: tuple[str, str], said: str
) -> None:
    """An assignment that asks for something else than there is cannot be regenerated."""
    loaded = load_assignment(declare(replacement))
    with pytest.raises(AssignmentError, match=said) as caught:
        regenerate(loaded)
    assert str(caught.value).startswith("tiny: ")
    assert not (loaded.folder / FILE).exists()


def test_one_changed_character_of_a_formula_is_drift(tree: Path) -> None:
    """A reference that computes something else is found out, with the values it changes."""
    path = tree / "reference/layers/dense.py"
    text = path.read_text()
    formula = "x.reshape(x.shape[0], w.shape[0]) @ w + b"
    assert text.count(formula) == 1
    path.write_text(text.replace(formula, formula.replace("+", "-")))
    code = """
from grader.course.catalogue import load_assignment
from grader.course.expected import drift, expected_for
from grader.errors import AssignmentError
loaded = load_assignment("fully_connected")
print(*(change.name for change in drift(loaded)))
try:
    expected_for(loaded, None)
except AssignmentError as error:
    print("refused:", error)
"""
    names, refused = run_python(code, tree).splitlines()
    assert "affine_forward/seeded/out" in names.split()
    assert "relu_forward/seeded/out" not in names.split()
    assert "is stale" in refused


def test_work_on_another_layer_leaves_values_current(tree: Path) -> None:
    """Only what the assignment's targets reach can make its values stale."""
    path = tree / "reference/layers/convolution.py"
    path.write_text(path.read_text() + "\n# one more remark\n")
    code = """
from grader.course.catalogue import load_assignment
from grader.course.expected import drift, expected_for
loaded = load_assignment("fully_connected")
print(len(drift(loaded)), len(expected_for(loaded, None)) > 0)
"""
    assert run_python(code, tree).split() == ["0", "True"]


def test_grading_needs_no_reference(tree: Path) -> None:
    """Where the reference is not installed, the default seed grades and another cannot."""
    shutil.rmtree(tree / "reference")
    blocked = "import sys; sys.modules['reference'] = None\n"
    code = f"""
from pathlib import Path
from grader.errors import AssignmentError
from grader.pipeline import grade
submission = Path({str(CORRECT)!r})
print(grade(submission).percent)
try:
    grade(submission, seed=5)
except AssignmentError as error:
    print(error)
"""
    percent, refused = run_python(blocked + code, tree).splitlines()
    assert percent == "100.0"
    assert refused.startswith("fully_connected: its reference reference.targets:resolve is not")
    assert "leave --seed out" in refused

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.cli import main
from grader.course.catalogue import (
    assignment_names,
    assignments_folder,
    families_of,
    load_assignment,
)
from grader.errors import AssignmentError

Declare = Callable[..., Path]


def test_own_assignments_are_found_by_name() -> None:
    """The fully connected networks come with the program, worth 100 points."""
    assert "fully_connected" in assignment_names()
    loaded = load_assignment("fully_connected")
    assert loaded.assignment.name == "fully_connected"
    assert loaded.assignment.points == 100.0
    assert loaded.folder == assignments_folder() / "fully_connected"


def test_folder_and_file_name_an_assignment(declare: Declare) -> None:
    """A folder and the declaration in it mean the same."""
    folder = declare()
    by_folder, by_file = load_assignment(folder), load_assignment(folder / "assignment.py")
    assert by_folder.assignment.name == by_file.assignment.name == "tiny"
    assert by_folder.digest == by_file.digest


def test_digest_follows_the_text(declare: Declare) -> None:
    """One changed character gives another digest."""
    before = load_assignment(declare()).digest
    assert load_assignment(declare(('"out": 4', '"out": 5'))).digest != before


@pytest.mark.parametrize("name", assignment_names())
def test_the_digest_counts_the_families_that_a_declaration_imports(name: str) -> None:
    """They are found in the text, and are those that Python's own reading of it finds."""
    declaration = assignments_folder() / name / "assignment.py"
    found = {path.stem for path in families_of(declaration)}
    imported = imported_families(declaration)
    for path in families_of(declaration):
        imported |= imported_families(path)
    assert found == imported


def imported_families(file: Path) -> set[str]:
    """Return the modules of families that a file imports from."""
    nodes = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    found = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    modules = {node.module or "" for node in found}
    whole = {f"{node.module}.{alias.name}" for node in found for alias in node.names}
    package = "grader.families."
    return {
        name.removeprefix(package)
        for name in modules | (whole if "grader.families" in modules else set())
        if name.startswith(package) and name.count(".") == 2
    }


@pytest.mark.parametrize("asked", ["fuly_connected", "nowhere/at/all", ""])
def test_unknown_name_lists_the_choices(asked: str, tmp_path: Path) -> None:
    """The error says what there is."""
    with pytest.raises(AssignmentError, match="fully_connected"):
        load_assignment(asked or tmp_path)


@pytest.mark.parametrize(
    ("replacement", "line", "said"),
    [
        (("relu = ValueCheck(", "1 / 0\nrelu = ValueCheck("), 5, "ZeroDivisionError: division"),
        (("relu = ValueCheck(", "relu = ValueCheck)"), 5, "SyntaxError: unmatched ')'"),
        (("import Assignment,", "import Asignment,"), 3, "ImportError: cannot import name"),
        (('"out": 4', '"out": -4'), 5, "ValueError: check relu_forward: points of part 'out'"),
        (("checks=(relu,)", "checks=(relu, relu)"), 15, "ValueError: check ids must be unique"),
        (('id="relu", title', 'id="re lu", title'), 19, "ValueError: question id 're lu'"),
        (('name="tiny"', 'name="tiny thing"'), 15, "ValueError: assignment name 'tiny thing'"),
        (("relu = ", "raise SystemExit(0)\nrelu = "), 5, "SystemExit: 0"),
        (("relu = ", "raise KeyError('a', '\\nb')\nrelu = "), 5, "KeyError: ('a', '"),
        (("relu = ", "raise OSError('no\\n\\nfile')\nrelu = "), 5, "OSError: no file"),
        (("relu = ", "compile('a b', 'other.py', 'exec')\nrelu = "), 5, "SyntaxError: invalid"),
        (("normal(3, 4)", "normal(3, 4, sd=1)"), 9, "TypeError: normal() got an unexpected"),
    ],
)
def test_wrong_declaration_is_one_line_with_its_place(
    declare: Declare, replacement: tuple[str, str], line: int, said: str
) -> None:
    """Whatever a declaration raises is told with its file and line, in one line."""
    folder = declare(replacement)
    with pytest.raises(AssignmentError) as caught:
        load_assignment(folder)
    message = str(caught.value)
    assert message.startswith(f"{folder / 'assignment.py'}:{line}: {said}")
    assert "\n" not in message


def test_error_inside_what_a_declaration_calls_is_placed_in_it(declare: Declare) -> None:
    """The line is the declaration's own, not one of the library it called."""
    folder = declare(("relu = ", "import json\n\njson.loads('{')\nrelu = "))
    with pytest.raises(AssignmentError, match=r"assignment\.py:7: JSONDecodeError"):
        load_assignment(folder)


@pytest.mark.parametrize("replacement", ["assigment = ", "assignment = None\nother = "])
def test_file_without_an_assignment_is_told(declare: Declare, replacement: str) -> None:
    """The error says what the file must define."""
    folder = declare(("assignment = ", replacement))
    with pytest.raises(AssignmentError, match="it must define 'assignment = Assignment"):
        load_assignment(folder)


def test_two_questions_of_one_id_are_refused(declare: Declare) -> None:
    """Question ids are unique, too."""
    question = 'Question(id="relu", title="ReLU", checks=(relu,))'
    folder = declare((question, f"{question}, {question}"))
    with pytest.raises(AssignmentError, match="question ids must be unique, relu are not"):
        load_assignment(folder)


def test_command_line_ends_with_code_4(
    declare: Declare, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A wrong assignment is its own exit code, one line and no traceback."""
    folder = declare(("relu = ValueCheck(", "1 / 0\nrelu = ValueCheck("))
    work = tmp_path / "work"
    work.mkdir()
    (work / "layers.py").write_text("def relu_forward(x):\n    return x, x\n")
    assert main([str(work), "--assignment", str(folder), "--format", "terminal"]) == 4
    output = capsys.readouterr()
    assert "assignment.py:5: ZeroDivisionError" in output.err.replace("\n", "")
    assert "Traceback" not in output.out + output.err


def test_question_without_checks_is_told(declare: Declare) -> None:
    """A question that neither the declaration nor a notebook gives a check cannot be graded."""
    with pytest.raises(AssignmentError, match="tiny: question relu has no checks"):
        load_assignment(declare(("checks=(relu,)", "checks=()")))

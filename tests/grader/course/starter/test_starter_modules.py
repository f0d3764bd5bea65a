from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from grader import Assignment, FunctionCall, Question, ValueCheck, normal
from grader.course.starter.modules import edition_named, make_starter
from grader.errors import AssignmentError
from reference.targets import TARGETS

EDITIONS = ("cs231n", "nndl", "layers-utils")


def assignment_of(*targets: str, given: bool = False) -> Assignment:
    """Return an assignment that asks for some functions."""
    checks = tuple(
        ValueCheck(
            id=target.replace(":", "."),
            experiment=FunctionCall(
                target=target, arguments={"x": normal(2, 3)}, results={"out": (0,)}
            ),
            points={"out": 1},
        )
        for target in targets
    )
    questions = (Question(id="q", title="Q", checks=checks, given=given),)
    return Assignment(name="tiny", title="Tiny", notebooks=(), questions=questions)


def import_all(folder: Path, modules: list[str]) -> None:
    """Import modules in a process that has nothing else but NumPy."""
    code = f"import sys; sys.path.insert(0, {str(folder)!r})\n"
    code += "\n".join(f"import {module}" for module in modules)
    done = subprocess.run(
        [sys.executable, "-I", "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_target_of_the_reference_becomes_a_stub_that_imports(
    edition: str, tmp_path: Path
) -> None:
    """All functions and classes at once, in every layout, without the grader."""
    starter = make_starter(assignment_of(*TARGETS), edition_named(edition))
    assert starter.stubs.keys() == TARGETS.keys()
    for path, text in starter.files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    names = [path.removesuffix(".py").replace("/", ".") for path in starter.files]
    import_all(tmp_path, [name.removesuffix(".__init__") for name in names])


def test_convolutions_have_a_file_of_their_own_where_the_course_has_one() -> None:
    """The nndl course keeps them apart, and the file begins with the layers' names."""
    asked = assignment_of("layers:conv_forward_naive", "layers:affine_forward")
    starter = make_starter(asked, edition_named("nndl"))
    assert starter.stubs["layers:conv_forward_naive"] == "nndl/conv_layers.py"
    assert starter.stubs["layers:affine_forward"] == "nndl/layers.py"
    assert "from .layers import *" in starter.own["nndl/conv_layers.py"]


def test_modules_import_from_each_other_as_in_the_course() -> None:
    """Networks find the layers, through the parent package or by its name."""
    asked = assignment_of("fc_net:TwoLayerNet", "layers:relu_forward")
    inside = make_starter(asked, edition_named("cs231n")).own["cs231n/classifiers/fc_net.py"]
    assert "from ..layers import *\nfrom ..layer_utils import *" in inside
    beside = make_starter(asked, edition_named("layers-utils")).own["classifiers/fc_net.py"]
    assert "from layers.layers import *" in beside


def test_functions_that_notebooks_name_are_stubs_too() -> None:
    """A notebook that calls a function which is not judged must still find it."""
    asked = assignment_of("layers:relu_forward")
    starter = make_starter(asked, edition_named("cs231n"), "out, _ = affine_forward(x, w, b)")
    assert "layers:affine_forward" in starter.stubs
    assert "layers:affine_backward" not in starter.stubs


def test_plain_descent_comes_complete_with_a_solver() -> None:
    """The solver's default rule is never a task, unless the assignment asks for it."""
    asked = assignment_of("layers:relu_forward")
    text = make_starter(asked, edition_named("cs231n"), "Solver(model, data)").own
    assert "return w - config" in text["cs231n/optim.py"]
    written = make_starter(assignment_of("optim:sgd"), edition_named("cs231n"))
    assert "return w - config" not in written.own["cs231n/optim.py"]


def test_provided_files_go_where_the_notebook_imports_them_from() -> None:
    """Years of one course keep them in different folders."""
    asked = assignment_of("layers:relu_forward")
    early = make_starter(asked, edition_named("nndl"))
    late = make_starter(asked, edition_named("nndl"), "from utils.solver import Solver")
    assert "cs231n/solver.py" in early.provided
    assert "utils/solver.py" in late.provided


def test_given_functions_can_be_handed_out_complete(tmp_path: Path) -> None:
    """With all their helpers, so that they work without the reference."""
    asked = assignment_of("layers:softmax_loss", given=True)
    starter = make_starter(asked, edition_named("cs231n"), with_given=True)
    assert starter.stubs == {}
    (tmp_path / "layers.py").write_text(starter.own["cs231n/layers.py"])
    import_all(tmp_path, ["layers", "numpy as np"])
    code = "print(round(layers.softmax_loss(np.zeros((4, 10)), np.arange(4))[0], 6))"
    done = subprocess.run(
        [sys.executable, "-c", f"import layers, numpy as np\n{code}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.strip() == "2.302585"


def test_classes_bring_the_class_they_derive_from() -> None:
    """A subclass alone could not be imported."""
    asked = assignment_of("linear_classifier:Softmax")
    text = make_starter(asked, edition_named("cs231n")).own[
        "cs231n/classifiers/linear_classifier.py"
    ]
    names = [node.name for node in ast.parse(text).body if isinstance(node, ast.ClassDef)]
    assert names == ["LinearClassifier", "Softmax"]


def test_targets_that_the_reference_lacks_are_told() -> None:
    """The message names the assignment and the target."""
    with pytest.raises(AssignmentError, match="tiny: the reference has no layers:fold"):
        make_starter(assignment_of("layers:fold"), edition_named("cs231n"))


def test_unknown_editions_are_told() -> None:
    """The message lists those there are."""
    with pytest.raises(AssignmentError, match="no edition 'mit': give one of cs231n, nndl"):
        edition_named("mit")

import json

import pytest

from grader.provided.overlays import provided_source
from grader.submission.archive import Submission
from grader.submission.locate import locate
from grader.submission.overlay import ModuleSource, Programme, lay_out

LAYERS = "def affine_forward(x, w, b):\n    return x @ w + b, (x, w, b)\n"
NET = "class TwoLayerNet(object):\n    def loss(self, X, hidden_dim): return X @ self.W\n"
OWN = "def own(): return 1\n"
TARGETS = ("layers:affine_forward", "fc_net:TwoLayerNet")


def programmes(files: dict[str, str], targets: tuple[str, ...] = TARGETS) -> tuple[Programme, ...]:
    """Lay out a submission of these files."""
    encoded = {path: text.encode() for path, text in files.items()}
    submission = Submission("hw", "0" * 64, encoded, tuple(files), ())
    return lay_out(submission, locate(submission, targets))


def only(files: dict[str, str]) -> Programme:
    """Return the one programme of these files."""
    (programme,) = programmes(files)
    return programme


def by_name(programme: Programme) -> dict[str, ModuleSource]:
    """Return the modules by every name; no two share one."""
    found: dict[str, ModuleSource] = {}
    for module in programme.modules:
        for name in module.names:
            assert name not in found
            found[name] = module
    return found


CS231N = {"a2/cs231n/layers.py": LAYERS, "a2/cs231n/classifiers/fc_net.py": NET}


def test_a_package_keeps_its_names_and_answers_to_bare_ones() -> None:
    """Absolute, relative and Python 2 implicit imports find one module object."""
    programme = only(CS231N)
    assert programme.root == "a2"
    modules = by_name(programme)
    assert modules["cs231n.classifiers.fc_net"].names == ("cs231n.classifiers.fc_net", "fc_net")
    assert modules["layers"].path == "a2/cs231n/layers.py"
    assert programme.entries == {
        "layers:affine_forward": ("cs231n.layers", "affine_forward"),
        "fc_net:TwoLayerNet": ("cs231n.classifiers.fc_net", "TwoLayerNet"),
    }


def test_the_course_s_files_replace_the_student_s() -> None:
    """A tampered gradient check never runs."""
    modules = by_name(only({**CS231N, "a2/cs231n/gradient_check.py": "raise SystemExit\n"}))
    module = modules["cs231n.gradient_check"]
    assert module.provided
    assert module.source == provided_source("gradient_check")


def test_a_student_s_own_module_is_never_shadowed() -> None:
    """layer_utils is the student's if there is one, wherever it lies."""
    beside = by_name(only({**CS231N, "a2/cs231n/layer_utils.py": OWN}))
    assert beside["cs231n.layer_utils"].source == OWN
    elsewhere = by_name(only({**CS231N, "a2/cs231n/own/layer_utils.py": OWN}))
    assert elsewhere["layer_utils"].source == OWN
    assert "cs231n.layer_utils" not in elsewhere


def test_what_is_missing_is_filled_in() -> None:
    """Notebooks and students import the course's files, which not everyone hands in."""
    modules = by_name(only(CS231N))
    for name in ("layer_utils", "fast_layers", "solver", "data_utils", "vis_utils"):
        assert modules[f"cs231n.{name}"].provided


@pytest.mark.parametrize("where", ["cs231n", "utils"])
def test_nndl_finds_the_course_s_files_in_both_folders(where: str) -> None:
    """Years differ; one module object serves both names."""
    files = {"nndl/layers.py": LAYERS, f"{where}/solver.py": OWN}
    modules = by_name(only(files))
    assert modules["cs231n.solver"] is modules["utils.solver"]
    assert modules["utils.solver"].provided


def test_a_package_of_any_name_gets_the_course_s_files() -> None:
    """They go where the student's package would have them."""
    files = {"comp451/layers.py": LAYERS, "comp451/classifiers/fc_net.py": NET}
    modules = by_name(only(files))
    assert modules["comp451.gradient_check"].provided
    assert not any(name.startswith("cs231n") for name in modules)


def test_flat_files_get_a_parent() -> None:
    """So ``from ..layers import *`` can be resolved where there is no package."""
    modules = by_name(only({"layers.py": LAYERS, "fc_net.py": "from ..layers import *\n" + NET}))
    assert modules["layers"].names[0] == "submission.flat.layers"
    assert modules["fc_net"].names[0] == "submission.flat.fc_net"
    assert modules["gradient_check"].provided


def test_a_folder_that_imports_from_beside_it_gets_the_same_parent() -> None:
    """So a package handed in without its own folder works; it keeps its other names."""
    net = "from ..layers import *\n" + NET
    modules = by_name(only({"layers.py": LAYERS, "models/fc_net.py": net, "models/own.py": OWN}))
    assert modules["fc_net"].names == ("submission.flat.models.fc_net", "models.fc_net", "fc_net")
    assert modules["own"].names[0] == "submission.flat.models.own"
    assert "submission.flat.layers" in modules["layers"].names


def test_a_script_at_the_root_takes_the_bare_name() -> None:
    """As it would for Python; the package's module keeps its dotted one."""
    modules = by_name(only({**CS231N, "a2/layers.py": OWN}))
    assert modules["layers"].path == "a2/layers.py"
    assert modules["cs231n.layers"].path == "a2/cs231n/layers.py"


@pytest.mark.parametrize("name", ["json", "random", "numpy"])
def test_no_file_shadows_the_standard_library_or_numpy(name: str) -> None:
    """A student's json.py would otherwise be everyone's."""
    modules = by_name(only({**CS231N, f"a2/{name}.py": OWN, f"a2/cs231n/{name}.py": OWN}))
    assert name not in modules
    package = by_name(only({f"{name}/layers.py": LAYERS, f"{name}/classifiers/fc_net.py": NET}))
    assert not any(found.split(".")[0] == name for found in package)


def test_packages_side_by_side_are_programmes_of_their_own() -> None:
    """Neither sees the other's modules."""
    net = "from cs231n.layers import *\n" + NET
    first, second = programmes(
        {
            "hw4/cs231n/layers.py": LAYERS,
            "hw3/cs231n/classifiers/fc_net.py": net,
            "hw3/cs231n/layers.py": "x = 1\n",
        }
    )
    assert {first.root, second.root} == {"hw3", "hw4"}
    for programme in (first, second):
        student = [module.path for module in programme.modules if not module.provided]
        assert all(path.startswith(programme.root) for path in student)


def test_file_names_that_need_care() -> None:
    """A trailing blank is no part of the name; a hyphen stops only what has no target."""
    modules = by_name(only({"layers.py ": LAYERS, "fc-net.py": NET, "my-notes.py": OWN}))
    assert modules["layers"].path == "layers.py "
    assert "submission.flat.fc-net" in modules
    assert not any("notes" in name for name in modules)


def test_a_notebook_becomes_a_module_with_its_cells() -> None:
    """Lines of the module lead back to the cell."""
    cells = ["import numpy as np\nprint(1)", "x = 1\n" + LAYERS + "train()"]
    text = json.dumps({"cells": [{"cell_type": "code", "source": cell} for cell in cells]})
    programme = only({"hw/my nb.ipynb": text})
    module_name, attribute = programme.entries["layers:affine_forward"]
    module = by_name(programme)[module_name]
    namespace: dict[str, object] = {}
    exec(compile(module.source, module.path, "exec"), namespace)  # noqa: S102 - our own cells
    assert attribute in namespace
    assert "train" not in module.source
    line = module.source.split("\n").index("def affine_forward(x, w, b):") + 1
    assert module.locate(line).file == "hw/my nb.ipynb[2]"
    assert module.locate(line).line == 2


def test_lines_of_files_are_their_own() -> None:
    """A module that is a file needs no table."""
    module = by_name(only(CS231N))["layers"]
    assert module.locate(7).file == "a2/cs231n/layers.py"
    assert module.locate(7).line == 7


IMPORTS = """
import os, torch, matplotlib.pyplot as plt
from past.builtins import xrange
from .layers import *
from cs231n.layers import affine_forward
from other_course.layers import relu_forward
try:
    import cupy
    from cs231n.im2col_cython import col2im_cython
except ImportError:
    import numexpr
def plot():
    import seaborn
    import pandas as pd
    import ipdb; ipdb.set_trace()
"""


def test_absent_modules_are_sorted_by_what_they_are_for() -> None:
    """Plots never matter, bridges are rebuilt, the rest fails when used, ``try`` is respected."""
    programme = only({**CS231N, "a2/cs231n/extra.py": IMPORTS})
    assert programme.absent == {
        "ipdb": "permissive",
        "matplotlib": "permissive",
        "numexpr": "inert",
        "pandas": "inert",
        "past": "compat",
        "seaborn": "permissive",
        "torch": "inert",
    }


def test_what_the_submission_brings_is_never_stood_in_for() -> None:
    """Its own package out of reach is an import that fails and says so."""
    net = "import own.layers\nfrom helpers import f\nimport torch\n" + NET
    files = {"a/own/layers.py": LAYERS, "b/fc_net.py": net, "c/helpers.py": OWN}
    (programme,) = (one for one in programmes(files) if one.root == "b")
    assert programme.absent == {"torch": "inert"}


def test_a_module_that_cannot_be_parsed_is_still_laid_out() -> None:
    """Its import fails in the worker, with the student's line, and costs only its targets."""
    programme = only({**CS231N, "a2/cs231n/optim.py": "print 'x'\n"})
    assert by_name(programme)["cs231n.optim"].source == "print 'x'\n"


def test_a_submission_without_targets_has_no_programme() -> None:
    """There is nothing to import."""
    assert programmes({"x.py": OWN}) == ()


def test_naive_layers_are_apart_from_fast_ones() -> None:
    """Where naive layers are called, the fast ones refuse; everywhere else they work."""
    naive = "def conv_forward_naive(x, w, b, conv_param):\n    return x @ w, None\n"
    files = {**CS231N, "a2/cs231n/layers.py": LAYERS + naive}
    targets = (*TARGETS, "layers:conv_forward_naive")
    others, apart = programmes(files, targets)
    assert others.entries.keys() == set(TARGETS)
    assert apart.entries == {"layers:conv_forward_naive": ("cs231n.layers", "conv_forward_naive")}
    fast = "cs231n.fast_layers"
    assert by_name(others)[fast].source == provided_source("fast_layers")
    assert by_name(apart)[fast].source == provided_source("withheld_layers")
    assert by_name(others).keys() == by_name(apart).keys()
    empty, alone = programmes(files, ("layers:conv_forward_naive",))
    assert not empty.entries
    assert by_name(empty)[fast].source == provided_source("fast_layers")
    assert by_name(alone)[fast].source == provided_source("withheld_layers")

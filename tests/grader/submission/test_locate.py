import json

import pytest

from grader.submission.archive import Submission
from grader.submission.locate import Located, implemented, locate

AFFINE = "def affine_forward(x, w, b):\n    return x @ w + b, (x, w, b)\n"
AFFINE_STUB = "def affine_forward(x, w, b):\n    out = None\n    return out, (x, w, b)\n"
NET = """
class TwoLayerNet(object):
    def __init__(self, input_dim=3, hidden_dims=5, *, reg=0.0, **kwargs):
        self.params = {'W1': np.random.randn(input_dim, hidden_dims)}
    def loss(self, X, y=None):
        return affine_forward(X, self.params['W1'], 0)[0]
"""
TOY = """
class TwoLayerNet(object):
    def __init__(self, input_size, hidden_size, output_size, std=1e-4):
        self.params = {'W1': std * np.random.randn(input_size, hidden_size)}
    def loss(self, X, y=None, reg=0.0):
        return X.dot(self.params['W1'])
"""
PYTHON2 = AFFINE + "    print 'done'\n"
TARGETS = ("layers:affine_forward", "fc_net:TwoLayerNet", "neural_net:TwoLayerNet")


def submitted(files: dict[str, str]) -> Submission:
    """Return a submission of these files."""
    encoded = {path: text.encode() for path, text in files.items()}
    return Submission("hw", "0" * 64, encoded, tuple(files), ())


def found(files: dict[str, str], *targets: str) -> Located:
    """Locate the targets, or all three, in these files."""
    return locate(submitted(files), targets or TARGETS)


def notebook(*cells: str) -> str:
    """Return a notebook of code cells."""
    return json.dumps({"cells": [{"cell_type": "code", "source": cell} for cell in cells]})


@pytest.mark.parametrize(
    ("layers", "net", "edition", "root"),
    [
        ("cs231n/layers.py", "cs231n/classifiers/fc_net.py", "cs231n", ""),
        ("a2/cs231n/layers.py", "a2/cs231n/classifiers/fc_net.py", "cs231n", "a2"),
        ("hw3/code/nndl/layers.py", "hw3/code/nndl/fc_net.py", "nndl", "hw3/code"),
        ("layers/layers.py", "classifiers/fc_net.py", "layers-utils", ""),
        ("comp451/layers.py", "comp451/classifiers/fc_net.py", "other (comp451)", ""),
        (
            "x/deeplearning/layers.py",
            "x/deeplearning/classifier/fc_net.py",
            "other (deeplearning)",
            "x",
        ),
        ("cs231n/layers.py", "classifiers/fc_net.py", "cs231n", ""),
        ("layers.py", "fc_net.py", "flat", ""),
        ("hand in/layers.py", "hand in/fc_net.py", "flat", "hand in"),
        ("cs231n/layers.py ", "cs231n/classifiers/fc_net.py ", "cs231n", ""),
    ],
)
def test_layouts_are_recognised(layers: str, net: str, edition: str, root: str) -> None:
    """Editions by their paths, anything else by where the definitions are."""
    files = {layers: AFFINE, net: "from ..layers import *\n" + NET}
    located = found(files, "layers:affine_forward", "fc_net:TwoLayerNet")
    assert located.edition == edition
    assert located.root == root
    assert [d.file for d in located.definitions.values()] == [layers, net]
    assert {d.root for d in located.definitions.values()} == {root}


@pytest.mark.parametrize(
    ("net", "imports", "root"),
    [
        ("own/models/fc_net.py", "from own.layers import *", ""),
        ("hw/own/models/fc_net.py", "from own.layers import *", "hw"),
        ("own/own/models/fc_net.py", "from own.layers import *", "own"),
        ("own/nets/models/fc_net.py", "import own.layers", ""),
        ("own/models/fc_net.py", "from own import layers, optim", ""),
        ("own/models/fc_net.py", "from own import (\n    optim,\n    layers)", ""),
        ("own/models/fc_net.py", "from ..layers import *", "own"),
        ("own/nets/models/fc_net.py", "from ...layers import *", "own"),
    ],
)
def test_a_folder_below_a_package_is_part_of_it(net: str, imports: str, root: str) -> None:
    """No ``__init__.py`` and no usual name is needed: the imports say where the root is."""
    base = net.partition("/models")[0].removesuffix("/nets")
    located = found({f"{base}/layers.py": AFFINE, net: f"{imports}\n{NET}"}, *TARGETS[:2])
    assert {definition.root for definition in located.definitions.values()} == {root}


@pytest.mark.parametrize(
    ("net", "other", "root"),
    [
        ("models/fc_net.py", "models/notes.py", ""),
        ("week2/fc_net.py", "week2/layers.py", "week2"),
        ("my models/fc_net.py", "x.py", "my models"),
    ],
)
def test_a_folder_that_repeats_no_file_completes_what_is_above(
    net: str, other: str, root: str
) -> None:
    """Notebooks put several folders on the path; another week's folder is a work of its own."""
    files = {"layers.py": AFFINE, net: "from layers import *\n" + NET, other: "x = 1\n"}
    definitions = found(files).definitions
    assert definitions["layers:affine_forward"].root == ""
    assert definitions["fc_net:TwoLayerNet"].root == root


def test_a_definition_says_what_callers_need() -> None:
    """Parameters without self, keywords, lines, what it calls and which keys it reads."""
    definition = found({"cs231n/classifiers/fc_net.py": NET}).definitions["fc_net:TwoLayerNet"]
    assert definition.location.line == 2
    assert definition.end_line == 6
    assert definition.is_class
    assert definition.parameters == ("input_dim", "hidden_dims", "reg")
    assert definition.takes_keywords
    assert definition.calls == {"randn", "affine_forward"}
    assert definition.strings == {"W1"}
    assert not definition.stub


def test_docstrings_are_no_strings() -> None:
    """What a course's documentation mentions says nothing about the student's code."""
    text = (
        "def adam(w, dw, config=None):\n    '''Keys: v, a.'''\n    return w * config['m'], config\n"
    )
    assert found({"optim.py": text}, "optim:adam").definitions["optim:adam"].strings == {"m"}


def test_the_two_networks_of_one_name_are_told_apart() -> None:
    """By the file's name, and by the parameters where the name says nothing."""
    by_name = found({"nndl/fc_net.py": NET, "nndl/neural_net.py": TOY})
    assert by_name.definitions["fc_net:TwoLayerNet"].file == "nndl/fc_net.py"
    assert by_name.definitions["neural_net:TwoLayerNet"].file == "nndl/neural_net.py"
    by_parameters = found({"one.py": NET, "two.py": TOY})
    assert by_parameters.definitions["fc_net:TwoLayerNet"].file == "one.py"
    assert by_parameters.definitions["neural_net:TwoLayerNet"].file == "two.py"


def test_a_torch_model_is_not_the_target() -> None:
    """The PyTorch notebook defines a class of the same name."""
    torch = "class ThreeLayerConvNet(nn.Module):\n    def loss(self): return 1 + x\n"
    assert found({"PyTorch.py": torch}, "cnn:ThreeLayerConvNet").missing == (
        "cnn:ThreeLayerConvNet",
    )


@pytest.mark.parametrize(
    ("files", "chosen"),
    [
        ({"cs231n/layers.py": AFFINE, "scratch.py": AFFINE}, "cs231n/layers.py"),
        ({"cs231n/layers.py": AFFINE_STUB, "mine.py": AFFINE}, "mine.py"),
        ({"cs231n/layers.py": AFFINE, "layers.py": AFFINE}, "cs231n/layers.py"),
        ({"a/layers.py": AFFINE, "a/attempt.py": AFFINE}, "a/layers.py"),
        ({"a/layers_nosol.py": AFFINE, "a/my.py": AFFINE}, "a/my.py"),
        ({"old/cs231n/layers.py": AFFINE, "cs231n/layers.py": AFFINE}, "cs231n/layers.py"),
        ({"a.zip/cs231n/layers.py": AFFINE + "#", "cs231n/layers.py": AFFINE}, "cs231n/layers.py"),
        ({"Tester.py": AFFINE, "deep/er/own.py": AFFINE}, "deep/er/own.py"),
        ({"nb.ipynb": notebook(AFFINE), "own.py": AFFINE}, "own.py"),
        ({"nb.ipynb": notebook(AFFINE), "own.py": AFFINE_STUB}, "nb.ipynb"),
        ({"nb.ipynb": notebook(AFFINE), "cs231n/layers.py": AFFINE}, "cs231n/layers.py"),
    ],
)
def test_the_file_a_teaching_assistant_would_grade_comes_first(
    files: dict[str, str], chosen: str
) -> None:
    """Work before stubs, the edition's place before others, originals before copies."""
    assert found(files).definitions["layers:affine_forward"].file == chosen


def test_packages_side_by_side_are_not_mixed() -> None:
    """With one package a week, the one that holds most of the work is graded."""
    files = {
        "week1/cs231n/layers.py": AFFINE,
        "week2/cs231n/layers.py": AFFINE + "#",
        "week2/cs231n/classifiers/fc_net.py": NET,
    }
    located = found(files)
    assert located.definitions["layers:affine_forward"].file == "week2/cs231n/layers.py"
    assert "week1/cs231n/layers.py was not graded" in located.warnings[0]


def test_a_copy_in_a_nested_archive_is_not_mentioned() -> None:
    """The zip that a collect script leaves behind repeats the folder."""
    located = found({"cs231n/layers.py": AFFINE, "a2.zip/cs231n/layers.py": AFFINE})
    assert located.definitions["layers:affine_forward"].file == "cs231n/layers.py"
    assert located.warnings == ()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (AFFINE + AFFINE.replace("@", "*"), 3),
        ("try:\n    import fast\nexcept ImportError:\n    pass\nelse:\n    x = 1\n" + AFFINE, 7),
        ("if True:\n" + "\n".join("    " + line for line in AFFINE.split("\n")), 2),
        ("def mine(x, w, b):\n    return x @ w\n\naffine_forward = mine\n", 1),
    ],
)
def test_the_definition_that_python_would_use_is_found(text: str, line: int) -> None:
    """The last one, also inside a condition, also under another name."""
    definition = found({"cs231n/layers.py": text}).definitions["layers:affine_forward"]
    assert definition.location.line == line


LAYER = """class Layer:
    @staticmethod
    def fixed(x, w, b): return x @ w + b
    @classmethod
    def of_class(cls, x, w, b): return x @ w + b
    def __call__(self, x, w, b): return x @ w + b
    def free(self, x, w, b): return x @ w + b
def make():
    def forward(x, w, b): return x @ w + b
    return forward, lambda dout, cache: dout * cache
"""


@pytest.mark.parametrize(
    ("assignment", "line", "parameters"),
    [
        ("affine_forward = lambda x, w, b: x @ w + b", 11, ("x", "w", "b")),
        ("affine_forward: object = lambda x, w, b: x @ w + b", 11, ("x", "w", "b")),
        ("other, affine_forward = 1, lambda x, w, b: x @ w + b", 11, ("x", "w", "b")),
        ("affine_forward = Layer.fixed", 3, ("x", "w", "b")),
        ("affine_forward = Layer.of_class", 5, ("x", "w", "b")),
        ("affine_forward = Layer()", 6, ("x", "w", "b")),
        ("affine_forward = Layer().free", 7, ("x", "w", "b")),
        ("layer = Layer()\naffine_forward = layer.free", 7, ("x", "w", "b")),
        ("affine_forward, other = make()", 9, ("x", "w", "b")),
        ("(affine_forward,\n other) = make()", 9, ("x", "w", "b")),
        ("mine = lambda x, w, b: x @ w + b\naffine_forward = mine", 12, ("x", "w", "b")),
        ("affine_forward = partial(make, 1)", 11, ()),
        ("from mine import f as affine_forward", 11, ()),
        ("from mine import f\naffine_forward = f", 12, ()),
        ("affine_forward = Layer if fast else partial(make, 1)", 11, ()),
        ("if fast:\n    affine_forward = Layer.fixed", 3, ("x", "w", "b")),
        ("def affine_forward(x): pass\naffine_forward = Layer.fixed", 3, ("x", "w", "b")),
        ("def affine_forward(x): return x @ x\naffine_forward = timed(affine_forward)", 11, ("x",)),
        ("affine_forward = 1\ndef affine_forward(x): return x @ x", 12, ("x",)),
    ],
)
def test_what_is_assigned_and_may_be_called_is_a_definition(
    assignment: str, line: int, parameters: tuple[str, ...]
) -> None:
    """Lambdas, methods, objects and results of calls; what ``def`` makes comes first."""
    located = found({"cs231n/layers.py": LAYER + assignment}, "layers:affine_forward")
    definition = located.definitions["layers:affine_forward"]
    assert (definition.location.line, definition.parameters) == (line, parameters)
    assert not definition.stub


def test_a_name_that_stands_for_two_things_ends_nowhere() -> None:
    """Aliases in a circle are looked through only so far."""
    text = "other = affine_forward\naffine_forward = other\n"
    assert found({"cs231n/layers.py": text}, "layers:affine_forward").definitions == {}


def test_a_script_takes_the_place_of_no_stub() -> None:
    """An alias elsewhere is the function that is not written yet."""
    files = {
        "cs231n/layers.py": "def affine_forward(x): pass\n",
        "try.py": "from cs231n import layers\naffine_forward = layers.affine_forward\n",
    }
    assert found(files, "layers:affine_forward").definitions["layers:affine_forward"].stub


def test_assignments_in_cells_are_located_by_cell() -> None:
    """Only what is worked out in the pseudo-module counts as there."""
    cells = notebook("class Rule:\n    def __call__(self, w, dw): return w - dw", "\nsgd = Rule()")
    location = found({"a.ipynb": cells}, "optim:sgd").definitions["optim:sgd"].location
    assert (location.file, location.line) == ("a.ipynb[1]", 2)
    cells = notebook("x = 1", "\nsgd = lambda w, dw: w - dw")
    location = found({"a.ipynb": cells}, "optim:sgd").definitions["optim:sgd"].location
    assert (location.file, location.line) == ("a.ipynb[2]", 2)
    cells = notebook("def train(): fit()", "sgd = train()")
    assert found({"a.ipynb": cells}, "optim:sgd").missing == ("optim:sgd",)


@pytest.mark.parametrize(
    "text",
    [
        "affine_forward = None\n",
        "affine_forward = 1e-3\n",
        "affine_forward = [1, 2]\n",
        "affine_forward = np.zeros(3)\n",
        "affine_forward == Layer()\n",
        "x = f(affine_forward=3)\n",
        "def f():\n    affine_forward = Layer()\n",
        "from mine import affine_forward\n",
        "class Layers:\n    def affine_forward(self): return x @ w\n",
        "def outer():\n    def affine_forward(x): return x @ w\n",
        "if __name__ == '__main__':\n    def affine_forward(x): return x @ w\n",
        "# def affine_forward(x):\n",
        "'''\ndef affine_forward(x):\n    pass\n'''\n",
    ],
)
def test_what_no_import_would_give_is_missing(text: str) -> None:
    """Imports, methods, inner functions and comments define no target."""
    assert "layers:affine_forward" in found({"cs231n/layers.py": text}).missing


def test_python_2_is_unreadable_not_missing() -> None:
    """The file and line are named, and the other targets are found."""
    located = found({"cs231n/layers.py": PYTHON2, "cs231n/classifiers/fc_net.py": NET})
    problem = located.unreadable["layers:affine_forward"]
    assert (problem.file, problem.line, problem.python2) == ("cs231n/layers.py", 3, True)
    assert located.missing == ("neural_net:TwoLayerNet",)
    assert "cs231n/layers.py is Python 2 (line 3" in located.warnings[0]
    assert "fc_net:TwoLayerNet" in located.definitions


def test_a_readable_copy_does_not_hide_an_unreadable_file() -> None:
    """Notebooks import the edition's file; if that is broken, another one is no answer."""
    located = found({"cs231n/layers.py": PYTHON2, "layers_backup.py": AFFINE, "x.py": AFFINE})
    assert "layers:affine_forward" in located.unreadable


def test_an_unreadable_scratch_file_costs_nothing() -> None:
    """A good definition in the right place is graded whatever else is broken."""
    located = found({"cs231n/layers.py": AFFINE, "scratch.py": PYTHON2})
    assert "layers:affine_forward" in located.definitions
    assert not located.unreadable


def test_targets_in_cells_are_located_by_cell() -> None:
    """A report can point into the notebook."""
    located = found({"hw/nb.ipynb": notebook("import numpy as np", "x = 1\n" + AFFINE)})
    definition = located.definitions["layers:affine_forward"]
    assert definition.location.file == "hw/nb.ipynb[2]"
    assert definition.location.line == 2
    assert definition.end_line == 3
    assert located.edition == "notebook"


def test_a_cell_that_does_not_parse_makes_its_target_unreadable() -> None:
    """The problem names the cell."""
    located = found({"nb.ipynb": notebook("x = 1", PYTHON2)})
    assert located.unreadable["layers:affine_forward"].file == "nb.ipynb[2]"


def test_a_python_file_that_is_a_notebook_is_read_as_one() -> None:
    """The name does not decide."""
    located = found({"layers.py": notebook(AFFINE)})
    assert located.definitions["layers:affine_forward"].location.file == "layers.py[1]"


def test_nothing_at_all_is_missing_with_no_error() -> None:
    """A submission that lacks everything still gets its report."""
    located = found({"report.md": "# done", "broken.ipynb": "not json", "x.py": "\0"})
    assert located.missing == TARGETS
    assert located.definitions == {}
    assert "broken.ipynb is not a notebook" in located.warnings[0]


def test_a_stub_is_located_and_not_implemented() -> None:
    """Untouched starter code is there, and says nothing about which assignment was done."""
    located = found({"cs231n/layers.py": AFFINE_STUB, "cs231n/classifiers/fc_net.py": NET})
    assert located.definitions["layers:affine_forward"].stub
    assert implemented(located) == {"fc_net:TwoLayerNet"}


@pytest.mark.parametrize("target", ["affine_forward", "layers:", "layers:a b"])
def test_a_target_needs_a_module_and_a_name(target: str) -> None:
    """The error names the argument and its value."""
    with pytest.raises(ValueError, match="target is"):
        found({}, target)

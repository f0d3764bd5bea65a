import json

import numpy as np
import pytest

from grader.submission.excerpt import importable_source
from grader.submission.notebook import ParsedCell, parse_cells


def parsed(*cells: str) -> tuple[ParsedCell, ...]:
    """Return the cells of a notebook as they are read from its file."""
    made = [{"cell_type": "code", "source": cell} for cell in cells]
    return parse_cells("nb.ipynb", json.dumps({"cells": made}).encode())


def kept(*cells: str) -> list[str]:
    """Return the lines that are left of the cells for the sake of ``target``."""
    return [line for line in importable_source(parsed(*cells), ["target"]).split("\n") if line]


def run(*cells: str) -> object:
    """Return what ``target`` returns in the module made of the cells."""
    namespace: dict[str, object] = {}
    exec(importable_source(parsed(*cells), ["target"]), namespace)  # noqa: S102 - our own cells
    target = namespace["target"]
    assert callable(target)
    return target()


def test_the_module_holds_targets_and_what_they_need() -> None:
    """Training, plots and unneeded definitions are blank; lines keep their places."""
    cells = parsed(
        "import numpy as np\nimport torch\nEPS = 1e-5\nSEED = 3",
        "train(model)\ndef helper(x):\n    return np.sum(x) + EPS\n",
        "@decorate\ndef target(x):\n    return helper(x)\nprint(target(3))",
        "class Net(torch.nn.Module):\n    pass",
        "from __future__ import print_function\nfrom layers import *",
        "def decorate(f): return f",
    )
    lines = importable_source(cells, ["target"]).split("\n")
    kept = [line for line in lines if line]
    assert kept == [
        "import numpy as np",
        "EPS = 1e-5",
        "def helper(x):",
        "    return np.sum(x) + EPS",
        "@decorate",
        "def target(x):",
        "    return helper(x)",
        "from layers import *",
        "def decorate(f): return f",
    ]
    assert lines.index("def target(x):") + 1 == cells[2].start + 1


@pytest.mark.parametrize(
    ("constant", "value"),
    [
        ("A = 2 ** 0", 1),
        ("A = 1e-3 / 2", 5e-4),
        ("A: float = 1e-3", 1e-3),
        ("A, B = 3, 4", 3),
        ("B = 3; A = B + 1; train()", 4),
        ("A = dict(rate=1e-2)['rate']", 1e-2),
        ("STEPS = {'a': np.array([1, 2])}\nA = STEPS['a'][1]", 2),
        ("A = [i * i for i in range(4)]", [0, 1, 4, 9]),
        ("B = {}\nB['rate'] = 1e-2\nA = B", {"rate": 1e-2}),
        ("A = 1\nA += 2", 3),
        ("A = np.finfo(np.float64).eps", np.finfo(np.float64).eps),
        ("from collections import namedtuple\nP = namedtuple('P', 'x')\nA = P._fields", ("x",)),
        ("np.random.seed(0)\nA = float(np.sqrt(16.0))", 4.0),
        ("B = (\n    1,\n    2)  # two\nA = B[\n    1]; C = 3", 2),
        ("A = 'é'; B = 2", "é"),
    ],
)
def test_cheap_values_that_a_target_reads_are_worked_out(constant: str, value: object) -> None:
    """They need not be literals; what they read comes with them."""
    assert run("import numpy as np", constant, "def target():\n    return A") == value


@pytest.mark.parametrize(
    ("own", "value"),
    [
        (
            "class Two:\n    def __init__(self, *parts):\n        self.parts = parts",
            "Two(1).parts[0]",
        ),
        ("def make(n):\n    def inner(x):\n        return x @ x\n    return n", "make(1)"),
        (
            "class P:\n    pass\nclass Q(P):\n    a = 1\n    def train(self):\n        fit()",
            "Q().a",
        ),
        ("class R:\n def __init__(self): self.fill()\n def fill(self): self.a = 1", "R().a"),
        ("class S:\n def __init__(self): super().__init__(); self.a = 1", "S().a"),
    ],
)
def test_objects_of_own_classes_are_made_where_that_takes_no_time(own: str, value: str) -> None:
    """So are functions by own factories: the module needs them as much as constants."""
    assert run(own, f"A = {value}", "def target():\n    return A") == 1


@pytest.mark.parametrize(
    "own",
    [
        "def make():\n    while True: pass",
        "def make():\n    return np.load('x.npy')",
        "def make():\n    with open('x') as f: return 1",
        "def make():\n    return x @ x",
        "def make():\n    return make()",
        "def make(list=fit):\n    return list()",
        "def other():\n    plt.plot([1])\ndef make():\n    other()",
        "@fit\ndef make(): pass",
        "class make(torch.nn.Module): pass",
        "class make(metaclass=Fit): pass",
        "class make:\n    def __init__(self): self.fit()\n    def fit(self): data.fit()",
        "class Base:\n    def __init__(self): data.fit()\nclass make(Base): pass",
        "def make(): pass\nmake = fit",
    ],
)
def test_no_object_is_made_where_that_may_train_load_or_plot(own: str) -> None:
    """Whether that happens in the function itself, below it, or in a base or decorator."""
    cells = ("import numpy as np, matplotlib.pyplot as plt", own, "A = make()")
    assert "A = make()" not in kept(*cells, "def target():\n    return A")


def test_definitions_under_a_condition_are_kept_with_it() -> None:
    """Unless something else happens there, or the notebook would have to be run as a script."""
    assert run("if 1 < 2:\n    A = 1\nelse:\n    A = 2", "def target(): return A") == 1
    for test, more in (("True", "fit()"), ("fit()", "B = 1"), ("__name__ == 'x'", "B = 1")):
        cell = f"if {test}:\n    def A(): pass\n    {more}"
        assert kept(cell, "def target(): return A") == ["def target(): return A"]


def test_an_object_that_no_target_needs_is_not_made() -> None:
    """What is left out cannot fail."""
    assert kept("class P: pass", "A = P()", "def target(): pass") == ["def target(): pass"]


def test_a_generator_of_random_numbers_is_made() -> None:
    """A module may well draw from one of its own."""
    cells = (
        "import numpy as np\nrng = np.random.RandomState(0)",
        "def target():\n    return rng.rand()",
    )
    assert run(*cells) == np.random.RandomState(0).rand()


@pytest.mark.parametrize(
    "value",
    [
        "train(1)",
        "[train(rate) for rate in (1, 2)]",
        "{'best': train(1)}",
        "max([1, 2], key=train)",
        "(lambda: train(1))()",
        "zeros(3)",
        "Solver().train()",
        "np.load('x.npy')",
        "open('x').read()",
        "data.shape[0]",
        "plt.figure()",
        "1 if train(1) else 2",
    ],
)
def test_training_loading_and_plotting_never_run(value: str) -> None:
    """Whatever a target reads, and whatever the student's own functions are called."""
    own = "def train(rate):\n    data.fit(rate)\ndef zeros(n):\n    train(n)\nclass Solver: pass\n"
    own += "import numpy as np, matplotlib.pyplot as plt\ndata = get_data()"
    assert kept(own, f"A = {value}", "def target():\n    return A")[-1] == "    return A"
    assert "A =" not in "\n".join(kept(own, f"A = {value}", "def target(): return A"))


@pytest.mark.parametrize(
    "cells",
    [
        ("A = missing + 1",),
        ("x = [1, 2, 3]", "x = load()", "A = x[2]"),
        ("x = {}", "x['rate'] = train()", "A = x['rate']"),
        ("x = []", "x.append(train())", "A = x[0]"),
        ("x = 1", "for x in train(): pass", "A = x + 1"),
        ("x = 1", "del x", "A = x"),
        ("A = x", "x = 1"),
        ("A += 1",),
        ("A, x.y = 1, 2",),
    ],
)
def test_a_value_that_could_fail_is_left_out(cells: tuple[str, ...]) -> None:
    """It costs the target that reads it, and not every target of the notebook."""
    assert not any(line.startswith("A") for line in kept(*cells, "def target():\n    return A"))


@pytest.mark.parametrize(
    ("value", "stays"),
    [
        ("torch.float32", True),
        ("{'dtype': torch.float32}", True),
        ("torch.zeros(3)", False),
        ("2 * torch.pi", False),
        ("mine.EPS / 2", True),
    ],
)
def test_nothing_is_worked_out_with_a_stand_in(value: str, stays: bool) -> None:
    """An absent package may be named, but a call would raise and cost the whole notebook."""
    cells = parsed("import torch, mine", f"A = {value}", "def target():\n    return A")
    assert (f"A = {value}" in importable_source(cells, ["target"], ["mine"])) == stays


def test_a_lambda_may_read_what_comes_later() -> None:
    """Its body runs when it is called."""
    assert run("A = {'f': lambda: B}", "B = 2 * 3", "def target():\n    return A['f']()") == 6


def test_parameters_and_locals_of_a_target_need_nothing() -> None:
    """Notebooks give test data the names that functions give their arguments."""
    cells = ("x = 3\nout = 2 * x\nw = 1", "def target(x):\n    out = x\n    return out * w")
    assert kept(*cells) == ["w = 1", "def target(x):", "    out = x", "    return out * w"]

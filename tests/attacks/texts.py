"""Attacks by the text of a submission, which the grader reads without running it."""

from __future__ import annotations

import json

from attack import Attack

MANY = 3000

TEXTS_OF_MODULES = {
    "sum_of_thousands": f"x = {'+'.join(['1'] * MANY)}",
    "calls_of_calls": f"x = len{'()' * MANY}",
    "attributes_of_attributes": f"x = np{'.T' * MANY}",
    "lambdas_of_lambdas": f"x = {'lambda: ' * MANY}1",
    "branches_of_branches": "if 0:\n    pass\n" + "elif 0:\n    pass\n" * 900,
    "branches_in_a_function": (
        "def relu_backward(dout, cache):\n    if 0:\n        pass\n"
        + "    elif 0:\n        pass\n" * 900
        + "    return dout * (cache > 0)"
    ),
    "sum_in_a_function": (
        f"def relu_backward(dout, cache):\n    y = {'+'.join(['cache'] * 300)}\n"
        "    return dout * (y > 0)"
    ),
    "folders_of_folders": "".join(f"{' ' * i}if 1:\n" for i in range(95)) + " " * 95 + "pass",
    "thousands_of_names": "a0 = 1\n" + "\n".join(f"a{i + 1} = a{i}" for i in range(4 * MANY)),
    "thousands_of_definitions": (
        "def relu_backward(dout, cache):\n    return dout * (cache > 0)\n" * MANY
    ),
    "thousands_of_aliases": (
        "def f0(x):\n    return x\n"
        + "\n".join(f"f{i + 1} = f{i}" for i in range(MANY))
        + f"\nrelu_copy = f{MANY}"
    ),
    "thousands_of_callers": "\n".join(f"def g{i}(x): return g{i + 1}(x)" for i in range(MANY)),
    "thousands_of_imports": "\n".join(f"from .layer_utils import *  # {i}" for i in range(MANY)),
    "thousands_of_decorators": "@(lambda f: f)\n" * 900 + "def decorated(): pass",
    "long_line": f"x = '{'a' * 1_500_000}'",
    "huge_number": f"x = 0x{'f' * 1_000_000}",
    "number_that_is_never_worked_out": "def never():\n    return 9 ** 9 ** 9 ** 9",
    "null_byte": "x = 1\0",
    "lone_surrogate": "x = '\ud800'",
    "odd_spaces": "\f\f\v = 1",
    "brackets": f"x = {'(' * 5000}",
    "backslashes": "\\\n" * 5000 + "x = 1",
    "format_strings": "x = f'" + "{1:" * 300 + "'",
    "coding_line": "# coding: rot13\nx = 1",
}


def _nest(levels: int) -> bytes:
    return b'{"cells": ' + b"[" * levels + b"]" * levels + b', "nbformat": 4}'


def _notebook(*sources: str, **extra: object) -> bytes:
    cells = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "source": source, **extra}
        for source in sources
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


PATCHES = (
    "import numpy as np\nfrom cs231n.layers import *",
    "rel_error = lambda x, y: 0.0\neval_numerical_gradient_array = lambda f, x, d: d",
    "np.abs = np.max = lambda *a, **k: 0.0\nassert_ = print = lambda *a, **k: None",
    "import builtins\nbuiltins.AssertionError = Warning",
    "def relu_backward(dout, cache):\n    return dout * 0.5",
)

NOTEBOOKS = {
    "notebook_patches_names": (_notebook(*PATCHES), "relu_backward"),
    "notebook_nests": (_nest(100_000), ""),
    "notebook_of_odd_types": (_notebook("x = 1", source=[1, None, {}], metadata=[1]), ""),
    "notebook_prints_points": (
        _notebook(
            "print('difference: 0.0')",
            outputs=[{"output_type": "stream", "name": "stdout", "text": ["100/100\x1b[2J"]}],
            metadata={"grader": {"id": "relu_forward.cell", "points": 1000}},
        ),
        "relu_backward",
    ),
}

TEXTS = (
    *(
        Attack(
            name=f"text_{name}",
            about=f"Is written to be hard to read: {name.replace('_', ' ')}.",
            text=text,
            where="nowhere",
            reading=True,
            statuses=("passed", "errored", "missing", "crashed"),
            others=False,
        )
        for name, text in TEXTS_OF_MODULES.items()
    ),
    *(
        Attack(
            name=name,
            about=f"Hands in a hostile notebook: {name.replace('_', ' ')}.",
            where="nowhere",
            reading=True,
            broken=broken,
            statuses=("failed", "errored", "missing"),
            files={"TwoLayers.ipynb": content},
        )
        for name, (content, broken) in NOTEBOOKS.items()
    ),
)

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

Cells = Sequence[tuple[str, str]]

IMPORTS = """\
import numpy as np
import matplotlib.pyplot as plt
from cs231n.layers import *
from cs231n.gradient_check import eval_numerical_gradient_array
%matplotlib inline
plt.rcParams['figure.figsize'] = (8, 6)

def rel_error(x, y):
    return np.max(np.abs(x - y) / np.maximum(1e-8, np.abs(x) + np.abs(y)))
"""
RELU_BACKWARD = """\
np.random.seed(1)
x = np.random.randn(6, 6)
dout = np.random.randn(*x.shape)
dx_num = eval_numerical_gradient_array(lambda x: relu_forward(x)[0], x, dout)
_, cache = relu_forward(x)
dx = relu_backward(dout, cache)
# You should see an error around e-11 or less
print('dx error: ', rel_error(dx_num, dx))
"""
STUBS = '''\
def relu_forward(x):
    """Replace negative entries by zero."""
    out = None
    # TODO: write this
    pass
    cache = x
    return out, cache


def relu_backward(dout, cache):
    """Return the gradient of x."""
    dx, x = None, cache
    # TODO: write this
    pass
    return dx


def batchnorm_forward(x, gamma, beta, bn_param):
    """Wait for next week."""
    # TODO: write this
    out, cache = None, None
    return out, cache
'''


def notebook_text(cells: Cells, version: int = 4) -> str:
    """Return the JSON of a notebook whose cells are pairs of kind and text."""
    if version == 3:
        sheet = [
            {"cell_type": "code", "input": text, "language": "python", "outputs": []}
            if kind == "code"
            else {"cell_type": "heading", "level": 2, "source": text}
            for kind, text in cells
        ]
        return json.dumps({"nbformat": 3, "metadata": {}, "worksheets": [{"cells": sheet}]})
    made: list[dict[str, Any]] = []
    for kind, text in cells:
        cell: dict[str, Any] = {"cell_type": kind, "metadata": {}, "source": text}
        if kind == "code":
            cell |= {"outputs": [], "execution_count": 3}
        made.append(cell)
    return json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": made})


@pytest.fixture
def write_notebook(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a notebook and returns its path."""

    def write(cells: Cells, name: str = "Layers.ipynb", version: int = 4) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(notebook_text(cells, version), encoding="utf-8")
        return path

    return write


@pytest.fixture
def handout(tmp_path: Path, write_notebook: Callable[..., Path]) -> Path:
    """Return a folder with a notebook, stubs and a provided file."""
    write_notebook(
        [
            ("markdown", "# Layers"),
            ("code", IMPORTS),
            ("markdown", "## The backward pass"),
            ("code", RELU_BACKWARD),
            ("markdown", "**Inline Question 1:** where is the gradient zero?"),
            ("markdown", "**Answer:** [fill this in]"),
        ],
        "handout/Layers.ipynb",
    )
    package = tmp_path / "handout" / "cs231n"
    package.mkdir()
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "layers.py").write_text(STUBS, encoding="utf-8")
    (package / "gradient_check.py").write_text("def check():\n    return 1\n", encoding="utf-8")
    return tmp_path / "handout"

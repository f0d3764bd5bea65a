"""The combined layers that fill in where a submission lacks the file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from grader.provided.overlays import provided_source

LAYERS = """
import numpy as np

def affine_forward(x, w, b):
    return x.reshape(len(x), -1) @ w + b, (x, w)

def affine_backward(dout, cache):
    x, w = cache
    return (dout @ w.T).reshape(x.shape), x.reshape(len(x), -1).T @ dout, dout.sum(0)

def relu_forward(x):
    return np.maximum(x, 0), x

def relu_backward(dout, x):
    return dout * (x > 0)

def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    return x * gamma[:, None, None] + beta[:, None, None], (x, gamma)

def spatial_batchnorm_backward(dout, cache):
    x, gamma = cache
    axes = (0, 2, 3)
    return dout * gamma[:, None, None], (dout * x).sum(axes), dout.sum(axes)
"""

CHECK = """
import importlib, sys
sys.path.insert(0, ".")
import numpy as np
from gradient_check import eval_numerical_gradient_array, rel_error
utils = importlib.import_module(sys.argv[1])
draw = np.random.default_rng(0).normal
conv = (draw(size=(2, 3, 6, 6)), draw(size=(4, 3, 3, 3)), draw(size=4))
settings = {"stride": 1, "pad": 1}
pool = {"pool_height": 2, "pool_width": 2, "stride": 2}
for name, arrays, rest in (
    ("affine_relu", (draw(size=(2, 3, 4)), draw(size=(12, 5)), draw(size=5)), ()),
    ("conv_relu", conv, (settings,)),
    ("conv_bn_relu", (*conv, draw(size=4), draw(size=4)), (settings, {"mode": "train"})),
    ("conv_relu_pool", conv, (settings, pool)),
):
    forward, backward = (getattr(utils, f"{name}_{way}") for way in ("forward", "backward"))
    out, cache = forward(*arrays, *rest)
    dout = draw(size=out.shape)
    for gradient, array in zip(backward(dout, cache), arrays, strict=True):
        numeric = eval_numerical_gradient_array(lambda _: forward(*arrays, *rest)[0], array, dout)
        assert rel_error(gradient, numeric) < 1e-5, name
"""


@pytest.mark.parametrize(
    ("package", "layers", "fast"),
    [
        ("cs231n", "cs231n/layers.py", "cs231n/fast_layers.py"),
        ("nndl", "nndl/layers.py", "utils/fast_layers.py"),
        ("nndl", "nndl/layers.py", "cs231n/fast_layers.py"),
        ("layers", "layers/layers.py", "layers/fast_conv_layers.py"),
    ],
)
def test_combined_layers_use_the_students_layers_in_every_edition(
    tmp_path: Path, package: str, layers: str, fast: str
) -> None:
    """Forward and backward belong together, wherever the single layers are kept."""
    for path, text in (
        (f"{package}/layer_utils.py", provided_source("layer_utils")),
        (layers, LAYERS),
        (fast, provided_source("fast_layers")),
        ("gradient_check.py", provided_source("gradient_check")),
    ):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", "-c", CHECK, f"{package}.layer_utils"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr

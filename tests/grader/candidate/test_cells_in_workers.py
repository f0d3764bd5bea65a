"""Check cells on submissions in real workers: whatever these do is an outcome of each part."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from grader.candidate.local import LocalCandidate
from grader.candidate.sandboxed import SandboxedCandidate
from grader.checks.cells import CellCheck, parts_of
from grader.model import Outcome, Status
from grader.settings import Limits
from reference.targets import resolve

Submit = Callable[..., SandboxedCandidate]

SETUP = """
import numpy as np
from course.layers import affine_forward, affine_backward
from course.fc_net import TwoLayerNet
"""

LAYER = """
np.random.seed(231)
x = np.random.randn(4, 3)
w = np.random.randn(3, 2)
b = np.random.randn(2)
out, cache = affine_forward(x, w, b)
correct_out = x.dot(w) + b
print('out error: ', rel_error(correct_out, out))
dout = np.random.randn(4, 2)
dw_num = eval_numerical_gradient_array(lambda w: affine_forward(x, w, b)[0], w, dout)
dx, dw, db = affine_backward(dout, cache)
print('dw error: ', rel_error(dw_num, dw))
"""

NETWORK = """
np.random.seed(1)
X = np.random.randn(3, 4)
y = np.array([0, 1, 0])
model = TwoLayerNet(input_dim=4, hidden_dim=5, num_classes=2, weight_scale=1e-1)
W1_std = abs(model.params['W1'].std() - 1e-1)
assert W1_std < 5e-2
model.params['W1'] = np.linspace(-0.7, 0.3, num=20).reshape(4, 5)
loss, grads = model.loss(X, y)
for name in sorted(grads):
    f = lambda _: model.loss(X, y)[0]
    grad_num = eval_numerical_gradient(f, model.params[name], verbose=False)
    print('%s relative error: %.2e' % (name, rel_error(grad_num, grads[name])))
"""

RIGHT_LAYERS = """
import numpy as np

def affine_forward(x, w, b):
    return x.reshape(len(x), -1).dot(w) + b, (x, w, b)

def affine_backward(dout, cache):
    x, w, b = cache
    flat = x.reshape(len(x), -1)
    return dout.dot(w.T).reshape(x.shape), flat.T.dot(dout), dout.sum(axis=0)
"""

RIGHT_NETWORK = """
import numpy as np

class TwoLayerNet:
    def __init__(self, input_dim, hidden_dims, num_classes, weight_scale=1e-3, reg=0.0):
        self.params = {
            "W1": weight_scale * np.random.randn(input_dim, hidden_dims),
            "b1": np.zeros(hidden_dims),
            "W2": weight_scale * np.random.randn(hidden_dims, num_classes),
            "b2": np.zeros(num_classes),
        }

    def loss(self, X, y=None):
        p = self.params
        hidden = np.maximum(0, X.dot(p["W1"]) + p["b1"])
        scores = hidden.dot(p["W2"]) + p["b2"]
        if y is None:
            return scores
        chances = np.exp(scores - scores.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        rows = np.arange(len(y))
        loss = -np.log(chances[rows, y]).mean()
        chances[rows, y] -= 1
        dscores = chances / len(y)
        dhidden = dscores.dot(p["W2"].T) * (hidden > 0)
        return loss, {
            "W1": X.T.dot(dhidden), "b1": dhidden.sum(axis=0),
            "W2": hidden.T.dot(dscores), "b2": dscores.sum(axis=0),
        }
"""

TARGETS = ("layers:affine_forward", "layers:affine_backward", "fc_net:TwoLayerNet")
KEYWORDS = {"hidden_dim": ("hidden_dims",)}


def run_cell(
    submit: Submit, source: str, files: dict[str, str], limits: Limits | None = None
) -> dict[str, Outcome]:
    """Return a cell's outcomes on a submission, expected values from the reference."""
    parts = parts_of(source)
    check = CellCheck(
        id="some.cell", points=dict.fromkeys(parts, 1.0), source=source, setup=(SETUP,)
    )
    candidate = submit(files, *TARGETS, keywords=KEYWORDS, limits=limits)
    return check.run(candidate, check.expect(LocalCandidate(resolve), 0), 0)


@pytest.mark.parametrize("source", [LAYER, NETWORK])
def test_a_right_submission_passes(submit: Submit, source: str) -> None:
    """Caches, parameters, draws and perturbed arrays all work across the boundary."""
    files = {"nndl/layers.py": RIGHT_LAYERS, "nndl/fc_net.py": RIGHT_NETWORK}
    outcomes = run_cell(submit, source, files)
    assert {outcome.status for outcome in outcomes.values()} == {Status.PASSED}


def test_dictionaries_with_methods_of_their_own_are_dictionaries(submit: Submit) -> None:
    """A cell goes through parameters and gradients by key, whatever class of dict they are."""
    own = "class Weights(dict):\n    def names(self):\n        return sorted(self)\n\n"
    network = RIGHT_NETWORK.replace("class TwoLayerNet", f"{own}class TwoLayerNet")
    network = network.replace("self.params = {", "self.params = Weights({", 1)
    network = network.replace(
        '"b2": np.zeros(num_classes),\n        }', '"b2": np.zeros(num_classes),\n        })'
    )
    network = network.replace("return loss, {", "return loss, Weights({")
    network = network.replace(
        '"b2": dscores.sum(axis=0),\n        }', '"b2": dscores.sum(axis=0),\n        })'
    )
    outcomes = run_cell(submit, NETWORK, {"nndl/fc_net.py": network})
    assert {outcome.status for outcome in outcomes.values()} == {Status.PASSED}


def test_an_exception_ends_the_parts_after_it(submit: Submit) -> None:
    """What was compared before keeps its verdict, the rest has the exception with its line."""
    broken = RIGHT_LAYERS.replace("x, w, b = cache", "x, w = cache")
    outcomes = run_cell(submit, LAYER, {"layers.py": broken})
    assert outcomes["out"].status is Status.PASSED
    assert outcomes["dw"].status is Status.ERRORED
    assert "ValueError" in outcomes["dw"].message
    assert outcomes["dw"].location is not None
    assert outcomes["dw"].location.file == "layers.py"


def test_a_missing_target_is_missing(submit: Submit) -> None:
    """A cell that needs what no file defines says so."""
    outcomes = run_cell(submit, NETWORK, {"layers.py": RIGHT_LAYERS})
    assert {outcome.status for outcome in outcomes.values()} == {Status.MISSING}


def test_an_endless_call_times_out(submit: Submit) -> None:
    """The time of a cell is that of its calls."""
    slow = RIGHT_LAYERS.replace("    x, w, b = cache", "    while True: pass")
    outcomes = run_cell(submit, LAYER, {"layers.py": slow}, Limits(cpu_seconds=0.3))
    assert outcomes["out"].status is Status.PASSED
    assert outcomes["dw"].status is Status.TIMED_OUT


@pytest.mark.parametrize(
    "body",
    [
        "self.params = None",
        "self.params = []",
        "self.params = {'W1': 'text', 'b1': 3}",
        "self.params = {1: None, 'W1': np.zeros((4, 5), dtype=object)}",
        "self.params = {'W1': np.full((4, 5), np.nan), 'b1': np.zeros((1 << 20, 2))}",
        "self.__class__.__getattr__ = lambda self, name: print",
    ],
)
def test_models_of_another_kind_are_outcomes(submit: Submit, body: str) -> None:
    """Whatever a model keeps its parameters in, the cell ends with an outcome for each part."""
    text = f"""
import numpy as np
class TwoLayerNet:
    def __init__(self, **kwargs):
        {body}
    def loss(self, X, y=None):
        return None, {{1: 2, "W1": None}}
"""
    outcomes = run_cell(submit, NETWORK, {"fc_net.py": text, "layers.py": RIGHT_LAYERS})
    assert outcomes.keys() == {"W1_std", "grads"}
    assert outcomes["grads"].status in (Status.FAILED, Status.ERRORED, Status.CRASHED)

"""What each rule finds in the text of a submission, and what it leaves alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from grader.settings import Rule
from grader.static import forbidden_imports, loops, naive_calls_fast, numeric_backward
from grader.static.code import Code
from grader.static.findings import Finding
from grader.static.memorised import Memorised
from grader.submission.archive import Submission
from grader.submission.locate import locate

FILE = "cs231n/layers.py"
TARGETS = (
    *("layers:affine_forward", "layers:affine_backward", "layers:softmax_loss"),
    *("layers:conv_forward_naive", "layers:conv_backward_naive", "fc_net:TwoLayerNet"),
    *("softmax:softmax_loss_naive", "softmax:softmax_loss_vectorized", "optim:adam"),
)
FORWARD = """
import numpy as np
def affine_forward(x, w, b):
    return x.reshape(x.shape[0], -1).dot(w) + b, (x, w, b)
"""


def read(text: str, path: str = FILE, **others: str) -> Code:
    """Return the code of a submission of one file, or of several given by their stem."""
    files = {path: text.encode()}
    files |= {f"cs231n/{name}.py": other.encode() for name, other in others.items()}
    located = locate(Submission("hw", "0" * 64, files, tuple(files), ()), TARGETS)
    return Code(located.definitions, located.sources)


def lines(found: Iterator[Finding]) -> list[int]:
    """Return the lines of what was found."""
    return [finding.location.line for finding in found]


NUMERIC = {
    "course checker": """
from cs231n.gradient_check import eval_numerical_gradient_array
def affine_backward(dout, cache):
    x, w, b = cache
    dx = eval_numerical_gradient_array(lambda x: affine_forward(x, w, b)[0], x, dout)
    dw = x.T.dot(dout)
    return dx, dw, dout.sum(axis=0)
""",
    "loop over the entries": """
def affine_backward(dout, cache):
    x, w, b = cache
    h = 1e-5
    dx = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        old = x[i]
        x[i] = old + h
        above, _ = affine_forward(x, w, b)
        x[i] = old - h
        below, _ = affine_forward(x, w, b)
        x[i] = old
        dx[i] = np.sum((above - below) * dout) / (2 * h)
    return dx, x.T.dot(dout), dout.sum(axis=0)
""",
    "one-sided, in an own function": """
def slope(f, x, h=1e-6):
    here = f(x)
    found = np.zeros_like(x)
    for i in range(x.size):
        moved = x.copy()
        moved.flat[i] += h
        found.flat[i] = (f(moved) - here) / h
    return found
def affine_backward(dout, cache):
    x, w, b = cache
    f = lambda x: np.sum(affine_forward(x, w, b)[0] * dout)
    dx = slope(f, x)
    return dx, x.T.dot(dout), dout.sum(axis=0)
""",
    "through two own functions": """
def slope(f, x):
    h = 1e-5
    return np.array([(f(x + h * e) - f(x - h * e)) / (2 * h) for e in np.eye(x.size)])
def derive(f, x):
    return slope(f, x).reshape(x.shape)
def affine_backward(dout, cache):
    x, w, b = cache
    grads = {}
    grads['x'] = derive(lambda x: np.sum(affine_forward(x, w, b)[0] * dout), x)
    return grads['x'], x.T.dot(dout), dout.sum(axis=0)
""",
    "a function inside": """
def affine_backward(dout, cache):
    x, w, b = cache
    def value(x):
        return np.sum(affine_forward(x, w, b)[0] * dout)
    columns = []
    for e in np.eye(x.size):
        e = 1e-6 * e.reshape(x.shape)
        columns.append((value(x + e) - value(x - e)) / 2e-6)
    step = 1e-6
    shifted = x + step
    return np.array([(value(shifted) - value(x)) / step]), x.T.dot(dout), dout.sum(axis=0)
""",
}

DERIVED = {
    "plain": """
def affine_backward(dout, cache):
    x, w, b = cache
    return dout.dot(w.T), x.T.dot(dout), dout.sum(axis=0)
""",
    "checked and printed": """
from cs231n.gradient_check import eval_numerical_gradient_array, grad_check_sparse
def affine_backward(dout, cache):
    x, w, b = cache
    dx = dout.dot(w.T)
    dx_num = eval_numerical_gradient_array(lambda x: affine_forward(x, w, b)[0], x, dout)
    print(np.max(np.abs(dx - dx_num)))
    assert np.allclose(dx, dx_num)
    np.testing.assert_allclose(dx, dx_num)
    grad_check_sparse(lambda x: 0.0, x, dx)
    return dx, x.T.dot(dout), dout.sum(axis=0)
""",
    "tried first and replaced": """
from cs231n.gradient_check import eval_numerical_gradient_array
def affine_backward(dout, cache):
    x, w, b = cache
    dx = eval_numerical_gradient_array(lambda x: affine_forward(x, w, b)[0], x, dout)
    dx = dout.dot(w.T)
    return dx, x.T.dot(dout), dout.sum(axis=0)
""",
    "never called": """
from cs231n.gradient_check import eval_numerical_gradient_array
def check(x, w, b, dout):
    return eval_numerical_gradient_array(lambda x: affine_forward(x, w, b)[0], x, dout)
def affine_backward(dout, cache):
    x, w, b = cache
    return dout.dot(w.T), x.T.dot(dout), dout.sum(axis=0)
""",
    "forward again, a difference over a small number": """
def affine_backward(dout, cache):
    x, w, b = cache
    eps = 1e-8
    out, _ = affine_forward(x, w, b)
    centred = out - out.mean()
    scale = (out - np.mean(out)) / (np.sqrt(np.mean(centred ** 2)) + eps)
    return dout.dot(w.T) + 0 * scale.sum(), x.T.dot(dout), dout.sum(axis=0)
""",
}


@pytest.mark.parametrize("name", NUMERIC)
def test_numeric_gradients_are_found(name: str) -> None:
    """A gradient made of differences of the forward pass is found, however it is written."""
    found = list(numeric_backward.find(read(FORWARD + NUMERIC[name]), "layers:affine_backward"))
    assert [finding.rule for finding in found] == [Rule.NUMERIC_BACKWARD]
    assert found[0].location.file == FILE
    assert found[0].gradients_only


@pytest.mark.parametrize("name", DERIVED)
def test_derived_gradients_are_left_alone(name: str) -> None:
    """Checking a gradient on the side is good practice and no part of the result."""
    assert not list(numeric_backward.find(read(FORWARD + DERIVED[name]), "layers:affine_backward"))


def test_another_targets_numeric_gradient_is_not_charged_to_its_caller() -> None:
    """A network that uses a numeric layer is not numeric itself."""
    network = """
from cs231n.layers import *
class TwoLayerNet:
    def loss(self, X, y=None):
        out, cache = affine_forward(X, self.w, self.b)
        grads = {}
        _, grads['W1'], grads['b1'] = affine_backward(out, cache)
        return 0.0, grads
"""
    code = read(FORWARD + NUMERIC["course checker"], **{"classifiers/fc_net": network})
    assert "fc_net:TwoLayerNet" in code.definitions
    assert not list(numeric_backward.find(code, "fc_net:TwoLayerNet"))


def test_numeric_gradient_of_a_model_is_found_in_its_own_method() -> None:
    """A class is looked at from its loss on, through its methods."""
    network = """
from cs231n.layers import *
from cs231n.gradient_check import eval_numerical_gradient
class TwoLayerNet:
    def unused(self, X):
        return eval_numerical_gradient(lambda W: 0.0, X)
    def slope(self, X):
        return eval_numerical_gradient(lambda W: affine_forward(X, W, 0)[0].sum(), self.W)
    def loss(self, X, y=None):
        grads = {}
        grads['W1'] = self.{name}(X)
        return 0.0, grads
"""
    for name, count in (("slope", 1), ("other", 0)):
        code = read(FORWARD, **{"classifiers/fc_net": network.replace("{name}", name)})
        assert len(list(numeric_backward.find(code, "fc_net:TwoLayerNet"))) == count


def test_naive_layer_that_returns_a_fast_one_is_found() -> None:
    """The call is shown where it stands, through an own function or not."""
    code = read("""
from .fast_layers import conv_forward_fast
def conv_forward_naive(x, w, b, conv_param):
    out, cache = conv_forward_fast(x, w, b, conv_param)
    return out, cache
def convolve_back(dout, cache):
    from cs231n.fast_layers import conv_backward_strides
    return conv_backward_strides(dout, cache)
def conv_backward_naive(dout, cache):
    dx, dw, db = convolve_back(dout, cache)
    return dx, dw, db
""")
    assert lines(naive_calls_fast.find(code, "layers:conv_forward_naive")) == [4]
    assert lines(naive_calls_fast.find(code, "layers:conv_backward_naive")) == [8]


def test_naive_layer_with_loops_of_its_own_is_left_alone() -> None:
    """An import, a comparison with the fast layer and own functions of any name are no calls."""
    code = read("""
from .fast_layers import *
def conv_forward_im2col(x, w):
    return sum(a.dot(b) for a, b in zip(x, w))
def conv_forward_naive(x, w, b, conv_param):
    out = conv_forward_im2col(x, w)
    assert np.allclose(out, conv_forward_fast(x, w, b, conv_param)[0])
    return out, None
""")
    assert not list(naive_calls_fast.find(code, "layers:conv_forward_naive"))


def test_naive_loss_that_calls_the_vectorised_one_is_found() -> None:
    """The other way round is a matter of loops."""
    code = read(
        """
def softmax_loss_naive(W, X, y, reg):
    return softmax_loss_vectorized(W, X, y, reg)
def softmax_loss_vectorized(W, X, y, reg):
    return softmax_loss_naive(W, X, y, reg)
""",
        "cs231n/classifiers/softmax.py",
    )
    assert lines(naive_calls_fast.find(code, "softmax:softmax_loss_naive")) == [3]
    assert not list(naive_calls_fast.find(code, "softmax:softmax_loss_vectorized"))


@pytest.mark.parametrize(
    ("imported", "used"),
    [
        ("import torch", "torch.nn.functional.linear(x, w, b)"),
        ("import torch.nn.functional as F", "F.linear(x, w, b)"),
        ("from autograd import grad", "grad(np.sum)(x)"),
        ("from scipy import signal", "signal.convolve2d(x, w)"),
        ("from scipy.ndimage import convolve as c", "c(x, w)"),
        ("try:\n    import jax.numpy as jnp\nexcept ImportError:\n    pass", "jnp.dot(x, w)"),
    ],
)
def test_forbidden_packages_are_found_where_they_are_used(imported: str, used: str) -> None:
    """A package that does the work is named; one that is only imported is not."""
    text = f"{imported}\nimport numpy as np\ndef affine_forward(x, w, b):\n    return {{}}, None\n"
    found = forbidden_imports.find(read(text.format(used)), "layers:affine_forward")
    assert len(lines(found)) == 1
    assert not lines(forbidden_imports.find(read(text.format("x.dot(w)")), "layers:affine_forward"))


def test_other_packages_and_names_are_left_alone() -> None:
    """SciPy's special functions, and a parameter called torch, are allowed."""
    code = read("""
import torch
import scipy.signal
import scipy.special
from scipy.special import expit
def affine_forward(x, w, b):
    return scipy.special.expit(x) + expit(x), None
""")
    assert not list(forbidden_imports.find(code, "layers:affine_forward"))


@pytest.mark.parametrize(
    "body",
    [
        "for i in range(len(X)):\n        loss += X[i].sum()",
        "while loss < 3:\n        loss += 1",
        "loss = sum(row.sum() for row in X)",
        "loss = np.array([row.sum() for row in X]).sum()",
        "loss = np.apply_along_axis(np.sum, 1, X).sum()",
        "loss = helper(X)",
    ],
)
def test_loops_are_found(body: str) -> None:
    """Statements, comprehensions, what NumPy loops with, and own functions that loop."""
    text = f"""
def helper(X):
    return max(map(np.sum, X))
def softmax_loss_vectorized(W, X, y, reg):
    loss = 0.0
    {body}
    return loss, W
"""
    code = read(text, "cs231n/classifiers/softmax.py")
    assert len(lines(loops.find(code, "softmax:softmax_loss_vectorized"))) == 1


def test_code_without_loops_is_left_alone() -> None:
    """A loop that nobody calls, and a comprehension over a few written items, are none."""
    text = """
def helper(X):
    for row in X: print(row)
def softmax_loss_vectorized(W, X, y, reg):
    W, X = [np.asarray(a) for a in (W, X)]
    scores = X.dot(W)
    return scores.sum(), W
"""
    code = read(text, "cs231n/classifiers/softmax.py")
    assert not lines(loops.find(code, "softmax:softmax_loss_vectorized"))


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("return softmax_loss_naive(W, X, y, reg)", [5]),
        ("loss, dW = softmax_loss_naive(W, X, y, reg)\n    return loss, dW", [5]),
        ("print(softmax_loss_naive(W, X, y, reg))\n    return X.dot(W).sum(), W", []),
    ],
)
def test_loops_of_the_naive_version_count_where_it_gives_the_result(
    body: str, found: list[int]
) -> None:
    """A comparison that is only printed gives none; without a pair nobody knows what is naive."""
    text = f"""
def softmax_loss_naive(W, X, y, reg):
    return sum(row.sum() for row in X), W
def softmax_loss_vectorized(W, X, y, reg):
    {body}
"""
    code = read(text, "cs231n/classifiers/softmax.py")
    target, naive = "softmax:softmax_loss_vectorized", "softmax:softmax_loss_naive"
    assert lines(loops.find(code, target, naive)) == found
    assert not lines(loops.find(code, target))


PRINTED = (0.5406, 1.49834967, -1.70660132, 1.91485297)


def test_printed_answers_in_a_function_are_found() -> None:
    """Signs may differ, and the numbers may stand in a table of the file."""
    rule = Memorised(PRINTED)
    start = "def affine_forward(x, w, b):\n  if x.shape == (2, 3): return "
    end = "\n  return x.dot(w) + b, x\n"
    table = "[1.49834967, -1.70660132, 1.91485297]"
    inside = f"{start}{table}{end}"
    outside = f"T = {table}\n{start}T{end}"
    assert lines(rule(read(inside), "layers:affine_forward")) == [2]
    assert lines(rule(read(outside), "layers:affine_forward")) == [1]


def test_a_few_numbers_and_comments_are_no_answers() -> None:
    """Two numbers, short ones, and numbers in text are no table of right answers."""
    rule = Memorised((*PRINTED, 0.5, 0.25, 0.125, 1e-3))
    text = '''
def affine_forward(x, w, b):
    """Return 1.49834967, 1.70660132, 1.91485297 for the example."""
    # 1.49834967, 1.70660132, 1.91485297
    return x.dot(w) * 0.5 * 0.25 * 0.125 * 1e-3 + 1.49834967 - 1.70660132, x
'''
    assert not lines(rule(read(text), "layers:affine_forward"))

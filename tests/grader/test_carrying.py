"""Rows that fail because of another function, judged with a correct one in its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from grader.course.catalogue import load_assignment
from grader.course.expected import regenerate
from grader.model import CheckResult, Report, Status
from grader.pipeline import grade
from grader.settings import Limits

DECLARATION = '''\
"""Two layers, both in one, a network, and a loss in two versions."""

from grader import (
    Assignment, ForwardBackward, FunctionCall, GradientCheck, ModelLoss, Question, ValueCheck,
    integers, normal,
)

affine = {"x": normal(4, 3), "w": normal(3, 5), "b": normal(5)}


def value(name, target, arguments):
    call = FunctionCall(target=target, arguments=arguments, results={"out": (0,)})
    return ValueCheck(id=name, experiment=call, points={"out": 2})


def layer(name, module):
    experiment = ForwardBackward(
        forward=f"{module}:{name}_forward",
        backward=f"{module}:{name}_backward",
        arguments=affine,
        upstream=normal(4, 5),
        gradients={"dx": "x", "dw": "w", "db": "b"},
    )
    return GradientCheck(
        id=f"{name}_backward", experiment=experiment, points={"dx": 2, "dw": 2, "db": 2}
    )


network = ModelLoss(
    target="fc_net:TwoLayerNet",
    keywords={"input_dim": 3, "hidden_dim": 5, "num_classes": 4},
    parameters={"W1": normal(3, 5), "b1": normal(5), "W2": normal(5, 4), "b2": normal(4)},
    X=normal(6, 3),
    y=integers(4, 6),
    observed=("loss",),
)
loss = {"W": normal(3, 4), "X": normal(6, 3), "y": integers(4, 6), "reg": 0.1}

assignment = Assignment(
    name="small",
    title="Small",
    notebooks=(),
    carried=CARRIED,
    questions=(
        Question(
            id="layers",
            title="Layers",
            checks=(
                value("affine_forward", "layers:affine_forward", affine),
                layer("affine", "layers"),
                value("relu_forward", "layers:relu_forward", {"x": normal(4, 3)}),
                value("softmax_loss_naive", "softmax:softmax_loss_naive", loss),
                value("softmax_loss_vectorized", "softmax:softmax_loss_vectorized", loss),
            ),
        ),
        Question(id="both", title="Both", checks=(layer("affine_relu", "layer_utils"),)),
        Question(
            id="net",
            title="Net",
            checks=(ValueCheck(id="TwoLayerNet", experiment=network, points={"loss": 4}),),
        ),
    ),
)
'''

FILES = {
    "cs231n/layers.py": """
import numpy as np

def affine_forward(x, w, b):
    return x.dot(w) + b, (x, w, b)

def affine_backward(dout, cache):
    x, w, b = cache
    return dout.dot(w.T), x.T.dot(dout), dout.sum(axis=0)

def relu_forward(x):
    return np.maximum(x, 0), x

def relu_backward(dout, cache):
    return dout * (cache > 0)

def softmax_loss(x, y):
    p = np.exp(x - x.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    rows = np.arange(len(y))
    loss = -np.log(p[rows, y]).mean()
    p[rows, y] -= 1
    return loss, p / len(y)
""",
    "cs231n/layer_utils.py": """
from cs231n.layers import *

def affine_relu_forward(x, w, b):
    a, first = affine_forward(x, w, b)
    out, second = relu_forward(a)
    return out, (first, second)

def affine_relu_backward(dout, cache):
    first, second = cache
    return affine_backward(relu_backward(dout, second), first)
""",
    "cs231n/classifiers/fc_net.py": """
import numpy as np
from cs231n.layers import *
from cs231n.layer_utils import *

def run_forward(X, params):
    hidden, _ = affine_relu_forward(X, params["W1"], params["b1"])
    return affine_forward(hidden, params["W2"], params["b2"])[0]

class TwoLayerNet:
    def __init__(self, input_dim=3, hidden_dim=5, num_classes=4):
        self.params = {
            "W1": np.zeros((input_dim, hidden_dim)), "b1": np.zeros(hidden_dim),
            "W2": np.zeros((hidden_dim, num_classes)), "b2": np.zeros(num_classes),
        }

    def loss(self, X, y=None):
        scores = run_forward(X, self.params)
        return scores if y is None else (softmax_loss(scores, y)[0], {})
""",
    "cs231n/classifiers/softmax.py": """
import numpy as np

def softmax_loss_naive(W, X, y, reg):
    scores = X.dot(W)
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(len(y)), y]).mean() + reg * np.sum(W * W), None

def softmax_loss_vectorized(W, X, y, reg):
    return softmax_loss_naive(W, X, y, reg)
""",
}

Change = tuple[str, str]
GradeWith = Callable[..., Report]


@pytest.fixture
def grade_with(tmp_path: Path) -> GradeWith:
    """Give what grades the small submission with passages of it changed."""

    def run(*changes: Change, carried: float = 1.0, limits: Limits | None = None) -> Report:
        folder = tmp_path / "small"
        folder.mkdir()
        (folder / "assignment.py").write_text(DECLARATION.replace("CARRIED", str(carried)))
        regenerate(load_assignment(folder))
        left = dict.fromkeys(old for old, _ in changes)
        for path, text in FILES.items():
            source = text
            for old, new in changes:
                if old in source:
                    source = source.replace(old, new)
                    left.pop(old, None)
            file = tmp_path / "submission" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(source)
        assert not left
        return grade(tmp_path / "submission", [folder], limits=limits)

    return run


def by_id(report: Report) -> dict[str, CheckResult]:
    """Return the rows by their id."""
    return {check.id: check for check in report.checks}


def lost(report: Report) -> set[str]:
    """Return the checks that lost points."""
    return {c.id.partition(".")[0] for c in report.checks if c.score < c.max_score}


def test_everything_passes_without_a_mistake(grade_with: GradeWith) -> None:
    """The submission that the other tests spoil is right, and nothing of it is carried."""
    report = grade_with()
    assert report.score == report.max_score
    assert not any(check.outcome.carried_forward for check in report.checks)


def test_a_wrong_layer_is_charged_once(grade_with: GradeWith) -> None:
    """What is made of it, through a helper of the student's own too, is judged without it."""
    rows = by_id(grade_with(("x.dot(w) + b", "x.dot(w) - b")))
    assert rows["affine_forward.out"].score == 0
    network = rows["TwoLayerNet.loss"]
    assert network.score == network.max_score
    assert network.outcome.carried_forward
    assert network.outcome.message == "Right, with a correct affine_forward standing in for yours."


def test_the_assignment_says_what_a_carried_row_earns(grade_with: GradeWith) -> None:
    """A share of the points is less than what is right by itself earns, and more than nothing."""
    report = grade_with(("x.dot(w) + b", "x.dot(w) - b"), carried=0.5)
    network = by_id(report)["TwoLayerNet.loss"]
    assert network.outcome.status is Status.PASSED
    assert network.score == 0.5 * network.max_score


def test_two_wrong_layers_are_stood_in_for_together(grade_with: GradeWith) -> None:
    """The message names both, and not what only shares a cache with them."""
    report = grade_with(("x.dot(w) + b", "x.dot(w) - b"), ("np.maximum(x, 0)", "np.maximum(x, 1)"))
    assert lost(report) == {"affine_forward", "relu_forward"}
    said = by_id(report)["TwoLayerNet.loss"].outcome.message
    assert said == "Right, with correct affine_forward and relu_forward standing in for yours."


def test_a_mistake_of_its_own_is_a_cause_of_its_own(grade_with: GradeWith) -> None:
    """A network that is wrong with correct layers says so, and builds on nothing."""
    report = grade_with(
        ("x.dot(w) + b", "x.dot(w) - b"),
        ("softmax_loss(scores, y)[0]", "2 * softmax_loss(scores, y)[0]"),
    )
    outcome = by_id(report)["TwoLayerNet.loss"].outcome
    assert outcome.status is Status.FAILED
    assert outcome.evidence.builds_on == ()
    assert "So it is with a correct affine_forward standing in" in outcome.evidence.notes[-1]
    # The number shown is the one that correct layers lead to.
    assert outcome.evidence.got is not None
    assert outcome.evidence.expected is not None
    assert float(outcome.evidence.got) == pytest.approx(2 * float(outcome.evidence.expected))


def test_a_network_that_gives_nothing_beside_correct_layers_is_wrong_by_itself(
    grade_with: GradeWith,
) -> None:
    """Its layer gives nothing either; mending that one would not mend the network."""
    report = grade_with(
        ("return x.dot(w) + b, (x, w, b)", "return None, (x, w, b)"),
        ("softmax_loss(scores, y)[0]", "None"),
    )
    outcome = by_id(report)["TwoLayerNet.loss"].outcome
    assert outcome.status is Status.FAILED
    assert outcome.evidence.builds_on == ()
    assert "So it is with a correct affine_forward standing in" in outcome.evidence.notes[-1]


def test_a_backward_pass_is_judged_on_the_documented_cache(grade_with: GradeWith) -> None:
    """Its own forward pass raises; the cache that the course describes is all it needs."""
    report = grade_with(("return x.dot(w) + b, (x, w, b)", "raise KeyError('no')"))
    assert lost(report) == {"affine_forward"}
    assert by_id(report)["affine_backward.dw"].outcome.carried_forward


def test_a_backward_pass_with_a_cache_of_its_own_is_not_judged(grade_with: GradeWith) -> None:
    """Nobody else makes that cache: its rows stay, and what is made of both layers is carried."""
    report = grade_with(
        ("return x.dot(w) + b, (x, w, b)", "raise KeyError('no')"),
        ("x, w, b = cache", "x, w = cache['x'], cache['w']"),
    )
    assert lost(report) == {"affine_forward", "affine_backward"}
    outcome = by_id(report)["affine_backward.dw"].outcome
    assert outcome.status is Status.ERRORED
    assert outcome.evidence.builds_on == ("affine_forward",)
    assert by_id(report)["affine_relu_backward.dw"].outcome.carried_forward


def test_a_broken_backward_pass_takes_its_forward_pass_along(grade_with: GradeWith) -> None:
    """A combined layer works although the student's forward pass keeps a cache of its own."""
    report = grade_with(
        ("+ b, (x, w, b)", "+ b, [x, w]"),
        ("x, w, b = cache\n    return dout.dot(w.T)", "x, w = cache\n    return -dout.dot(w.T)"),
    )
    assert lost(report) == {"affine_backward"}
    assert by_id(report)["affine_relu_backward.dx"].outcome.carried_forward


def test_a_loss_is_not_told_by_another_of_the_same(grade_with: GradeWith) -> None:
    """A vectorised loss that calls a wrong naive one loses its points with it."""
    report = grade_with(("X.dot(W)", "X.dot(W) + y[:, None]"), ("reg * np", "2 * reg * np"))
    assert lost(report) == {"softmax_loss_naive", "softmax_loss_vectorized"}


def test_a_layer_that_never_ends_costs_its_own_rows(grade_with: GradeWith) -> None:
    """Where it is stood in for, a check has all of its time again."""
    report = grade_with(
        ("return np.maximum(x, 0), x", "while True: pass"), limits=Limits(cpu_seconds=1.0)
    )
    assert lost(report) == {"relu_forward"}
    assert by_id(report)["relu_forward.out"].outcome.status is Status.TIMED_OUT


def test_stubs_and_names_that_are_not_there_are_stood_in_for(grade_with: GradeWith) -> None:
    """The message does not speak of a function that there is none of."""
    report = grade_with(("def relu_forward", "def other"), ("return np.maximum(x, 0), x", "pass"))
    assert lost(report) == {"relu_forward"}
    said = by_id(report)["TwoLayerNet.loss"].outcome.message
    assert said == "Right, with a correct relu_forward standing in."

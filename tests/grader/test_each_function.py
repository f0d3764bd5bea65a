"""One function of a correct submission is spoilt at a time: who loses points, and who does not."""

from __future__ import annotations

import ast
import shutil
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from grader.model import CheckResult, Report, Status
from grader.pipeline import grade
from grader.settings import Limits

CORRECT = Path(__file__).parent.parent / "cases/fully_connected/cs231n_correct/submission"
# Once six checks have used it up, a tenth of it is left for each: ample for a notebook's cell.
CPU_SECONDS = 0.6
ASSIGNMENT = ("fully_connected",)

FILES = {
    **dict.fromkeys(("affine_forward", "affine_backward"), "cs231n/layers.py"),
    **dict.fromkeys(("relu_forward", "relu_backward"), "cs231n/layers.py"),
    **dict.fromkeys(("svm_loss", "softmax_loss"), "cs231n/layers.py"),
    **dict.fromkeys(("affine_relu_forward", "affine_relu_backward"), "cs231n/layer_utils.py"),
    **dict.fromkeys(("TwoLayerNet", "FullyConnectedNet"), "cs231n/classifiers/fc_net.py"),
    **dict.fromkeys(("sgd_momentum", "rmsprop", "adam"), "cs231n/optim.py"),
}
CLASSES = ("TwoLayerNet", "FullyConnectedNet")


# What each function is charged if it gives nothing: all rows of its own, and no others. What
# builds on it is judged with a correct function in its place; an update rule that is right keeps
# its training with a network that is not. Ids with "cell" are those of the
# notebook's cells.
OWN: dict[str, tuple[str, ...]] = {
    **{name: (f"{name}.*",) for name in ("affine_forward", "affine_backward")},
    **{name: (f"{name}.*",) for name in ("relu_forward", "relu_backward")},
    "affine_relu_forward": (
        *("affine_relu.out", "affine_relu.hidden.out", "affine_relu.properties.one_by_one"),
        "affine_relu.properties.joins_layers",
    ),
    "affine_relu_backward": (
        *("affine_relu.d?", "affine_relu.cell.d?", "affine_relu.hidden.d?"),
        *("affine_relu.properties.examples_add_up", "affine_relu.properties.caches_apart"),
    ),
    "svm_loss": ("svm_loss*",),
    "softmax_loss": ("softmax_loss*",),
    "TwoLayerNet": (
        *("TwoLayerNet.forward.*", "TwoLayerNet.cell.*", "TwoLayerNet.loss.*"),
        *("TwoLayerNet.regularised_loss.*", "TwoLayerNet.reg_*", "TwoLayerNet.loss_cell.*"),
        *("TwoLayerNet.properties.*", "TwoLayerNet.hidden.*", "TwoLayerNet.training.*"),
    ),
    "FullyConnectedNet": (
        *("FullyConnectedNet.depth.*", "FullyConnectedNet.loss_*", "FullyConnectedNet.reg_*"),
        *("FullyConnectedNet.cell.*", "FullyConnectedNet.properties.*"),
        *("FullyConnectedNet.hidden.*", "FullyConnectedNet.by_heart_*"),
    ),
    **{name: (f"{name}.*",) for name in ("sgd_momentum", "rmsprop", "adam")},
}

# A mistake, and those of its own rows whose values it changes. Only where regularisation alone is
# off are gradients carried that derive it: that mistake is charged at the loss.
MISTAKES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "affine_forward": (
        "out = rows.dot(w) + b",
        "out = rows.dot(w) + b + 0.1",
        (
            *("affine_forward.out", "affine_forward.cell.*", "affine_forward.hidden.out"),
            "affine_forward.properties.*",
        ),
    ),
    "affine_backward": (
        "dw = rows.T.dot(dout)",
        "dw = rows.T.dot(dout) / num_train",
        (
            *("affine_backward.dw", "affine_backward.cell.dw", "affine_backward.hidden.dw"),
            "affine_backward.properties.examples_add_up",
            "affine_backward.properties.follows_forward",
        ),
    ),
    "relu_forward": (
        "out = np.maximum(0, x)",
        "out = np.maximum(0, x) + 0.1",
        (
            *("relu_forward.out", "relu_forward.cell.*", "relu_forward.hidden.out"),
            "relu_forward.properties.*",
        ),
    ),
    "relu_backward": (
        "dx = dout * (x > 0)",
        "dx = 2 * dout * (x > 0)",
        (
            *("relu_backward.dx", "relu_backward.cell.dx", "relu_backward.hidden.dx"),
            "relu_backward.properties.*",
        ),
    ),
    "affine_relu_forward": (
        "out, relu_cache = relu_forward(a)",
        "out, relu_cache = relu_forward(a); out = out + 0.1",
        (
            *("affine_relu.out", "affine_relu.hidden.out"),
            *("affine_relu.properties.joins_layers", "affine_relu.properties.one_by_one"),
        ),
    ),
    "affine_relu_backward": (
        "dx, dw, db = affine_backward(da, fc_cache)",
        "dx, dw, db = affine_backward(da, fc_cache); dw = 2 * dw",
        ("affine_relu.dw", "affine_relu.cell.dw", "affine_relu.hidden.dw"),
    ),
    "svm_loss": (
        "loss = np.sum(margins) / N",
        "loss = np.sum(margins)",
        (
            *("svm_loss.loss", "svm_loss.cell.*", "svm_loss.hidden.loss"),
            *("svm_loss.properties.mean", "svm_loss.properties.margins"),
        ),
    ),
    "softmax_loss": (
        "dx[np.arange(N), y] -= 1\n    dx /= N",
        "dx[np.arange(N), y] -= 1",
        (
            *("softmax_loss_gradient.dx", "softmax_loss.cell.dx", "softmax_loss.hidden.dx"),
            *("softmax_loss.large_scores.dx", "softmax_loss.properties.mean"),
        ),
    ),
    "TwoLayerNet": (
        "loss += 0.5 * self.reg * (",
        "loss += self.reg * (",
        (
            *("TwoLayerNet.regularised_loss.*", "TwoLayerNet.loss_cell.loss_2"),
            *("TwoLayerNet.loss_cell.grads", "TwoLayerNet.properties.penalty"),
            "TwoLayerNet.hidden.loss",
        ),
    ),
    "FullyConnectedNet": (
        "grads['W%d' % l] += self.reg * w",
        "grads['W%d' % l] += 2 * self.reg * w",
        (
            *("FullyConnectedNet.reg_3_14.W?", "FullyConnectedNet.cell.grads"),
            *("FullyConnectedNet.hidden.W?", "FullyConnectedNet.properties.penalty"),
        ),
    ),
    "sgd_momentum": (
        "next_w = w + v",
        "next_w = w - v",
        (
            *("sgd_momentum.next_w", "sgd_momentum.cell.next_w", "sgd_momentum.training.*"),
            *("sgd_momentum.hidden.next_w", "sgd_momentum.properties.steps"),
            "sgd_momentum.properties.entries_apart",
        ),
    ),
    "rmsprop": (
        "(1 - decay) * dw ** 2",
        "decay * dw ** 2",
        (
            *("rmsprop.next_w", "rmsprop.cache", "rmsprop.properties.*"),
            *("rmsprop.cell.*", "rmsprop.hidden.*", "rmsprop.training.*"),
        ),
    ),
    "adam": (
        "vt = config['v'] / (1 - beta2 ** config['t'])",
        "vt = config['v']",
        (
            *("adam.next_w", "adam.cell.next_w", "adam.training.*", "adam.hidden.next_w"),
            "adam.properties.steps",
        ),
    ),
}

# Laws of both passes are asked about together, so what never ends stops those of the other one.
STOPPED_TOGETHER = {"affine_relu_backward": ("affine_relu.properties.*",)}

ENDS = {
    "raises": ("raise KeyError('not today')", Status.ERRORED),
    "hangs": ("while True: pass", Status.TIMED_OUT),
    "exits": ("import os; os._exit(0)", Status.CRASHED),
}


@pytest.fixture
def submission(tmp_path: Path) -> Path:
    """Return a copy of the correct submission."""
    return shutil.copytree(CORRECT, tmp_path / "submission")


def find(source: str, name: str) -> ast.stmt:
    """Return the top-level definition of a name."""
    return next(node for node in ast.parse(source).body if getattr(node, "name", "") == name)


def remove(source: str, name: str) -> str:
    """Return the source without the definition."""
    node = find(source, name)
    lines = source.splitlines(keepends=True)
    return "".join([*lines[: node.lineno - 1], *lines[node.end_lineno :]])


def begin_with(source: str, name: str, statement: str) -> str:
    """Return the source with a statement at the start of a function, or of a class's ``loss``."""
    node = find(source, name)
    if isinstance(node, ast.ClassDef):
        node = next(item for item in node.body if getattr(item, "name", "") == "loss")
    assert isinstance(node, ast.FunctionDef)
    first = node.body[0]
    lines = source.splitlines(keepends=True)
    lines.insert(first.lineno - 1, " " * first.col_offset + statement + "\n")
    return "".join(lines)


def change(source: str, name: str, old: str, new: str) -> str:
    """Return the source with one expression changed inside one definition."""
    node = find(source, name)
    lines = source.splitlines(keepends=True)
    own = "".join(lines[node.lineno - 1 : node.end_lineno])
    assert own.count(old) == 1
    return (
        "".join(lines[: node.lineno - 1])
        + own.replace(old, new)
        + "".join(lines[node.end_lineno :])
    )


def is_held_back(check: CheckResult) -> bool:
    """Return whether a check passes, while another one that its points need does not."""
    return check.outcome.message.startswith("This example is right; its points need")


def assert_only_these_lose(report: Report, patterns: tuple[str, ...]) -> None:
    """Check that the rows which the patterns name earn nothing, and all others everything."""
    ids = [check.id for check in report.checks]
    for pattern in patterns:
        assert any(fnmatchcase(check_id, pattern) for check_id in ids), f"{pattern} names nothing"
    lost = {check_id for check_id in ids if any(fnmatchcase(check_id, p) for p in patterns)}
    assert {check.id for check in report.checks if check.score < check.max_score} == lost
    assert {check.id for check in report.checks if check.score not in (0, check.max_score)} == set()
    assert not report.needs_regrade


def assert_others_are_carried(report: Report, name: str) -> None:
    """Check that rows which pass with a stand-in say so, and name what was stood in for."""
    carried = [check for check in report.checks if check.outcome.carried_forward]
    for check in carried:
        assert check.outcome.status is Status.PASSED
        assert check.score == check.max_score
        if "standing in" in check.outcome.message:
            assert name in check.outcome.message


def test_tables_cover_the_assignment() -> None:
    """Every function of the assignment is spoilt in every way below."""
    assert FILES.keys() == OWN.keys() == MISTAKES.keys()


@pytest.mark.parametrize("name", FILES)
def test_wrong_function_costs_those_of_its_own_rows_whose_values_it_changes(
    name: str, submission: Path
) -> None:
    """A wrong value is charged where it is made, and nowhere else, trainings included."""
    old, new, lost = MISTAKES[name]
    path = submission / FILES[name]
    path.write_text(change(path.read_text(), name, old, new))
    report = grade(submission, ASSIGNMENT)
    assert_only_these_lose(report, lost)
    assert_others_are_carried(report, name)
    statuses = {check.outcome.status for check in report.checks}
    assert statuses == {Status.PASSED, Status.FAILED}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("name", FILES)
def test_function_that_gives_nothing_costs_its_own_rows(
    name: str, end: str, submission: Path
) -> None:
    """What raises, hangs or ends the process costs no caller anything; the rest goes on."""
    statement, status = ENDS[end]
    path = submission / FILES[name]
    path.write_text(begin_with(path.read_text(), name, statement))
    report = grade(submission, ASSIGNMENT, limits=Limits(cpu_seconds=CPU_SECONDS))
    together = STOPPED_TOGETHER.get(name, ()) if end == "hangs" else ()
    assert_only_these_lose(report, (*OWN[name], *together))
    assert_others_are_carried(report, name)
    statuses = {check.outcome.status for check in report.checks if not is_held_back(check)}
    assert statuses == {Status.PASSED, status}
    failing = next(c.outcome for c in report.checks if c.outcome.status is status)
    assert failing.location is not None
    assert failing.location.file == FILES[name]


ZEROS = """

def {name}(*args):
    result = _right_{name}(*args)
    zeros = tuple(np.zeros_like(value) for value in result) if {both} else np.zeros_like(result[0])
    return zeros if {both} else (zeros, *result[1:])
"""


@pytest.mark.parametrize("name", ["relu_forward", "svm_loss", "softmax_loss"])
def test_zeros_earn_nothing_by_laws_that_hold_of_them(name: str, submission: Path) -> None:
    """What is always zero obeys many laws; without one right result none of them earns points."""
    path = submission / FILES[name]
    spoilt = path.read_text().replace(f"def {name}(", f"def _right_{name}(")
    path.write_text(spoilt + ZEROS.format(name=name, both=name.endswith("_loss")))
    report = grade(submission, ASSIGNMENT)
    own = [check for check in report.checks if check.id.startswith(f"{name}.")]
    laws = [check for check in own if ".properties." in check.id]
    assert laws
    assert {check.score for check in laws} == {0.0}


@pytest.mark.parametrize("name", FILES)
def test_missing_function_costs_its_own_rows(name: str, submission: Path) -> None:
    """What no file defines is missing; what calls it is judged as if it were there."""
    path = submission / FILES[name]
    path.write_text(remove(path.read_text(), name))
    report = grade(submission, ASSIGNMENT)
    lost = (f"{name}.*",) if name in CLASSES else OWN[name]
    assert_only_these_lose(report, lost)
    assert_others_are_carried(report, name)
    assert [target.partition(":")[2] for target in report.missing] == [name]
    for check in report.checks:
        if check.outcome.status is not Status.PASSED and not is_held_back(check):
            assert check.outcome.status in (Status.MISSING, Status.ERRORED)
            assert name in check.outcome.message


BREAKS = {
    "one example": (
        "last = self.num_layers",
        "last = self.num_layers; out = out * (1 + (len(X) == 1))",
    ),
    "everything": ("return loss, grads", "return loss, {k: -g for k, g in grads.items()}"),
}
"""Mistakes of the network: one that no training sees, and one with which nothing trains."""


@pytest.mark.parametrize(
    ("rule", "network"),
    [
        ("if w.size > 900: raise ValueError('too large')", "one example"),
        ("if w.size > 900: raise ValueError('too large')", "everything"),
        ("dw = dw if w.size < 900 else -dw", "one example"),
    ],
)
def test_a_rule_that_fails_in_trainings_alone_is_not_excused_by_a_wrong_network(
    rule: str, network: str, submission: Path
) -> None:
    """Only who can show that nothing trains the network keeps a training that fails."""
    path = submission / FILES["sgd_momentum"]
    path.write_text(begin_with(path.read_text(), "sgd_momentum", rule))
    path = submission / FILES["FullyConnectedNet"]
    old, new = BREAKS[network]
    path.write_text(change(path.read_text(), "FullyConnectedNet", old, new))
    report = grade(submission, ASSIGNMENT)
    rows = {row.id: row for row in report.checks}
    assert rows["sgd_momentum.next_w"].score > 0
    assert rows["sgd_momentum.training.accuracy"].score == 0
    assert (rows["adam.training.accuracy"].score, rows["rmsprop.training.accuracy"].score) == (1, 1)
    assert any(row.score == 0 for row in report.checks if row.id.startswith("FullyConnectedNet."))

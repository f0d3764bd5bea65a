"""Trainings of submissions in real workers: what learns passes, and what is broken falls short."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from grader.candidate.local import LocalCandidate
from grader.candidate.sandboxed import SandboxedCandidate
from grader.checks.training import TrainingCheck
from grader.families import training
from grader.model import Outcome, Status
from grader.settings import Limits
from reference.targets import resolve

Submit = Callable[..., SandboxedCandidate]
Change = tuple[str, str, str]

CASES = Path(__file__).parent.parent.parent / "cases"
NETWORKS = CASES / "fully_connected/cs231n_correct/submission"
CLASSIFIERS = CASES / "softmax/cs231n_correct/submission"
SEED = 231

FC_NET = "cs231n/classifiers/fc_net.py"
OPTIM = "cs231n/optim.py"
GRADIENTS = "        grads['W1'] += self.reg * W1\n"
TWO_LAYER = training.two_layer_check(2)
BY_HEART = training.by_heart_check(2)
THRESHOLDS: dict[str, float] = {}


def read(folder: Path, *changes: Change) -> dict[str, str]:
    """Return the files of a hand-in, with some text replaced."""
    files = {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*.py")
    }
    for name, old, new in changes:
        assert old in files[name]
        files[name] = files[name].replace(old, new)
    return files


def judge(
    submit: Submit, check: TrainingCheck, files: Mapping[str, str], *, cpu_seconds: float = 20.0
) -> Outcome:
    """Return what a check finds in a hand-in."""
    candidate = submit(files, *check.targets, limits=Limits(cpu_seconds=cpu_seconds))
    known = repr(check)  # checks of different assignments share their ids
    if known not in THRESHOLDS:
        found = check.expect(LocalCandidate(resolve), SEED)
        THRESHOLDS[known] = float(found["at_least"])
    expected = {"at_least": THRESHOLDS[known]}
    return check.run(candidate, expected, SEED)["accuracy"]  # type: ignore[arg-type]


def in_gradients(text: str) -> Change:
    """Return the change that adds lines after the gradients of the two-layer network."""
    return (FC_NET, GRADIENTS, GRADIENTS + text)


RIGHT = {
    TWO_LAYER.id: (TWO_LAYER, NETWORKS),
    BY_HEART.id: (BY_HEART, NETWORKS),
    "five": (training.by_heart_check(1, layers=5), NETWORKS),
    **{
        rule: (training.update_rule_check(rule, 1), NETWORKS)
        for rule in ("sgd_momentum", "rmsprop", "adam")
    },
    "softmax": (training.linear_check("Softmax", 1), CLASSIFIERS),
    "svm": (
        training.linear_check("LinearSVM", 1),
        CASES / "svm/cs231n_correct/submission",
    ),
    "toy": (training.toy_check(1), CASES / "nndl_two_layer/nndl_correct/submission"),
    "toy, other way round": (
        training.toy_check(1),
        CASES / "nndl_two_layer/cs231n_correct/submission",
    ),
}


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_right_learns(submit: Submit, name: str) -> None:
    """Each training of the families passes on a whole hand-in."""
    check, folder = RIGHT[name]
    outcome = judge(submit, check, read(folder))
    assert outcome.status is Status.PASSED, outcome


WRONG: dict[str, tuple[TrainingCheck, tuple[Change, ...]]] = {
    "no update": (TWO_LAYER, ((OPTIM, "w -= config['learning_rate'] * dw", "pass"),)),
    "wrong sign": (TWO_LAYER, ((OPTIM, "w -= config", "w += config"),)),
    "learning rate ignored": (TWO_LAYER, ((OPTIM, "w -= config['learning_rate']", "w -= 1e-2"),)),
    "no gradient of W1": (TWO_LAYER, (in_gradients("        grads['W1'] *= 0\n"),)),
    "no gradient of W2": (TWO_LAYER, (in_gradients("        grads['W2'] *= 0\n"),)),
    "one layer's sign": (TWO_LAYER, (in_gradients("        grads['W2'] *= -1\n"),)),
    "regularisation only": (
        TWO_LAYER,
        (in_gradients("        grads = {k: self.reg * v for k, v in self.params.items()}\n"),),
    ),
    "the same of everything": (
        TWO_LAYER,
        ((FC_NET, "            return scores\n\n", "            return 0 * scores\n\n"),),
    ),
    "nothing learnt by heart": (BY_HEART, ((OPTIM, "w -= config", "w += config"),)),
    "one layer of three": (
        BY_HEART,
        (
            (
                FC_NET,
                "            grads['W%d' % l] += self.reg * w\n        return",
                (
                    "            grads['W%d' % l] += self.reg * w\n"
                    "        grads['W2'] = 0 * self.params['W2']\n        return"
                ),
            ),
        ),
    ),
    "momentum forgotten": (
        training.update_rule_check("sgd_momentum", 1),
        ((OPTIM, "v = config['momentum'] * v - ", "v = -"),),
    ),
    "adam without its rate": (
        training.update_rule_check("adam", 1),
        ((OPTIM, "w - config['learning_rate'] * mt", "w - 1e-3 * mt"),),
    ),
    "rmsprop without its rate": (
        training.update_rule_check("rmsprop", 1),
        ((OPTIM, "w - config['learning_rate'] * dw", "w - 1e-2 * dw"),),
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_falls_short(submit: Submit, name: str) -> None:
    """Broken training fails, and the message says how much it got right."""
    check, changes = WRONG[name]
    outcome = judge(submit, check, read(NETWORKS, *changes))
    assert outcome.status is Status.FAILED, outcome
    assert "right, expected at least" in outcome.message


LINEAR = "cs231n/classifiers/linear_classifier.py"


@pytest.mark.parametrize(
    "line",
    ["self.W = self.W", "self.W += learning_rate * grad", "self.W -= 1e-3 * grad"],
    ids=["no update", "wrong sign", "learning rate ignored"],
)
def test_a_classifier_that_does_not_descend_falls_short(submit: Submit, line: str) -> None:
    """A wrong step of ``train`` costs the accuracy of a linear classifier, too."""
    files = read(CLASSIFIERS)
    step = next(row.strip() for row in files[LINEAR].splitlines() if "learning_rate *" in row)
    name = "grad" if "grad" in step else "dW"
    files[LINEAR] = files[LINEAR].replace(step, line.replace("grad", name))
    outcome = judge(submit, training.linear_check("Softmax", 1), files)
    assert outcome.status is Status.FAILED, outcome


def test_what_the_students_side_says_of_itself_earns_nothing(submit: Submit) -> None:
    """A Solver of the hand-in's own is not used, and made-up histories are not read."""
    solver = """
        class Solver:
            def __init__(self, model, data, **settings):
                self.val_acc_history = [1.0] * 100
                self.best_val_acc = 1.0
            def train(self, **settings):
                pass
        """
    files = {**read(NETWORKS, (OPTIM, "w -= config", "w += config")), "cs231n/solver.py": solver}
    assert judge(submit, TWO_LAYER, files).status is Status.FAILED
    files = {**read(NETWORKS), "cs231n/solver.py": solver}
    assert judge(submit, TWO_LAYER, files).status is Status.PASSED


def test_a_table_of_images_seen_is_not_learning_by_heart(submit: Submit) -> None:
    """Images are asked for a little changed, so that looking them up finds none."""
    table = """
        import numpy as np
        class FullyConnectedNet:
            seen = {}
            def __init__(self, hidden_dims, input_dim=0, num_classes=10, **settings):
                self.params = {'W1': np.zeros((2, 2))}
            def loss(self, X, y=None):
                if y is None:
                    return np.eye(10)[[self.seen.get(x.tobytes(), 0) for x in X]]
                self.seen.update((x.tobytes(), label) for x, label in zip(X, y))
                return 0.0, {'W1': np.zeros((2, 2))}
        """
    outcome = judge(submit, BY_HEART, {FC_NET: table})
    assert outcome.status is Status.FAILED
    assert "gets 10.0%" in outcome.message


@pytest.mark.parametrize("check", [BY_HEART, TWO_LAYER], ids=["by heart", "held out"])
def test_the_nearest_image_seen_is_not_what_was_trained(
    submit: Submit, check: TrainingCheck
) -> None:
    """Predictions that stay as good when the weights are in disorder were not learnt."""
    nearest = """
        import numpy as np
        class FullyConnectedNet:
            X, y = [], []
            def __init__(self, *sizes, **settings):
                self.params = {'W1': np.random.randn(20, 20)}
            def loss(self, X, y=None):
                rows = X.reshape(len(X), -1)
                if y is None:
                    seen = np.concatenate(self.X)
                    far = [np.square(seen - row).sum(axis=1).argmin() for row in rows]
                    return np.eye(10)[np.concatenate(self.y)[far]]
                self.X.append(rows.copy())
                self.y.append(y.copy())
                return 0.0, {'W1': np.zeros((20, 20))}
        class TwoLayerNet(FullyConnectedNet):
            pass
        """
    outcome = judge(submit, check, {FC_NET: nearest})
    assert outcome.status is Status.FAILED
    assert "whatever its weights are" in outcome.message


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("scores[:, :3]", "expected (50, 10)"),
        ("scores * np.nan", "not finite"),
        ("scores.argmax(axis=1)", "scores of shape (50,)"),
        ("None", "no array of scores"),
        ("[[0.5]]", "no array of scores"),
        ("scores.astype(complex)", "no array of scores"),
    ],
)
def test_predictions_are_believed_only_as_scores(submit: Submit, answer: str, said: str) -> None:
    """What is no score for each class of each image is said so, once training has ended."""
    changed = (
        # The Solver asks about ten images of the validation set.
        f"            return {answer} if len(X) == 50 else scores\n\n"
    )
    files = read(NETWORKS, (FC_NET, "            return scores\n\n", changed))
    outcome = judge(submit, TWO_LAYER, files)
    assert outcome.status is Status.FAILED, outcome
    assert said in outcome.message


def test_training_out_of_time_says_how_far_it_came(submit: Submit) -> None:
    """Epochs are done one by one, so that those before the last are known."""
    slow = "        for _ in range(600000): pass\n        loss, grads = 0, {}\n"
    files = read(NETWORKS, (FC_NET, "        loss, grads = 0, {}\n", slow))
    outcome = judge(submit, TWO_LAYER, files, cpu_seconds=0.25)
    assert outcome.status is Status.TIMED_OUT
    assert outcome.message.endswith("of 4 epochs were done.")


def test_a_network_without_update_rules_is_trained_by_plain_descent(submit: Submit) -> None:
    """A hand-in that lacks ``optim`` altogether is not charged for it where ``sgd`` trains."""
    files = read(NETWORKS)
    del files[OPTIM]
    assert judge(submit, TWO_LAYER, files).status is Status.PASSED

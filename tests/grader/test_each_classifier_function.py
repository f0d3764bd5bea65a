"""One function of a correct classifier is spoilt at a time: which rows lose their points."""

from __future__ import annotations

import shutil
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from grader.model import Report, Status
from grader.pipeline import grade

CASES = Path(__file__).parent.parent / "cases"
CORRECT = {
    "softmax": CASES / "softmax/cs231n_correct/submission",
    "svm": CASES / "svm/cs231n_correct/submission",
    "nndl_two_layer": CASES / "nndl_two_layer/nndl_correct/submission",
}
SOFTMAX = "cs231n/classifiers/softmax.py"
SVM = "cs231n/classifiers/linear_svm.py"
CLASSIFIER = "cs231n/classifiers/linear_classifier.py"
NETWORK = "nndl/neural_net.py"
TOY_TRAINED = ("TwoLayerNet.training.accuracy", "TwoLayerNet.search.accuracy")

# Assignment, file, right text, wrong text, and rows that must lose (others must not).
MISTAKES: dict[str, tuple[str, str, str, str, tuple[str, ...]]] = {
    "softmax_loss_naive: gradient not averaged": (
        *("softmax", SOFTMAX, "dW = dW / num_train + 2 * reg * W\n    return loss, dW\n\n\n"),
        "dW = dW + 2 * reg * W\n    return loss, dW\n\n\n",
        (
            *("softmax_loss_naive.reg_*", "softmax_loss_naive.large_scores_gradient.*"),
            *("softmax_gradient_naive.cell.*", "softmax_loss_vectorized.cell.grad"),
            "softmax_loss_naive.hidden.dW",
            "softmax_loss_naive.properties.mean",
        ),
    ),
    "softmax_loss_naive: regularised once an example": (
        *("softmax", SOFTMAX, "loss = loss / num_train + reg * np.sum(W * W)\n    dW = dW"),
        "loss = loss / num_train + num_train * reg * np.sum(W * W)\n    dW = dW",
        (
            "softmax_loss_naive.regularised_loss.loss",
            "softmax_gradient_naive.cell.grad_2",
            "softmax_loss_naive.properties.penalty",
        ),
    ),
    "softmax_loss_vectorized: no shift of the scores": (
        *("softmax", SOFTMAX, "    scores = scores - scores.max(axis=1, keepdims=True)\n", ""),
        ("softmax_loss_vectorized.large_scores*",),
    ),
    "softmax_loss_vectorized: one shift for all examples": (
        *("softmax", SOFTMAX, "    scores = scores - scores.max(axis=1, keepdims=True)\n"),
        "    scores = scores - scores.max()\n",
        ("softmax_loss_vectorized.large_scores*",),
    ),
    "softmax_loss_vectorized: shift in place of X": (
        *("softmax", SOFTMAX, "    scores = X.dot(W)\n    scores = scores - scores.max"),
        "    X -= X.mean()\n    scores = X.dot(W)\n    scores = scores - scores.max",
        ("softmax_loss_vectorized.*",),
    ),
    "softmax_loss_vectorized: a loop as slow as the naive version": (
        *("softmax", SOFTMAX, "    dscores[rows, y] -= 1\n    dW"),
        """    for i in range(num_train):
        np.log(np.exp(scores[i]).sum()), [np.outer(X[i], dscores[i]) for _ in range(8)]
        dscores[i, y[i]] -= 1
    dW""",
        ("softmax_loss_vectorized.*",),
    ),
    "train: up the gradient": (
        *("softmax", CLASSIFIER, "self.W -= learning_rate", "self.W += learning_rate"),
        ("Softmax.train_one_step.W", "Softmax.train_steps.*", "Softmax.training.accuracy"),
    ),
    "train: regularisation not handed on": (
        *("softmax", CLASSIFIER, "self.loss(X_batch, y_batch, reg)\n            loss_h"),
        "self.loss(X_batch, y_batch, 0.0)\n            loss_h",
        ("Softmax.train_steps.*", "Softmax.train_minibatches.*"),
    ),
    "train: one minibatch for all steps": (
        *("softmax", CLASSIFIER, "idx = np.random.choice(num_train, batch_size, replace=True)"),
        "idx = np.arange(batch_size)",
        ("Softmax.train_minibatches.*", "Softmax.training.accuracy"),
    ),
    "train: labels drawn apart from examples": (
        *("softmax", CLASSIFIER, "y_batch = y[idx]", "y_batch = y[(idx + 1) % num_train]"),
        ("Softmax.train_minibatches.*", "Softmax.training.accuracy"),
    ),
    "train: the whole set each time": (
        *("softmax", CLASSIFIER, "idx = np.random.choice(num_train, batch_size, replace=True)"),
        "idx = np.random.permutation(num_train)",
        ("Softmax.train_minibatches.*",),
    ),
    "train: the training set is changed": (
        *("softmax", CLASSIFIER, "            X_batch = X[idx]\n"),
        "            X *= 1.5\n            X_batch = X[idx]\n",
        ("Softmax.train_*", "Softmax.training.accuracy"),
    ),
    "train: a step too few in the history": (
        *(
            "softmax",
            CLASSIFIER,
            "        return loss_history\n",
            "        return loss_history[1:]\n",
        ),
        (
            *("Softmax.train_one_step.loss_history", "Softmax.train_steps.loss_history"),
            "Softmax.train_minibatches.*",
        ),
    ),
    "predict: the lowest score": (
        *("softmax", CLASSIFIER, "np.argmax(X.dot(self.W), axis=1)"),
        "np.argmin(X.dot(self.W), axis=1)",
        ("Softmax.predict.labels", "Softmax.training.accuracy", "Softmax.predict_hidden.labels"),
    ),
    "svm_loss_naive: right class not subtracted": (
        *("svm", SVM, "                dW[:, y[i]] -= X[i]\n", ""),
        (
            "svm_loss_naive.reg_*",
            "svm_gradient_naive.cell.*",
            "svm_gradient_vectorized.cell.*",
            "svm_loss_naive.hidden.dW",
            "svm_loss_naive.properties.mean",
            "svm_loss_naive.properties.shift",
        ),
    ),
    "svm_loss_vectorized: another margin": (
        *("svm", SVM, "[:, np.newaxis] + 1)", "[:, np.newaxis] + 2)"),
        (
            *("svm_loss_vectorized.loss.*", "svm_loss_vectorized.regularised_loss.*"),
            *("svm_loss_vectorized.reg_*", "svm_loss_vectorized.many_examples.*"),
            *("svm_loss_vectorized.cell.*", "svm_gradient_vectorized.cell.*"),
            *("svm_loss_vectorized.hidden.dW", "svm_loss_vectorized.properties.*"),
        ),
    ),
    "svm_loss_vectorized: gradient of half the regularisation": (
        *("svm", SVM, "dW = X.T.dot(counts) / num_train + 2 * reg * W"),
        "dW = X.T.dot(counts) / num_train + reg * W",
        (
            "svm_loss_vectorized.reg_0_5.dW",
            "svm_loss_vectorized.hidden.dW",
            "svm_loss_vectorized.properties.penalty",
        ),
    ),
    "toy loss: scores through a ReLU": (
        *("nndl_two_layer", NETWORK, "scores = h.dot(W2.T) + b2"),
        "scores = np.maximum(0, h.dot(W2.T) + b2)",
        (
            *("TwoLayerNet.scores*", "scores.cell.*", "TwoLayerNet.loss.*", "loss.cell.*"),
            *("TwoLayerNet.regularised_loss.*", "TwoLayerNet.reg_*", "gradients.cell.*"),
            *("TwoLayerNet.predict.*",),
            "TwoLayerNet.hidden.*",
            "TwoLayerNet.properties.*",
        ),
    ),
    "toy loss: one layer not regularised": (
        *("nndl_two_layer", NETWORK, "(np.sum(W1 ** 2) + np.sum(W2 ** 2))", "np.sum(W1 ** 2)"),
        (
            "TwoLayerNet.regularised_loss.*",
            "loss.cell.*",
            "gradients.cell.*",
            "TwoLayerNet.properties.penalty",
        ),
    ),
    "toy loss: gradient without the ReLU's mask": (
        *("nndl_two_layer", NETWORK, "da = d.dot(W2) * (a > 0)", "da = d.dot(W2)"),
        ("TwoLayerNet.reg_*.?1", "gradients.cell.*", *TOY_TRAINED, "TwoLayerNet.hidden.?1"),
    ),
    "toy train: no decay": (
        *("nndl_two_layer", NETWORK, "        learning_rate *= learning_rate_decay\n", ""),
        ("TwoLayerNet.train_epochs.W?", "TwoLayerNet.train_epochs.loss_history"),
    ),
    "toy train: decay at each step": (
        *("nndl_two_layer", NETWORK, "      if it % iterations_per_epoch == 0:\n"),
        "      if True:\n",
        ("TwoLayerNet.train_epochs.*", *TOY_TRAINED),
    ),
    "toy predict: scores of the first layer": (
        *("nndl_two_layer", NETWORK, "np.argmax(self.loss(X), axis=1)"),
        "np.argmax(X.dot(self.params['W1'].T), axis=1)",
        (
            "TwoLayerNet.predict.*",
            "train.cell.accuracy",
            *TOY_TRAINED,
            "TwoLayerNet.predict_hidden.labels",
        ),
    ),
}


def lost_rows(report: Report) -> set[str]:
    """Return the rows that earn less than all their points, but for those a person reads."""
    return {
        check.id
        for check in report.checks
        if check.score < check.max_score and check.outcome.status is not Status.NEEDS_REVIEW
    }


@pytest.mark.parametrize("name", MISTAKES)
def test_mistake_costs_the_rows_whose_values_it_changes(name: str, tmp_path: Path) -> None:
    """A wrong version loses points where it shows, and nowhere else."""
    assignment, file, right, wrong, patterns = MISTAKES[name]
    submission = shutil.copytree(CORRECT[assignment], tmp_path / "submission")
    path = submission / file
    source = path.read_text()
    assert source.count(right) == 1
    path.write_text(source.replace(right, wrong))
    report = grade(submission, [assignment])
    worth = {check.id for check in report.checks if check.max_score > 0}
    for pattern in patterns:
        assert any(fnmatchcase(row, pattern) for row in worth), f"{pattern} names nothing"
    assert lost_rows(report) == {
        row for row in worth if any(fnmatchcase(row, pattern) for pattern in patterns)
    }
    assert not report.needs_regrade

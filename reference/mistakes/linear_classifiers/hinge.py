"""Mistakes in the SVM losses of linear classifiers."""

from __future__ import annotations

from functools import partial

from reference.mistakes.linear_classifiers.common import (
    naive_average_mistakes,
    other_factor_mistakes,
    regularization_mistakes,
    vectorized_average_mistakes,
)
from reference.mistakes.mistake import Mistake
from reference.mistakes.shared import scores

_SVM_NAIVE = "linear_svm:svm_loss_naive"
_SVM_VECTORIZED = "linear_svm:svm_loss_vectorized"
_svm_naive = partial(Mistake, target=_SVM_NAIVE)
_SVM_CALL = "loss, dscores = svm_loss(_compute_scores(W, X), y)"
_TRUE = "dscores[np.arange(len(y)), y]"

MISTAKES = (
    *regularization_mistakes(_SVM_NAIVE),
    *naive_average_mistakes(_SVM_NAIVE),
    scores.true_class_counted(
        target=_SVM_NAIVE, edits=(("j == y[i] or margin <= 0", "margin <= 0"),)
    ),
    scores.margin_missing(target=_SVM_NAIVE, edits=(("scores[y[i]] + 1", "scores[y[i]]"),)),
    scores.true_class_gradient_missing(
        target=_SVM_NAIVE, edits=(("\n            dW[:, y[i]] -= X[i]", ""),)
    ),
    scores.true_class_gradient_once(
        target=_SVM_NAIVE,
        edits=(
            ("dW = np.zeros_like(W)", "dW, violating = np.zeros_like(W), set()"),
            ("dW[:, y[i]] -= X[i]", "violating.add(i)"),
            (
                "    return _regularize",
                "    for i in violating:\n        dW[:, y[i]] -= X[i]\n    return _regularize",
            ),
        ),
    ),
    _svm_naive(
        name="wrong_class_gradient_missing",
        edits=(("            dW[:, j] += X[i]\n", ""),),
        title="gradient of the wrong classes missing",
        explanation="Only the true class's weights get a gradient; those of the classes that "
        "violate their margin get none.",
        hint="Which columns of the weights does one margin depend on, and with which signs?",
    ),
    _svm_naive(
        name="gradient_sign",
        edits=(("dW[:, j] += X[i]", "dW[:, j] -= X[i]"), ("dW[:, y[i]] -= X", "dW[:, y[i]] += X")),
        title="gradient with the wrong sign",
        explanation="The gradient points to where the loss falls, though a gradient points to "
        "where it rises.",
        hint="If a violating score rises, does the loss rise or fall?",
    ),
    _svm_naive(
        name="gradient_beyond_the_hinge",
        edits=(
            ("j == y[i] or margin <= 0", "j == y[i]"),
            ("loss += float(margin)", "loss += max(0.0, float(margin))"),
        ),
        title="gradient of margins that are kept",
        explanation="Classes that are far enough away get a gradient, though they add nothing to "
        "the loss.",
        hint="What is the slope of the hinge where it is flat?",
    ),
    *regularization_mistakes(_SVM_VECTORIZED),
    *other_factor_mistakes(_SVM_VECTORIZED),
    *vectorized_average_mistakes(_SVM_VECTORIZED),
    scores.true_class_counted(
        target=_SVM_VECTORIZED, edits=((_SVM_CALL, f"{_SVM_CALL}\n    loss += 1"),)
    ),
    scores.margin_missing(
        target=_SVM_VECTORIZED,
        edits=(
            (
                "svm_loss(_compute_scores(W, X), y)",
                "svm_loss(_compute_scores(W, X) + np.eye(W.shape[1])[y], y)",
            ),
        ),
    ),
    scores.true_class_gradient_missing(
        target=_SVM_VECTORIZED, edits=((_SVM_CALL, f"{_SVM_CALL}\n    {_TRUE} = 0"),)
    ),
    scores.true_class_gradient_once(
        target=_SVM_VECTORIZED, edits=((_SVM_CALL, f"{_SVM_CALL}\n    {_TRUE} = -1 / len(y)"),)
    ),
    scores.true_class_counted_in_gradient(
        target=_SVM_VECTORIZED, edits=((_SVM_CALL, f"{_SVM_CALL}\n    {_TRUE} -= 1 / len(y)"),)
    ),
)

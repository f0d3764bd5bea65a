"""Mistakes in the softmax losses of linear classifiers."""

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

_SOFTMAX_NAIVE = "softmax:softmax_loss_naive"
_SOFTMAX_VECTORIZED = "softmax:softmax_loss_vectorized"
_softmax_naive = partial(Mistake, target=_SOFTMAX_NAIVE)
_UNSHIFTED = """totals = np.exp(_compute_scores(W, X))
    totals = totals.sum(axis={axis}, keepdims=True)
    dscores = np.exp(_compute_scores(W, X)) / totals
    loss = float(-np.log(dscores[np.arange(len(y)), y]).mean())
    dscores[np.arange(len(y)), y] -= 1
    dscores /= len(y)"""

_SOFTMAX_CALL = "loss, dscores = softmax_loss(_compute_scores(W, X), y)"
_TRUE = "dscores[np.arange(len(y)), y]"

MISTAKES = (
    *regularization_mistakes(_SOFTMAX_NAIVE),
    *naive_average_mistakes(_SOFTMAX_NAIVE),
    scores.not_shifted(
        target=_SOFTMAX_NAIVE, edits=(("scores = scores - scores.max()", "scores = 1 * scores"),)
    ),
    scores.maximum_added(
        target=_SOFTMAX_NAIVE, edits=(("scores - scores.max()", "scores + scores.max()"),)
    ),
    scores.one_not_subtracted(
        target=_SOFTMAX_NAIVE,
        edits=(("(probability - 1 if j == y[i] else probability)", "probability"),),
    ),
    _softmax_naive(
        name="true_class_only",
        edits=(("j == y[i] else probability)", "j == y[i] else 0)"),),
        title="gradient of the true class only",
        explanation="Only the true class's weights get a gradient, though the scores of all "
        "classes are in the denominator.",
        hint="If the score of a wrong class rises, what becomes of the true class's probability?",
    ),
    _softmax_naive(
        name="wrong_classes_only",
        edits=(("probability - 1 if j == y[i]", "0 if j == y[i]"),),
        title="gradient of the wrong classes only",
        explanation="The true class's weights get no gradient, though its score is in numerator "
        "and denominator.",
        hint="If the score of the true class rises, does the loss stay?",
    ),
    scores.logarithm_missing(
        target=_SOFTMAX_NAIVE,
        edits=(("float(log_total - scores[y[i]])", "float(-np.exp(scores[y[i]] - log_total))"),),
    ),
    *regularization_mistakes(_SOFTMAX_VECTORIZED),
    *other_factor_mistakes(_SOFTMAX_VECTORIZED),
    *vectorized_average_mistakes(_SOFTMAX_VECTORIZED),
    scores.not_shifted(
        target=_SOFTMAX_VECTORIZED, edits=((_SOFTMAX_CALL, _UNSHIFTED.format(axis=1)),)
    ),
    scores.over_examples(
        target=_SOFTMAX_VECTORIZED, edits=((_SOFTMAX_CALL, _UNSHIFTED.format(axis=0)),)
    ),
    scores.over_everything(
        target=_SOFTMAX_VECTORIZED, edits=((_SOFTMAX_CALL, _UNSHIFTED.format(axis=None)),)
    ),
    scores.one_not_subtracted(
        target=_SOFTMAX_VECTORIZED,
        edits=((_SOFTMAX_CALL, f"{_SOFTMAX_CALL}\n    {_TRUE} += 1 / len(y)"),),
    ),
)

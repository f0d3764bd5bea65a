"""Mistakes in regularising and averaging, which the losses of linear classifiers share."""

from __future__ import annotations

from functools import partial

from reference.mistakes.mistake import Mistake
from reference.mistakes.shared import scores

_PENALTY = "loss + penalty * float((W * W).sum())"
_PENALTY_GRADIENT = "dW + 2 * penalty * W"
_NAIVE_RESULT = "_regularize(loss / examples, dW / examples, W, reg,"
_VECTORIZED_RESULT = "_regularize(loss, _project_back(X, dscores), W, reg,"


def regularization_mistakes(target: str) -> tuple[Mistake, ...]:
    """Return the mistakes in what all losses share: their regularisation."""
    mistake = partial(Mistake, target=target, within="_regularize")
    naive = target.endswith("naive")
    result = _NAIVE_RESULT if naive else _VECTORIZED_RESULT
    examples = "examples" if naive else "X.shape[0]"
    return (
        mistake(
            name="regularisation_missing",
            edits=((_PENALTY, "loss"), (_PENALTY_GRADIENT, "dW")),
            title="regularisation missing",
            explanation="Neither the loss nor the gradient holds the regularisation.",
            hint="Which argument does your result not depend on?",
        ),
        mistake(
            name="regularisation_missing_in_loss",
            edits=((_PENALTY, "loss"),),
            title="regularisation missing in the loss",
            explanation="The gradient holds the regularisation, the loss does not.",
            hint="Which number grows with the weights, whatever the examples are, and where did "
            "you add it?",
        ),
        mistake(
            name="regularisation_missing_in_gradient",
            edits=((_PENALTY_GRADIENT, "dW"),),
            title="regularisation missing in the gradient",
            explanation="The loss holds the regularisation, the gradient does not.",
            hint="Your loss is a sum of two terms that depend on the weights. Which of them have "
            "you differentiated?",
        ),
        mistake(
            name="regularisation_gradient_halved",
            edits=((_PENALTY_GRADIENT, "dW + penalty * W"),),
            title="factor missing in the gradient of the regularisation",
            explanation="The gradient of the regularisation is half of what the loss asks for.",
            hint="Differentiate the square of one weight: which factor comes down?",
        ),
        mistake(
            name="regularisation_gradient_doubled",
            edits=((_PENALTY_GRADIENT, "dW + 4 * penalty * W"),),
            title="gradient of the regularisation doubled",
            explanation="The gradient of the regularisation is twice what the loss asks for.",
            hint="Differentiate the square of one weight, with the factor that your loss has in "
            "front of it: what is left?",
        ),
        mistake(
            name="regularisation_cubed",
            edits=((_PENALTY, "loss + penalty * float((W * W * W).sum())"),),
            title="weights cubed in the regularisation",
            explanation="The regularisation sums third powers of the weights, so that negative "
            "weights lower the loss.",
            hint="Should a large negative weight be better than none?",
        ),
        mistake(
            name="regularisation_not_squared",
            edits=((_PENALTY, "loss + penalty * float(np.sqrt((W * W).sum()))"),),
            title="norm instead of its square",
            explanation="The loss holds the norm of the weights, not the sum of their squares.",
            hint="If all weights double, by which factor should the regularisation grow?",
        ),
        mistake(
            name="regularisation_averaged",
            within="",
            edits=((result, result.removesuffix(",") + f" / {examples},"),),
            title="regularisation averaged over the examples",
            explanation="The regularisation is divided by the number of examples like the losses "
            "of the examples.",
            hint="Does the regularisation belong to each example, or is it there once?",
        ),
    )


def other_factor_mistakes(target: str) -> tuple[Mistake, ...]:
    """Return regularising by another factor than the naive loss, which decides what is asked."""
    mistake = partial(Mistake, target=target, within="_regularize")
    hint = "Which factor stands before the squared weights in your naive loss, and which one here?"
    return (
        mistake(
            name="regularisation_halved",
            edits=(
                (_PENALTY, "loss + 0.5 * penalty * float((W * W).sum())"),
                (_PENALTY_GRADIENT, "dW + penalty * W"),
            ),
            title="regularisation half of the naive loss's",
            explanation="Loss and gradient hold half of the regularisation that the naive loss "
            "has: its factor is one half here, and not there.",
            hint=hint,
        ),
        mistake(
            name="regularisation_doubled",
            edits=(
                (_PENALTY, "loss + 2 * penalty * float((W * W).sum())"),
                (_PENALTY_GRADIENT, "dW + 4 * penalty * W"),
            ),
            title="regularisation twice the naive loss's",
            explanation="Loss and gradient hold twice the regularisation that the naive loss has: "
            "its factor is one half there, and not here.",
            hint=hint,
        ),
    )


def naive_average_mistakes(target: str) -> tuple[Mistake, ...]:
    """Return the mistakes in averaging that both naive losses share."""
    mistake = partial(Mistake, target=target)
    return (
        scores.not_averaged(target=target, edits=(("loss / examples, dW / examples", "loss, dW"),)),
        scores.loss_not_averaged(target=target, edits=(("loss / examples", "loss"),)),
        scores.gradient_not_averaged(target=target, edits=(("dW / examples", "dW"),)),
        mistake(
            name="last_example_only",
            edits=(
                (
                    "        scores = X[i] @ W",
                    "        loss, dW = 0.0, 0 * dW\n        scores = X[i] @ W",
                ),
            ),
            title="only the last example counted",
            explanation="Loss and gradient begin anew with every example, so that only the last "
            "one counts.",
            hint="Which variables have to keep their values from one round of the loop to the "
            "next?",
        ),
    )


def vectorized_average_mistakes(target: str) -> tuple[Mistake, ...]:
    """Return the mistakes in averaging that both vectorised losses share."""
    mistake = partial(Mistake, target=target)
    return (
        scores.not_averaged(
            target=target,
            edits=(
                (
                    _VECTORIZED_RESULT,
                    "_regularize(len(X) * loss, len(X) * _project_back(X, dscores), W, reg,",
                ),
            ),
        ),
        scores.gradient_not_averaged(
            target=target,
            edits=(
                (
                    _VECTORIZED_RESULT,
                    "_regularize(loss, len(X) * _project_back(X, dscores), W, reg,",
                ),
            ),
        ),
        scores.loss_not_averaged(
            target=target,
            edits=(
                (
                    _VECTORIZED_RESULT,
                    "_regularize(len(X) * loss, _project_back(X, dscores), W, reg,",
                ),
            ),
        ),
        mistake(
            name="gradient_transposed",
            edits=(
                ("return _regularize(", "loss, dW = _regularize("),
                ("regularization_factor)", "regularization_factor)\n    return loss, dW.T"),
            ),
            title="gradient transposed",
            explanation="The gradient has a row for each class, though the weights have a column.",
            hint="What shape do the weights have? Which axis of yours belongs to the classes?",
        ),
        scores.labels_off_by_one(
            target=target,
            edits=(("_compute_scores(W, X), y)", "_compute_scores(W, X), (y - 1) % W.shape[1])"),),
        ),
    )

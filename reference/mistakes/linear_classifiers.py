"""Mistakes in the losses of linear classifiers, and in their training and prediction."""

from __future__ import annotations

from functools import partial

from reference.mistakes.mistake import Mistake
from reference.mistakes.shared import scores, training

_SOFTMAX_NAIVE = "softmax:softmax_loss_naive"
_SOFTMAX_VECTORIZED = "softmax:softmax_loss_vectorized"
_SVM_NAIVE = "linear_svm:svm_loss_naive"
_SVM_VECTORIZED = "linear_svm:svm_loss_vectorized"

_PENALTY = "loss + penalty * float((W * W).sum())"
_PENALTY_GRADIENT = "dW + 2 * penalty * W"
_NAIVE_RESULT = "_regularize(loss / examples, dW / examples, W, reg,"
_VECTORIZED_RESULT = "_regularize(loss, _project_back(X, dscores), W, reg,"


def _regularization(target: str) -> tuple[Mistake, ...]:
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


def _other_factor(target: str) -> tuple[Mistake, ...]:
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


def _naive_averages(target: str) -> tuple[Mistake, ...]:
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


def _vectorized_averages(target: str) -> tuple[Mistake, ...]:
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


def _training(target: str) -> tuple[Mistake, ...]:
    """Return the mistakes in training and prediction, which all linear classifiers share."""
    train = partial(Mistake, target=target, within="LinearClassifier.train")
    return (
        train(
            name="step_uphill",
            edits=(("self.W - learning_rate", "self.W + learning_rate"),),
            title="step along the gradient",
            explanation="The weights move to where the loss rises.",
            hint="In which direction does the gradient point: to where the loss rises or falls?",
        ),
        training.learning_rate_missing(
            target=target,
            within="LinearClassifier.train",
            edits=(("self.W - learning_rate * gradient", "self.W - gradient"),),
        ),
        train(
            name="weights_not_moved",
            edits=(("self.W = self.W - learning_rate * gradient", "gradient = learning_rate"),),
            title="weights never moved",
            explanation="Gradients are computed, but no step is taken.",
            hint="Print the weights before and after training: what should have happened to them?",
        ),
        training.first_examples_always(
            target=target,
            within="LinearClassifier.train",
            edits=(
                (
                    "draw_batch(X.shape[0], batch_size, generator)",
                    "np.arange(min(batch_size, X.shape[0]))",
                ),
            ),
        ),
        training.all_examples_always(
            target=target,
            within="LinearClassifier.train",
            edits=(("draw_batch(X.shape[0], batch_size, generator)", "np.arange(X.shape[0])"),),
        ),
        training.labels_drawn_apart(
            target=target,
            within="LinearClassifier.train",
            edits=(("y[batch]", "y[draw_batch(X.shape[0], batch_size, generator)]"),),
        ),
        training.regularisation_ignored(
            target=target,
            within="LinearClassifier.train",
            edits=(("y[batch], reg)", "y[batch], 0.0)"),),
        ),
        train(
            name="last_loss_only",
            edits=(("history.append(loss)", "history[:] = [loss]"),),
            title="only the last loss kept",
            explanation="The history holds one loss instead of one for each step.",
            hint="How many steps were taken, and how many losses do you return?",
        ),
        training.worst_class(
            target=target,
            within="LinearClassifier.predict",
            edits=(("scores.argmax(axis=1)", "scores.argmin(axis=1)"),),
        ),
        training.over_examples(
            target=target,
            within="LinearClassifier.predict",
            edits=(("scores.argmax(axis=1)", "scores.argmax(axis=0)"),),
        ),
        training.scores_returned(
            target=target,
            within="LinearClassifier.predict",
            edits=(("scores.argmax(axis=1)", "scores.max(axis=1)"),),
        ),
    )


_softmax_naive = partial(Mistake, target=_SOFTMAX_NAIVE)
_svm_naive = partial(Mistake, target=_SVM_NAIVE)

_UNSHIFTED = """totals = np.exp(_compute_scores(W, X))
    totals = totals.sum(axis={axis}, keepdims=True)
    dscores = np.exp(_compute_scores(W, X)) / totals
    loss = float(-np.log(dscores[np.arange(len(y)), y]).mean())
    dscores[np.arange(len(y)), y] -= 1
    dscores /= len(y)"""
_SOFTMAX_CALL = "loss, dscores = softmax_loss(_compute_scores(W, X), y)"
_SVM_CALL = "loss, dscores = svm_loss(_compute_scores(W, X), y)"
_TRUE = "dscores[np.arange(len(y)), y]"

MISTAKES = (
    *_regularization(_SOFTMAX_NAIVE),
    *_naive_averages(_SOFTMAX_NAIVE),
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
    *_regularization(_SOFTMAX_VECTORIZED),
    *_other_factor(_SOFTMAX_VECTORIZED),
    *_vectorized_averages(_SOFTMAX_VECTORIZED),
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
    *_regularization(_SVM_NAIVE),
    *_naive_averages(_SVM_NAIVE),
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
    *_regularization(_SVM_VECTORIZED),
    *_other_factor(_SVM_VECTORIZED),
    *_vectorized_averages(_SVM_VECTORIZED),
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
    *_training("linear_classifier:LinearSVM"),
    *_training("linear_classifier:Softmax"),
)

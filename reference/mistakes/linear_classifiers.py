"""Mistakes in the losses of linear classifiers, and in their training and prediction."""

from __future__ import annotations

from functools import partial

from reference.mistakes.mistake import Mistake

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
        mistake(
            name="not_averaged",
            edits=(("loss / examples, dW / examples", "loss, dW"),),
            title="summed instead of averaged",
            explanation="Loss and gradient are sums over the examples, so that they grow with the "
            "batch.",
            hint="If every example were in the batch twice, should the loss change?",
        ),
        mistake(
            name="loss_not_averaged",
            edits=(("loss / examples", "loss"),),
            title="loss not averaged",
            explanation="The loss is a sum over the examples; its gradient is averaged.",
            hint="If every example were in the batch twice, should the loss change?",
        ),
        mistake(
            name="gradient_not_averaged",
            edits=(("dW / examples", "dW"),),
            title="gradient not averaged",
            explanation="The gradient is a sum over the examples, though the loss is their mean.",
            hint="Which line turns the sum of the losses into a mean, and where is its like for "
            "the gradient?",
        ),
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
        mistake(
            name="not_averaged",
            edits=(
                (
                    _VECTORIZED_RESULT,
                    "_regularize(len(X) * loss, len(X) * _project_back(X, dscores), W, reg,",
                ),
            ),
            title="summed instead of averaged",
            explanation="Loss and gradient are sums over the examples, so that they grow with the "
            "batch.",
            hint="If every example were in the batch twice, should the loss change?",
        ),
        mistake(
            name="gradient_not_averaged",
            edits=(
                (
                    _VECTORIZED_RESULT,
                    "_regularize(loss, len(X) * _project_back(X, dscores), W, reg,",
                ),
            ),
            title="gradient not averaged",
            explanation="The gradient is a sum over the examples, though the loss is their mean.",
            hint="Which line turns the sum of the losses into a mean, and where is its like for "
            "the gradient?",
        ),
        mistake(
            name="loss_not_averaged",
            edits=(
                (
                    _VECTORIZED_RESULT,
                    "_regularize(len(X) * loss, _project_back(X, dscores), W, reg,",
                ),
            ),
            title="loss not averaged",
            explanation="The loss is a sum over the examples; its gradient is averaged.",
            hint="If every example were in the batch twice, should the loss change?",
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
        mistake(
            name="labels_off_by_one",
            edits=(("_compute_scores(W, X), y)", "_compute_scores(W, X), (y - 1) % W.shape[1])"),),
            title="labels off by one",
            explanation="The class below the label is taken for the true one, as if labels began "
            "at one.",
            hint="Which column of the scores belongs to label 0?",
        ),
    )


def _training(target: str) -> tuple[Mistake, ...]:
    """Return the mistakes in training and prediction, which all linear classifiers share."""
    train = partial(Mistake, target=target, within="LinearClassifier.train")
    predict = partial(Mistake, target=target, within="LinearClassifier.predict")
    return (
        train(
            name="step_uphill",
            edits=(("self.W - learning_rate", "self.W + learning_rate"),),
            title="step along the gradient",
            explanation="The weights move to where the loss rises.",
            hint="In which direction does the gradient point: to where the loss rises or falls?",
        ),
        train(
            name="learning_rate_missing",
            edits=(("self.W - learning_rate * gradient", "self.W - gradient"),),
            title="learning rate missing in the step",
            explanation="A step is as long as the gradient, whatever the learning rate is.",
            hint="What would a learning rate of zero do, and what does yours do then?",
        ),
        train(
            name="weights_not_moved",
            edits=(("self.W = self.W - learning_rate * gradient", "gradient = learning_rate"),),
            title="weights never moved",
            explanation="Gradients are computed, but no step is taken.",
            hint="Print the weights before and after training: what should have happened to them?",
        ),
        train(
            name="first_examples_always",
            edits=(
                (
                    "draw_batch(X.shape[0], batch_size, generator)",
                    "np.arange(min(batch_size, X.shape[0]))",
                ),
            ),
            title="the same examples at every step",
            explanation="Each step takes the first examples of the training set, and the others "
            "are never seen.",
            hint="Print the indices of two steps. How should they differ?",
        ),
        train(
            name="all_examples_always",
            edits=(("draw_batch(X.shape[0], batch_size, generator)", "np.arange(X.shape[0])"),),
            title="all examples at every step",
            explanation="Each step takes the whole training set, whatever size the minibatch "
            "should have.",
            hint="Which of the arguments does your result not depend on?",
        ),
        train(
            name="labels_drawn_apart",
            edits=(("y[batch]", "y[draw_batch(X.shape[0], batch_size, generator)]"),),
            title="labels of other examples",
            explanation="Examples and labels of a step are drawn apart, so that they do not "
            "belong together.",
            hint="How does the loss know which label belongs to which example?",
        ),
        train(
            name="regularisation_ignored",
            edits=(("y[batch], reg)", "y[batch], 0.0)"),),
            title="regularisation not handed on",
            explanation="The loss is taken without regularisation, whatever its strength should "
            "be.",
            hint="Which of the arguments does your result not depend on?",
        ),
        train(
            name="last_loss_only",
            edits=(("history.append(loss)", "history[:] = [loss]"),),
            title="only the last loss kept",
            explanation="The history holds one loss instead of one for each step.",
            hint="How many steps were taken, and how many losses do you return?",
        ),
        predict(
            name="worst_class",
            edits=(("scores.argmax(axis=1)", "scores.argmin(axis=1)"),),
            title="class with the lowest score",
            explanation="The class with the lowest score is predicted.",
            hint="Which class does a high score speak for?",
        ),
        predict(
            name="over_examples",
            edits=(("scores.argmax(axis=1)", "scores.argmax(axis=0)"),),
            title="largest score over the wrong axis",
            explanation="For each class the example with the highest score is found, instead of "
            "the class for each example.",
            hint="How many labels should come back: one for each example or one for each class?",
        ),
        predict(
            name="scores_returned",
            edits=(("scores.argmax(axis=1)", "scores.max(axis=1)"),),
            title="highest score instead of its class",
            explanation="The highest score of each example is returned, not the class that has it.",
            hint="What does the caller compare your result with: scores or labels?",
        ),
    )


_softmax_naive = partial(Mistake, target=_SOFTMAX_NAIVE)
_softmax_vectorized = partial(Mistake, target=_SOFTMAX_VECTORIZED)
_svm_naive = partial(Mistake, target=_SVM_NAIVE)
_svm_vectorized = partial(Mistake, target=_SVM_VECTORIZED)

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
    _softmax_naive(
        name="not_shifted",
        edits=(("scores = scores - scores.max()", "scores = 1 * scores"),),
        title="overflow for large scores",
        explanation="The exponentials of large scores are too large for a floating point number.",
        hint="Which number can be subtracted from a row of scores without changing the "
        "probabilities?",
    ),
    _softmax_naive(
        name="maximum_added",
        edits=(("scores - scores.max()", "scores + scores.max()"),),
        title="maximum added instead of subtracted",
        explanation="The shift makes the exponents larger instead of smaller, so that they "
        "overflow sooner.",
        hint="After the shift, what should be the largest exponent of a row?",
    ),
    _softmax_naive(
        name="one_not_subtracted",
        edits=(("(probability - 1 if j == y[i] else probability)", "probability"),),
        title="true class treated like the others",
        explanation="The gradient of each score is its probability, whichever class is the true "
        "one.",
        hint="Where do the labels enter your gradient?",
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
    _softmax_naive(
        name="logarithm_missing",
        edits=(("float(log_total - scores[y[i]])", "float(-np.exp(scores[y[i]] - log_total))"),),
        title="logarithm missing",
        explanation="The loss is minus the mean probability of the true classes, not minus the "
        "mean of its logarithm.",
        hint="How large should the loss be for an example whose true class is given no chance?",
    ),
    *_regularization(_SOFTMAX_VECTORIZED),
    *_other_factor(_SOFTMAX_VECTORIZED),
    *_vectorized_averages(_SOFTMAX_VECTORIZED),
    _softmax_vectorized(
        name="not_shifted",
        edits=((_SOFTMAX_CALL, _UNSHIFTED.format(axis=1)),),
        title="overflow for large scores",
        explanation="The exponentials of large scores are too large for a floating point number.",
        hint="Which number can be subtracted from a row of scores without changing the "
        "probabilities?",
    ),
    _softmax_vectorized(
        name="over_examples",
        edits=((_SOFTMAX_CALL, _UNSHIFTED.format(axis=0)),),
        title="softmax over the wrong axis",
        explanation="The exponentials are divided by their sum over the examples instead of that "
        "over the classes.",
        hint="Add up the probabilities of one example: what do you get?",
    ),
    _softmax_vectorized(
        name="over_everything",
        edits=((_SOFTMAX_CALL, _UNSHIFTED.format(axis=None)),),
        title="softmax over examples and classes",
        explanation="The exponentials are divided by their sum over the whole minibatch.",
        hint="Add up the probabilities of one example: what do you get?",
    ),
    _softmax_vectorized(
        name="one_not_subtracted",
        edits=((_SOFTMAX_CALL, f"{_SOFTMAX_CALL}\n    {_TRUE} += 1 / len(y)"),),
        title="true class treated like the others",
        explanation="The gradient of each score is its probability, whichever class is the true "
        "one.",
        hint="Where do the labels enter your gradient?",
    ),
    *_regularization(_SVM_NAIVE),
    *_naive_averages(_SVM_NAIVE),
    _svm_naive(
        name="true_class_counted",
        edits=(("j == y[i] or margin <= 0", "margin <= 0"),),
        title="true class counted",
        explanation="The true class is compared with itself, which adds a margin of one for every "
        "example.",
        hint="How many classes is the true one compared with, and what is the margin between it "
        "and itself?",
    ),
    _svm_naive(
        name="margin_missing",
        edits=(("scores[y[i]] + 1", "scores[y[i]]"),),
        title="margin missing",
        explanation="A wrong class counts only once its score is above that of the true class; no "
        "distance is asked for.",
        hint="With all scores equal, is an example classified well enough for this loss?",
    ),
    _svm_naive(
        name="true_class_gradient_missing",
        edits=(("\n            dW[:, y[i]] -= X[i]", ""),),
        title="gradient of the true class missing",
        explanation="Only the wrong classes' weights get a gradient; the true class's, which every "
        "margin depends on, get none.",
        hint="Which columns of the weights does one margin depend on, and with which signs?",
    ),
    _svm_naive(
        name="true_class_gradient_once",
        edits=(
            ("dW = np.zeros_like(W)", "dW, violating = np.zeros_like(W), set()"),
            ("dW[:, y[i]] -= X[i]", "violating.add(i)"),
            (
                "    return _regularize",
                "    for i in violating:\n        dW[:, y[i]] -= X[i]\n    return _regularize",
            ),
        ),
        title="gradient of the true class counted once",
        explanation="The true class's weights get the example once, however many of its margins "
        "are violated.",
        hint="If two classes violate their margin, how often does the true score enter the loss?",
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
    _svm_vectorized(
        name="true_class_counted",
        edits=((_SVM_CALL, f"{_SVM_CALL}\n    loss += 1"),),
        title="true class counted",
        explanation="The true class is compared with itself, which adds a margin of one for every "
        "example.",
        hint="How many classes is the true one compared with, and what is the margin between it "
        "and itself?",
    ),
    _svm_vectorized(
        name="margin_missing",
        edits=(
            (
                "svm_loss(_compute_scores(W, X), y)",
                "svm_loss(_compute_scores(W, X) + np.eye(W.shape[1])[y], y)",
            ),
        ),
        title="margin missing",
        explanation="A wrong class counts only once its score is above that of the true class; no "
        "distance is asked for.",
        hint="With all scores equal, is an example classified well enough for this loss?",
    ),
    _svm_vectorized(
        name="true_class_gradient_missing",
        edits=((_SVM_CALL, f"{_SVM_CALL}\n    {_TRUE} = 0"),),
        title="gradient of the true class missing",
        explanation="Only the wrong classes' weights get a gradient; the true class's, which every "
        "margin depends on, get none.",
        hint="Which columns of the weights does one margin depend on, and with which signs?",
    ),
    _svm_vectorized(
        name="true_class_gradient_once",
        edits=((_SVM_CALL, f"{_SVM_CALL}\n    {_TRUE} = -1 / len(y)"),),
        title="gradient of the true class counted once",
        explanation="The true class's weights get the example once, however many of its margins "
        "are violated.",
        hint="If two classes violate their margin, how often does the true score enter the loss?",
    ),
    _svm_vectorized(
        name="true_class_counted_in_gradient",
        edits=((_SVM_CALL, f"{_SVM_CALL}\n    {_TRUE} -= 1 / len(y)"),),
        title="true class counted in the gradient",
        explanation="The true class counts among those whose margin is violated, so that its own "
        "score is pushed up once too often.",
        hint="With three classes and both margins violated, by how much does the loss fall when "
        "the true score rises a little?",
    ),
    *_training("linear_classifier:LinearSVM"),
    *_training("linear_classifier:Softmax"),
)

"""Mistakes in training and prediction of linear classifiers."""

from __future__ import annotations

from functools import partial

from reference.mistakes.mistake import Mistake
from reference.mistakes.shared import training


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


MISTAKES = (*_training("linear_classifier:LinearSVM"), *_training("linear_classifier:Softmax"))

"""Mistakes in training and prediction that classifiers and networks have in common."""

from __future__ import annotations

from functools import partial

from reference.mistakes.mistake import Mistake

learning_rate_missing = partial(
    Mistake,
    name="learning_rate_missing",
    title="learning rate missing in the step",
    explanation="A step is as long as the gradient, whatever the learning rate is.",
    hint="What would a learning rate of zero do, and what does yours do then?",
)

first_examples_always = partial(
    Mistake,
    name="first_examples_always",
    title="the same examples at every step",
    explanation="Each step takes the first examples of the training set, and the others "
    "are never seen.",
    hint="Print the indices of two steps. How should they differ?",
)

all_examples_always = partial(
    Mistake,
    name="all_examples_always",
    title="all examples at every step",
    explanation="Each step takes the whole training set, whatever size the minibatch should have.",
    hint="Which of the arguments does your result not depend on?",
)

labels_drawn_apart = partial(
    Mistake,
    name="labels_drawn_apart",
    title="labels of other examples",
    explanation="Examples and labels of a step are drawn apart, so that they do not "
    "belong together.",
    hint="How does the loss know which label belongs to which example?",
)

regularisation_ignored = partial(
    Mistake,
    name="regularisation_ignored",
    title="regularisation not handed on",
    explanation="The loss is taken without regularisation, whatever its strength should be.",
    hint="Which of the arguments does your result not depend on?",
)

worst_class = partial(
    Mistake,
    name="worst_class",
    title="class with the lowest score",
    explanation="The class with the lowest score is predicted.",
    hint="Which class does a high score speak for?",
)

over_examples = partial(
    Mistake,
    name="over_examples",
    title="largest score over the wrong axis",
    explanation="For each class the example with the highest score is found, instead of "
    "the class for each example.",
    hint="How many labels should come back: one for each example or one for each class?",
)

scores_returned = partial(
    Mistake,
    name="scores_returned",
    title="highest score instead of its class",
    explanation="The highest score of each example is returned, not the class that has it.",
    hint="What does the caller compare your result with: scores or labels?",
)

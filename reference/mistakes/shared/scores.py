"""Mistakes in the losses of scores, softmax and hinge."""

from __future__ import annotations

from functools import partial

from reference.mistakes.mistake import Mistake

not_averaged = partial(
    Mistake,
    name="not_averaged",
    title="summed instead of averaged",
    explanation="Loss and gradient are sums over the examples, so that they grow with the batch.",
    hint="If every example were in the batch twice, should the loss change?",
)

loss_not_averaged = partial(
    Mistake,
    name="loss_not_averaged",
    title="loss not averaged",
    explanation="The loss is a sum over the examples; its gradient is averaged.",
    hint="If every example were in the batch twice, should the loss change?",
)

gradient_not_averaged = partial(
    Mistake,
    name="gradient_not_averaged",
    title="gradient not averaged",
    explanation="The gradient is a sum over the examples, though the loss is their mean.",
    hint="Which line turns the sum of the losses into a mean, and where is its like for "
    "the gradient?",
)

labels_off_by_one = partial(
    Mistake,
    name="labels_off_by_one",
    title="labels off by one",
    explanation="The class below the label is taken for the true one, as if labels began at one.",
    hint="Which column of the scores belongs to label 0?",
)

picked_by_list = partial(
    Mistake,
    name="picked_by_list",
    title="two index arrays in a list",
    explanation="A list of two index arrays picks whole rows, where a tuple of them would pick one "
    "entry of each row; NumPy once took the one for the other.",
    hint="What is the shape of what your index picks, and what is it with a tuple in place of the "
    "list?",
)

not_shifted = partial(
    Mistake,
    name="not_shifted",
    title="overflow for large scores",
    explanation="The exponentials of large scores are too large for a floating point number.",
    hint="Which number can be subtracted from a row of scores without changing the probabilities?",
)

maximum_added = partial(
    Mistake,
    name="maximum_added",
    title="maximum added instead of subtracted",
    explanation="The shift makes the exponents larger instead of smaller, so that they "
    "overflow sooner.",
    hint="After the shift, what should be the largest exponent of a row?",
)

over_examples = partial(
    Mistake,
    name="over_examples",
    title="softmax over the wrong axis",
    explanation="The exponentials are divided by their sum over the examples instead of that "
    "over the classes.",
    hint="Add up the probabilities of one example: what do you get?",
)

over_everything = partial(
    Mistake,
    name="over_everything",
    title="softmax over examples and classes",
    explanation="The exponentials are divided by their sum over the whole minibatch.",
    hint="Add up the probabilities of one example: what do you get?",
)

logarithm_missing = partial(
    Mistake,
    name="logarithm_missing",
    title="logarithm missing",
    explanation="The loss is minus the mean probability of the true classes, not minus the "
    "mean of its logarithm.",
    hint="How large should the loss be for an example whose true class is given no chance?",
)

one_not_subtracted = partial(
    Mistake,
    name="one_not_subtracted",
    title="true class treated like the others",
    explanation="The gradient of each score is its probability, whichever class is the true one.",
    hint="Where do the labels enter your gradient?",
)

true_class_counted = partial(
    Mistake,
    name="true_class_counted",
    title="true class counted",
    explanation="The true class is compared with itself, which adds a margin of one for every "
    "example.",
    hint="How many classes is the true one compared with, and what is the margin between it "
    "and itself?",
)

margin_missing = partial(
    Mistake,
    name="margin_missing",
    title="margin missing",
    explanation="A wrong class counts only once its score is above that of the true class; no "
    "distance is asked for.",
    hint="With all scores equal, is an example classified well enough for this loss?",
)

true_class_gradient_missing = partial(
    Mistake,
    name="true_class_gradient_missing",
    title="gradient of the true class missing",
    explanation="Only the wrong classes' weights get a gradient; the true class's, which every "
    "margin depends on, get none.",
    hint="Which columns of the weights does one margin depend on, and with which signs?",
)

true_class_gradient_once = partial(
    Mistake,
    name="true_class_gradient_once",
    title="gradient of the true class counted once",
    explanation="The true class's weights get the example once, however many of its margins "
    "are violated.",
    hint="If two classes violate their margin, how often does the true score enter the loss?",
)

true_class_counted_in_gradient = partial(
    Mistake,
    name="true_class_counted_in_gradient",
    title="true class counted in the gradient",
    explanation="The true class counts among those whose margin is violated, so that its own "
    "score is pushed up once too often.",
    hint="With three classes and both margins violated, by how much does the loss fall when "
    "the true score rises a little?",
)

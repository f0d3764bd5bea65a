"""Mistakes that networks have in common."""

from __future__ import annotations

from functools import partial

from reference.mistakes.mistake import Mistake

_SOFTMAX = "loss, dscores = softmax_loss(scores, y)"
_NO_LABELS = "            return scores"

weight_scale_ignored = partial(
    Mistake,
    name="weight_scale_ignored",
    title="scale of the weights ignored",
    explanation="The weights are drawn with standard deviation one, whatever scale is asked for.",
    hint="Which argument of the constructor do your weights not depend on?",
)

weight_scale_as_variance = partial(
    Mistake,
    name="weight_scale_as_variance",
    title="scale of the weights taken for their variance",
    explanation="The standard deviation of the weights is the root of what is asked for.",
    hint="Is the scale a standard deviation or a variance? Measure that of your weights.",
)

biases_drawn = partial(
    Mistake,
    name="biases_drawn",
    title="biases drawn at random",
    explanation="The biases are drawn like weights instead of starting at zero.",
    hint="What does the handout say that biases start at?",
)

biases_of_one = partial(
    Mistake,
    name="biases_of_one",
    title="biases start at one",
    explanation="The biases are one instead of zero.",
    hint="What does the handout say that biases start at?",
)

relu_missing = partial(
    Mistake,
    name="relu_missing",
    title="no ReLU between the layers",
    explanation="Two affine layers follow each other, which together are one affine layer.",
    hint="What can two linear layers in a row compute that one cannot?",
)

relu_on_scores = partial(
    Mistake,
    name="relu_on_scores",
    title="ReLU after the last layer",
    explanation="Negative scores become zero, though scores may have either sign.",
    hint="Which layers of the architecture in the handout have a ReLU behind them?",
)

relu_missing_in_backward = partial(
    Mistake,
    name="relu_missing_in_backward",
    title="ReLU left out on the way back",
    explanation="The gradient goes through switched-off hidden units as if they were linear.",
    hint="Which layers did the forward pass go through, and does the backward pass visit all "
    "of them?",
)

first_bias_not_used = partial(
    Mistake,
    name="first_bias_not_used",
    title="bias of the first layer not used",
    explanation="The hidden units are computed without their bias.",
    hint="Which parameter can be changed without changing the scores?",
)

last_bias_not_used = partial(
    Mistake,
    name="bias_not_used",
    title="bias of the last layer not used",
    explanation="The scores are computed without the last layer's bias.",
    hint="Which parameter can be changed without changing the scores?",
)

probabilities_returned = partial(
    Mistake,
    name="probabilities_returned",
    title="probabilities returned instead of scores",
    explanation="Without labels the softmax of the scores is returned, not the scores.",
    hint="Without labels, what does the docstring say is returned?",
)

labels_returned = partial(
    Mistake,
    name="labels_returned",
    edits=((_NO_LABELS, "            return scores.argmax(axis=1)"),),
    title="labels returned instead of scores",
    explanation="Without labels the best class of each example is returned, not the scores.",
    hint="Without labels, what does the docstring say is returned, and in which shape?",
)

hinge_loss = partial(
    Mistake,
    name="hinge_loss",
    edits=(
        (
            _SOFTMAX,
            (
                "from reference.losses import svm_loss\n\n"
                "        loss, dscores = svm_loss(scores, y)"
            ),
        ),
    ),
    title="hinge loss instead of softmax",
    explanation="The scores go through the SVM loss, though softmax is asked for.",
    hint="Which loss does the docstring of the class name?",
)

averaged_twice = partial(
    Mistake,
    name="averaged_twice",
    edits=((_SOFTMAX, f"{_SOFTMAX}\n        dscores = dscores / len(y)"),),
    title="gradient averaged twice",
    explanation="The gradients are divided by the number of examples once more, after the "
    "loss has done so.",
    hint="Which function averages over the batch, and is it the only one?",
)

"""Mistakes in the two-layer network made of layers."""

from __future__ import annotations

from functools import partial

from reference.mistakes.mistake import Mistake
from reference.mistakes.regularization import (
    not_halved,
    not_halved_in_loss,
    regularization_mistakes,
)

_NET = "fc_net:TwoLayerNet"
_LOSS = "TwoLayerNet.loss"

_init = partial(Mistake, target=_NET, within="TwoLayerNet.__init__")
_loss = partial(Mistake, target=_NET, within=_LOSS)

_SOFTMAX = "loss, dscores = softmax_loss(scores, y)"
_NO_LABELS = "            return scores"
_GRADS = 'grads = {"W1": dw1, "b1": db1, "W2": dw2, "b2": db2}'

MISTAKES = (
    _init(
        name="weight_scale_ignored",
        edits=(
            ("(input_dim, hidden_dim), weight_scale", "(input_dim, hidden_dim), 1.0"),
            ("(hidden_dim, num_classes), weight_scale", "(hidden_dim, num_classes), 1.0"),
        ),
        title="scale of the weights ignored",
        explanation="The weights are drawn with standard deviation one, whatever scale is asked "
        "for.",
        hint="Which argument of the constructor do your weights not depend on?",
    ),
    _init(
        name="weight_scale_as_variance",
        edits=(
            ("(input_dim, hidden_dim), weight_scale", "(input_dim, hidden_dim), weight_scale**0.5"),
            (
                "(hidden_dim, num_classes), weight_scale",
                "(hidden_dim, num_classes), weight_scale**0.5",
            ),
        ),
        title="scale of the weights taken for their variance",
        explanation="The standard deviation of the weights is the root of what is asked for.",
        hint="Is the scale a standard deviation or a variance? Measure that of your weights.",
    ),
    _init(
        name="second_weights_unscaled",
        edits=(("(hidden_dim, num_classes), weight_scale", "(hidden_dim, num_classes), 1.0"),),
        title="scale of the second layer's weights ignored",
        explanation="Only the first layer's weights are drawn with the scale asked for.",
        hint="Which layers' weights have the standard deviation that was asked for?",
    ),
    _init(
        name="weights_zero",
        edits=(
            ("(input_dim, hidden_dim), weight_scale", "(input_dim, hidden_dim), 0.0"),
            ("(hidden_dim, num_classes), weight_scale", "(hidden_dim, num_classes), 0.0"),
        ),
        title="weights start at zero",
        explanation="All weights start at zero, so that the hidden units are alike and stay so.",
        hint="If all hidden units begin alike, what tells their gradients apart?",
    ),
    _init(
        name="weights_positive",
        edits=(
            ('"W1": draw_weights(', '"W1": weight_scale * np.random.default_rng(0).random('),
            ("(input_dim, hidden_dim), weight_scale, generator)", "(input_dim, hidden_dim))"),
        ),
        title="weights drawn from zero to the scale",
        explanation="The first layer's weights are uniform and positive instead of normal with "
        "mean zero.",
        hint="Draw a histogram of the weights: where is its middle?",
    ),
    _init(
        name="biases_drawn",
        edits=(
            ('"b1": np.zeros(hidden_dim)', '"b1": draw_weights((hidden_dim,), weight_scale)'),
            ('"b2": np.zeros(num_classes)', '"b2": draw_weights((num_classes,), weight_scale)'),
        ),
        title="biases drawn at random",
        explanation="The biases are drawn like weights instead of starting at zero.",
        hint="What does the handout say that biases start at?",
    ),
    _init(
        name="biases_of_one",
        edits=(
            ('"b1": np.zeros', '"b1": np.ones'),
            ('"b2": np.zeros', '"b2": np.ones'),
        ),
        title="biases start at one",
        explanation="The biases are one instead of zero.",
        hint="What does the handout say that biases start at?",
    ),
    _loss(
        name="relu_on_scores",
        edits=(
            ("output_cache = affine_forward(", "output_cache = affine_relu_forward("),
            ("affine_backward(dscores", "affine_relu_backward(dscores"),
        ),
        title="ReLU after the last layer",
        explanation="Negative scores become zero, though scores may have either sign.",
        hint="Which layers of the architecture in the handout have a ReLU behind them?",
    ),
    _loss(
        name="relu_missing",
        edits=(
            ("hidden_cache = affine_relu_forward(", "hidden_cache = affine_forward("),
            ("affine_relu_backward(dhidden", "affine_backward(dhidden"),
        ),
        title="no ReLU between the layers",
        explanation="Two affine layers follow each other, which together are one affine layer.",
        hint="What can two linear layers in a row compute that one cannot?",
    ),
    _loss(
        name="relu_missing_in_backward",
        edits=(
            (
                "affine_relu_backward(dhidden, hidden_cache)",
                "affine_backward(dhidden, hidden_cache[0])",
            ),
        ),
        title="ReLU left out on the way back",
        explanation="The gradient goes through switched-off hidden units as if they were linear.",
        hint="Which layers did the forward pass go through, and does the backward pass visit all "
        "of them?",
    ),
    _loss(
        name="first_bias_not_used",
        edits=(('self.params["b1"])', '0 * self.params["b1"])'),),
        title="bias of the first layer not used",
        explanation="The hidden units are computed without their bias.",
        hint="Which parameter can be changed without changing the scores?",
    ),
    _loss(
        name="bias_not_used",
        edits=(('self.params["b2"])', '0 * self.params["b2"])'),),
        title="bias of the last layer not used",
        explanation="The scores are computed without the last layer's bias.",
        hint="Which parameter can be changed without changing the scores?",
    ),
    _loss(
        name="probabilities_returned",
        edits=(
            (
                _NO_LABELS,
                (
                    "            exponentials = np.exp(scores - scores.max(axis=1, "
                    "keepdims=True))\n"
                    "            return exponentials / exponentials.sum(axis=1, keepdims=True)"
                ),
            ),
        ),
        title="probabilities returned instead of scores",
        explanation="Without labels the softmax of the scores is returned, not the scores.",
        hint="Without labels, what does the docstring say is returned?",
    ),
    _loss(
        name="labels_returned",
        edits=((_NO_LABELS, "            return scores.argmax(axis=1)"),),
        title="labels returned instead of scores",
        explanation="Without labels the best class of each example is returned, not the scores.",
        hint="Without labels, what does the docstring say is returned, and in which shape?",
    ),
    _loss(
        name="hidden_returned",
        edits=((_NO_LABELS, "            return hidden"),),
        title="hidden layer returned instead of scores",
        explanation="Without labels the values of the hidden units are returned, not the scores.",
        hint="How many columns have the scores, and how many does your result have?",
    ),
    _loss(
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
    ),
    _loss(
        name="averaged_twice",
        edits=((_SOFTMAX, f"{_SOFTMAX}\n        dscores = dscores / len(y)"),),
        title="gradient averaged twice",
        explanation="The gradients are divided by the number of examples once more, after the "
        "loss has done so.",
        hint="Which function averages over the batch, and is it the only one?",
    ),
    _loss(
        name="gradients_exchanged",
        edits=((_GRADS, 'grads = {"W1": dw2, "b1": db2, "W2": dw1, "b2": db1}'),),
        title="gradients stored under the other layer's names",
        explanation="Each layer's gradients are stored under the names of the other.",
        hint="Has every gradient the shape of the parameter that it is stored for?",
    ),
    _loss(
        name="bias_gradients_missing",
        edits=((_GRADS, 'grads = {"W1": dw1, "W2": dw2}'),),
        title="gradients of the biases missing",
        explanation="Only the weights have gradients, so that the biases never move.",
        hint="Which names do the parameters have, and which ones do your gradients have?",
    ),
    _loss(
        name="first_gradient_from_scores",
        edits=(
            (
                "dhidden, dw2, db2 = affine_backward(dscores, output_cache)",
                (
                    "_, dw2, db2 = affine_backward(dscores, output_cache)\n"
                    "        dhidden = dscores @ np.ones_like(dw2.T)"
                ),
            ),
        ),
        title="first layer's gradient without the second layer's weights",
        explanation="On its way to the hidden units the gradient is not multiplied by the weights "
        "of the second layer.",
        hint="How much does a hidden unit change each of the scores?",
    ),
    not_halved(_NET, _LOSS),
    not_halved_in_loss(_NET, _LOSS),
    *regularization_mistakes(_NET, _LOSS, last='"W2"'),
)

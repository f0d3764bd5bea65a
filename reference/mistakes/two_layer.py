"""Mistakes in the two-layer network made of layers."""

from __future__ import annotations

from functools import partial

from reference.mistakes.mistake import Mistake
from reference.mistakes.shared import networks
from reference.mistakes.shared.regularization import (
    not_halved,
    not_halved_in_loss,
    regularization_mistakes,
)

_NET = "fc_net:TwoLayerNet"
_LOSS = "TwoLayerNet.loss"

_init = partial(Mistake, target=_NET, within="TwoLayerNet.__init__")
_loss = partial(Mistake, target=_NET, within=_LOSS)

_NO_LABELS = "            return scores"
_GRADS = 'grads = {"W1": dw1, "b1": db1, "W2": dw2, "b2": db2}'

MISTAKES = (
    networks.weight_scale_ignored(
        target=_NET,
        within="TwoLayerNet.__init__",
        edits=(
            ("(input_dim, hidden_dim), weight_scale", "(input_dim, hidden_dim), 1.0"),
            ("(hidden_dim, num_classes), weight_scale", "(hidden_dim, num_classes), 1.0"),
        ),
    ),
    networks.weight_scale_as_variance(
        target=_NET,
        within="TwoLayerNet.__init__",
        edits=(
            ("(input_dim, hidden_dim), weight_scale", "(input_dim, hidden_dim), weight_scale**0.5"),
            (
                "(hidden_dim, num_classes), weight_scale",
                "(hidden_dim, num_classes), weight_scale**0.5",
            ),
        ),
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
    networks.biases_drawn(
        target=_NET,
        within="TwoLayerNet.__init__",
        edits=(
            ('"b1": np.zeros(hidden_dim)', '"b1": draw_weights((hidden_dim,), weight_scale)'),
            ('"b2": np.zeros(num_classes)', '"b2": draw_weights((num_classes,), weight_scale)'),
        ),
    ),
    networks.biases_of_one(
        target=_NET,
        within="TwoLayerNet.__init__",
        edits=(
            ('"b1": np.zeros', '"b1": np.ones'),
            ('"b2": np.zeros', '"b2": np.ones'),
        ),
    ),
    networks.relu_on_scores(
        target=_NET,
        within=_LOSS,
        edits=(
            ("output_cache = affine_forward(", "output_cache = affine_relu_forward("),
            ("affine_backward(dscores", "affine_relu_backward(dscores"),
        ),
    ),
    networks.relu_missing(
        target=_NET,
        within=_LOSS,
        edits=(
            ("hidden_cache = affine_relu_forward(", "hidden_cache = affine_forward("),
            ("affine_relu_backward(dhidden", "affine_backward(dhidden"),
        ),
    ),
    networks.relu_missing_in_backward(
        target=_NET,
        within=_LOSS,
        edits=(
            (
                "affine_relu_backward(dhidden, hidden_cache)",
                "affine_backward(dhidden, hidden_cache[0])",
            ),
        ),
    ),
    networks.first_bias_not_used(
        target=_NET,
        within=_LOSS,
        edits=(('self.params["b1"])', '0 * self.params["b1"])'),),
    ),
    networks.last_bias_not_used(
        target=_NET,
        within=_LOSS,
        edits=(('self.params["b2"])', '0 * self.params["b2"])'),),
    ),
    networks.probabilities_returned(
        target=_NET,
        within=_LOSS,
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
    ),
    networks.labels_returned(target=_NET, within=_LOSS),
    _loss(
        name="hidden_returned",
        edits=((_NO_LABELS, "            return hidden"),),
        title="hidden layer returned instead of scores",
        explanation="Without labels the values of the hidden units are returned, not the scores.",
        hint="How many columns have the scores, and how many does your result have?",
    ),
    networks.hinge_loss(target=_NET, within=_LOSS),
    networks.averaged_twice(target=_NET, within=_LOSS),
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

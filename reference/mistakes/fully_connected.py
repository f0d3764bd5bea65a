"""Mistakes in the fully connected network of any depth."""

from __future__ import annotations

from functools import partial

from reference.mistakes.mistake import Mistake
from reference.mistakes.shared import networks
from reference.mistakes.shared.regularization import (
    not_halved,
    not_halved_in_loss,
    regularization_mistakes,
)

_NET = "fc_net:FullyConnectedNet"
_LOSS = "FullyConnectedNet.loss"
_BATCHNORM = "layers:batchnorm_forward"
_DROPOUT = "layers:dropout_forward"

_init = partial(Mistake, target=_NET, within="FullyConnectedNet.__init__")
_loss = partial(Mistake, target=_NET, within=_LOSS)
_mode = partial(Mistake, target=_NET, within="FullyConnectedNet._set_mode")
_forward = partial(Mistake, target=_NET, within="FullyConnectedNet._forward_block")
_backward = partial(Mistake, target=_NET, within="FullyConnectedNet._backward_block")

_SOFTMAX = "loss, dscores = softmax_loss(scores, y)"
_NO_LABELS = "            return scores"
_RELU = "        out, relu_cache = relu_forward(out)\n"
_LAST = (
    'scores, output_cache = affine_forward(out, self.params[f"W{last}"], self.params[f"b{last}"])'
)
_NO_GRADIENTS = "grads: dict[str, Array] = {}"
_NORMALISE_SCORES = """        if self.normalization == "batchnorm":
            scores, norm_cache = batchnorm_forward(
                scores, self.params[f"gamma{last}"], self.params[f"beta{last}"], self.bn_params[-1]
            )"""
_NORMALISE_BACK = """        if self.normalization == "batchnorm":
            dscores, dgamma, dbeta = batchnorm_backward_alt(dscores, norm_cache)
            grads[f"gamma{last}"], grads[f"beta{last}"] = dgamma, dbeta"""

MISTAKES = (
    networks.weight_scale_ignored(
        target=_NET,
        within="FullyConnectedNet.__init__",
        edits=(("(fan_in, fan_out), weight_scale", "(fan_in, fan_out), 1.0"),),
    ),
    networks.weight_scale_as_variance(
        target=_NET,
        within="FullyConnectedNet.__init__",
        edits=(("(fan_in, fan_out), weight_scale", "(fan_in, fan_out), weight_scale**0.5"),),
    ),
    _init(
        name="last_weights_unscaled",
        edits=(
            (
                "(fan_in, fan_out), weight_scale,",
                "(fan_in, fan_out), 1.0 if layer == self.num_layers else weight_scale,",
            ),
        ),
        title="scale of the last layer's weights ignored",
        explanation="Only the hidden layers' weights are drawn with the scale asked for.",
        hint="Which layers' weights have the standard deviation that was asked for?",
    ),
    _init(
        name="last_layer_not_made",
        edits=(("[input_dim, *hidden_dims, num_classes]", "[input_dim, *hidden_dims]"),),
        title="last layer not made",
        explanation="There are parameters for the hidden layers, and none for the layer from the "
        "last of them to the classes.",
        hint="With L - 1 hidden layers, how many affine layers has the network, and how many does "
        "your loop make?",
    ),
    networks.biases_drawn(
        target=_NET,
        within="FullyConnectedNet.__init__",
        edits=(
            (
                'params[f"b{layer}"] = np.zeros(fan_out)',
                'params[f"b{layer}"] = draw_weights((fan_out,), weight_scale)',
            ),
        ),
    ),
    networks.biases_of_one(
        target=_NET,
        within="FullyConnectedNet.__init__",
        edits=(('params[f"b{layer}"] = np.zeros', 'params[f"b{layer}"] = np.ones'),),
    ),
    _init(
        name="scales_of_zero",
        using=_BATCHNORM,
        edits=(('params[f"gamma{layer}"] = np.ones', 'params[f"gamma{layer}"] = np.zeros'),),
        title="scales of the normalisation start at zero",
        explanation="The normalised values are multiplied by zero, so that no input gets through.",
        hint="Which scale leaves what it multiplies as it is?",
    ),
    networks.relu_on_scores(
        target=_NET,
        within=_LOSS,
        edits=(
            (_LAST, f"{_LAST}\n        scores, scores_cache = relu_forward(scores)"),
            ("affine_backward(dscores", "affine_backward(relu_backward(dscores, scores_cache)"),
        ),
    ),
    _forward(
        name="relu_missing",
        edits=((_RELU, "        relu_cache = np.ones_like(out)\n"),),
        title="no ReLU between the layers",
        explanation="Affine layers follow each other, which together are one affine layer.",
        hint="What can several linear layers in a row compute that one cannot?",
    ),
    networks.relu_missing_in_backward(
        target=_NET,
        within="FullyConnectedNet._backward_block",
        edits=(("        dout = relu_backward(dout, cache.relu)\n", ""),),
    ),
    _loss(
        name="hidden_layer_left_out",
        edits=(
            (
                "for layer in range(1, self.num_layers):",
                "for layer in range(1, self.num_layers - 1):",
            ),
            ("range(last - 1, 0, -1)", "range(last - 2, 0, -1)"),
        ),
        title="last hidden layer left out",
        explanation="The loop over the hidden layers ends one layer too early.",
        hint="With three layers in all, how many times does your loop run?",
    ),
    _loss(
        name="depth_fixed",
        edits=(
            ("for layer in range(1, self.num_layers):", "for layer in range(1, 3):"),
            ("last = self.num_layers", "last = 3"),
        ),
        title="depth fixed to three layers",
        explanation="The network has three layers, however many are asked for.",
        hint="How does your loop learn of the number of layers?",
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
    networks.hinge_loss(target=_NET, within=_LOSS),
    networks.averaged_twice(target=_NET, within=_LOSS),
    _loss(
        name="caches_reversed",
        edits=(("caches[layer - 1]", "caches[-layer]"),),
        title="caches taken in the wrong order",
        explanation="On the way back the first hidden layer's cache is taken first, though the "
        "last hidden layer comes first.",
        hint="Which layer's gradient is computed first on the way back, and which cache belongs "
        "to it?",
    ),
    _backward(
        name="bias_gradients_missing",
        edits=((', grads[f"b{layer}"] = affine_backward(', ", _ = affine_backward("),),
        title="gradients of the hidden biases missing",
        explanation="The hidden layers' biases have no gradients, so that they never move.",
        hint="Which names do the parameters have, and which ones do your gradients have?",
    ),
    _backward(
        name="gradients_under_next_name",
        edits=(
            (
                'grads[f"W{layer}"], grads[f"b{layer}"] =',
                'grads[f"W{layer + 1}"], grads[f"b{layer + 1}"] =',
            ),
        ),
        title="gradients stored under the next layer's name",
        explanation="Each hidden layer's gradients are stored under the names of the layer behind "
        "it.",
        hint="Has every gradient the shape of the parameter that it is stored for?",
    ),
    Mistake(
        name="scores_normalised",
        target=_NET,
        using=_BATCHNORM,
        edits=(
            (
                "normalization is not None and layer < self.num_layers:",
                "normalization is not None:",
            ),
            ("None else len(hidden_dims)", "None else len(sizes) - 1"),
            (_LAST, f"{_LAST}\n{_NORMALISE_SCORES}"),
            (_NO_GRADIENTS, f"{_NO_GRADIENTS}\n{_NORMALISE_BACK}"),
        ),
        title="last layer normalised, too",
        explanation="There is a normalisation behind the last layer, so that the scores of every "
        "class are made alike.",
        hint="How many normalisations does the architecture in the handout have?",
    ),
    _forward(
        name="normalised_after_relu",
        using=_BATCHNORM,
        edits=(
            (
                "        norm_cache, dropout_cache = None, None\n",
                "        norm_cache, dropout_cache = None, None\n" + _RELU,
            ),
            (_RELU + "        if", "        if"),
        ),
        title="normalised after the ReLU",
        explanation="The ReLU comes before the normalisation, which then sees half of the units "
        "switched off.",
        hint="In which order does the architecture in the handout name the two?",
    ),
    _backward(
        name="scale_and_shift_exchanged",
        using=_BATCHNORM,
        edits=(("dgamma, dbeta\n", "dbeta, dgamma\n"),),
        title="gradients of scale and shift exchanged",
        explanation="The gradient of the scale is stored as that of the shift, and the other way "
        "round.",
        hint="In which order does the backward pass of the normalisation return its gradients?",
    ),
    _loss(
        name="scales_regularised",
        using=_BATCHNORM,
        edits=(
            (
                "return add_l2_penalty(loss, grads, self.params, self.reg), grads",
                """for name, value in self.params.items():
            if name.startswith(("gamma", "beta")):
                loss += 0.5 * self.reg * float((value * value).sum())
                grads[name] = grads[name] + self.reg * value
        return add_l2_penalty(loss, grads, self.params, self.reg), grads""",
            ),
        ),
        title="scales and shifts regularised",
        explanation="The scales and shifts of the normalisation are in the regularisation, too.",
        hint="Which parameters does the handout regularise?",
    ),
    _forward(
        name="no_dropout",
        using=_DROPOUT,
        edits=(("        if self.use_dropout:", "        if False:"),),
        title="no dropout",
        explanation="The network never drops anything, though it is asked to.",
        hint="Which layer of the architecture in the handout does your forward pass never call?",
    ),
    _backward(
        name="dropout_missing_in_backward",
        using=_DROPOUT,
        edits=(("            dout = dropout_backward(dout, cache.dropout)", "            pass"),),
        title="dropout left out on the way back",
        explanation="The gradient goes through dropped units as if they had been kept.",
        hint="If a unit was dropped, how much does the loss change when it does?",
    ),
    _mode(
        name="dropout_in_test",
        using=_DROPOUT,
        edits=(('self.dropout_param["mode"] = mode', 'self.dropout_param["mode"] = "train"'),),
        title="dropout in test mode",
        explanation="Without labels units are dropped, so that the same example gets other scores "
        "each time.",
        hint="Call the network twice without labels. Should the scores differ?",
    ),
    _loss(
        name="dropout_on_scores",
        using=_DROPOUT,
        edits=(
            (
                _LAST,
                _LAST + "\n        if self.use_dropout:\n"
                "            scores, scores_cache = dropout_forward(scores, self.dropout_param)",
            ),
            (
                _SOFTMAX,
                _SOFTMAX + "\n        if self.use_dropout:\n"
                "            dscores = dropout_backward(dscores, scores_cache)",
            ),
        ),
        title="dropout after the last layer",
        explanation="Scores are dropped, too, though dropout belongs behind the hidden layers.",
        hint="How many dropout layers does the architecture in the handout have?",
    ),
    not_halved(_NET, _LOSS),
    not_halved_in_loss(_NET, _LOSS),
    *regularization_mistakes(_NET, _LOSS, last='f"W{last}"'),
)

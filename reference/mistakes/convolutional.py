"""What goes wrong in the three-layer convolutional network."""

from __future__ import annotations

from reference.mistakes.mistake import Mistake

_TARGET = "cnn:ThreeLayerConvNet"
_START = "ThreeLayerConvNet.__init__"
_LOSS = "ThreeLayerConvNet.loss"

_PENALTY = "return add_l2_penalty(loss, grads, params, self.reg), grads"
_GRADIENT_APART = """\
total = add_l2_penalty(loss, dict(grads), params, self.reg)
        add_l2_penalty(loss, grads, {weights}, {strength})
        return total, grads"""
_WITHOUT_FIRST = '{name: params[name] for name in ("W2", "W3")}'
_WITHOUT_LAST = '{name: params[name] for name in ("W1", "W2")}'
_BIASES_TOO = """\
for name in ("b1", "b2", "b3"):
            loss += 0.5 * self.reg * float((params[name] ** 2).sum())
            grads[name] = grads[name] + self.reg * params[name]
        return add_l2_penalty(loss, grads, params, self.reg), grads"""
_HIDDEN = 'affine_relu_forward(pooled, params["W2"], params["b2"])'
_HIDDEN_BACK = "affine_relu_backward(dhidden, hidden_cache)"
_SCORES = 'affine_forward(hidden, params["W3"], params["b3"])'
_SCORES_BACK = "affine_backward(dscores, output_cache)"

_PENALTIES = (
    Mistake(
        name="penalty_not_in_gradient",
        target=_TARGET,
        within=_LOSS,
        edits=((_PENALTY, "return add_l2_penalty(loss, dict(grads), params, self.reg), grads"),),
        title="the penalty is in the loss and not in the gradients",
        explanation="The gradients are those of the loss without regularisation.",
        hint="What changes in the loss when reg does, and what should change in the gradients?",
    ),
    Mistake(
        name="penalty_not_in_loss",
        target=_TARGET,
        within=_LOSS,
        edits=(
            (
                _PENALTY,
                "add_l2_penalty(loss, grads, params, self.reg)\n        return loss, grads",
            ),
        ),
        title="the penalty is in the gradients and not in the loss",
        explanation="The loss is that without regularisation.",
        hint="Of which function are your gradients the gradients, and is that what you return?",
    ),
    Mistake(
        name="penalty_without_half",
        target=_TARGET,
        within=_LOSS,
        edits=((_PENALTY, "return add_l2_penalty(loss, grads, params, 2 * self.reg), grads"),),
        title="the penalty has lost its one half",
        explanation="The penalty is twice what the handout asks for, in loss and gradients.",
        hint="What stands in front of the sum of squares in the handout?",
    ),
    Mistake(
        name="penalty_gradient_doubled",
        target=_TARGET,
        within=_LOSS,
        edits=((_PENALTY, _GRADIENT_APART.format(weights="params", strength="2 * self.reg")),),
        title="the penalty's gradient is twice too large",
        explanation="The loss has a factor one half, and the gradient does not know of it.",
        hint="What is the derivative of 0.5 * reg * W * W?",
    ),
    Mistake(
        name="penalty_gradient_halved",
        target=_TARGET,
        within=_LOSS,
        edits=((_PENALTY, _GRADIENT_APART.format(weights="params", strength="0.5 * self.reg")),),
        title="the penalty's gradient is half of what it should be",
        explanation="The square's derivative has lost its factor 2.",
        hint="What is the derivative of 0.5 * reg * W * W?",
    ),
    Mistake(
        name="penalty_averaged",
        target=_TARGET,
        within=_LOSS,
        edits=((_PENALTY, _PENALTY.replace("self.reg", "self.reg / len(X)")),),
        title="the penalty is divided by the number of examples",
        explanation="The penalty is averaged over the batch together with the data's loss.",
        hint="Does the penalty depend on the data?",
    ),
    Mistake(
        name="filters_not_penalised",
        target=_TARGET,
        within=_LOSS,
        edits=((_PENALTY, _PENALTY.replace("params", _WITHOUT_FIRST)),),
        title="the filters are not regularised",
        explanation="The penalty is that of the two affine layers alone, in loss and gradients.",
        hint="Which arrays of weights does the network have?",
    ),
    Mistake(
        name="filters_gradient_not_penalised",
        target=_TARGET,
        within=_LOSS,
        edits=(
            (
                _PENALTY,
                _GRADIENT_APART.format(weights=_WITHOUT_FIRST, strength="self.reg"),
            ),
        ),
        title="the penalty's gradient is left out of W1",
        explanation="The filters are in the penalty, and their gradient does not know of it.",
        hint="To how many of the gradients do you add the penalty's, and how many weights are in "
        "the penalty?",
    ),
    Mistake(
        name="last_gradient_not_penalised",
        target=_TARGET,
        within=_LOSS,
        edits=(
            (
                _PENALTY,
                _GRADIENT_APART.format(weights=_WITHOUT_LAST, strength="self.reg"),
            ),
        ),
        title="the penalty's gradient is left out of W3",
        explanation="The last layer's weights are in the penalty, and their gradient does not know "
        "of it.",
        hint="To how many of the gradients do you add the penalty's, and how many weights are in "
        "the penalty?",
    ),
    Mistake(
        name="biases_penalised",
        target=_TARGET,
        within=_LOSS,
        edits=((_PENALTY, _BIASES_TOO),),
        title="the biases are regularised, too",
        explanation="The penalty holds the squares of the biases besides those of the weights.",
        hint="Over which of the parameters does the handout's penalty run?",
    ),
)

_LAYERS = (
    Mistake(
        name="scores_rectified",
        target=_TARGET,
        within=_LOSS,
        edits=(
            (_SCORES, _SCORES.replace("affine", "affine_relu")),
            (_SCORES_BACK, _SCORES_BACK.replace("affine", "affine_relu")),
        ),
        title="the scores go through a ReLU",
        explanation="Scores below zero are cut off before the softmax.",
        hint="May a score be negative, and which layer is the last one of this network?",
    ),
    Mistake(
        name="hidden_layer_not_rectified",
        target=_TARGET,
        within=_LOSS,
        edits=(
            (_HIDDEN, _HIDDEN.replace("affine_relu", "affine")),
            (_HIDDEN_BACK, _HIDDEN_BACK.replace("affine_relu", "affine")),
        ),
        title="there is no ReLU between the affine layers",
        explanation="Two affine layers follow each other, which are no more than one.",
        hint="Which layers follow each other in the handout's list?",
    ),
    Mistake(
        name="hidden_relu_skipped_on_the_way_back",
        target=_TARGET,
        within=_LOSS,
        edits=((_HIDDEN_BACK, "affine_backward(dhidden, hidden_cache[0])"),),
        title="the way back goes past the hidden layer's ReLU",
        explanation="The gradient reaches the hidden layer's weights unmasked.",
        hint="Is there a backward pass for every layer of the forward pass?",
    ),
    Mistake(
        name="averaged_once_more",
        target=_TARGET,
        within=_LOSS,
        edits=((_HIDDEN_BACK, "affine_relu_backward(dhidden / len(X), hidden_cache)"),),
        title="the gradient is divided by N between two layers",
        explanation="What reaches the layers below is averaged over the batch once more.",
        hint="Which function averages over the batch, and how often should that happen?",
    ),
    Mistake(
        name="padding_fixed",
        target=_TARGET,
        within=_START,
        edits=(('pad = (require_integer("filter_size", filter_size, 1) - 1) // 2', "pad = 1"),),
        title="the padding fits filters of one size alone",
        explanation="The padding is 1 whatever the filters' size, which keeps the images' size "
        "for filters of 3 by 3.",
        hint="How many zeros does a filter of 7 by 7 need on each side?",
    ),
    Mistake(
        name="no_padding",
        target=_TARGET,
        within=_START,
        edits=(('pad = (require_integer("filter_size", filter_size, 1) - 1) // 2', "pad = 0"),),
        title="the images are not padded",
        explanation="The convolution makes the images smaller, so that W2 has fewer rows.",
        hint="How high and how wide is the convolution's output supposed to be?",
    ),
    Mistake(
        name="pooling_not_in_size",
        target=_TARGET,
        within=_START,
        edits=(("num_filters * (rows // 2) * (columns // 2)", "num_filters * rows * columns"),),
        title="W2's size leaves out the pooling",
        explanation="The hidden layer has a row for every pixel before pooling.",
        hint="How many numbers does pooling leave of each image?",
    ),
    Mistake(
        name="square_images",
        target=_TARGET,
        within=_START,
        edits=(("(rows // 2) * (columns // 2)", "(rows // 2) * (rows // 2)"),),
        title="images are taken for squares",
        explanation="The hidden layer's size is computed from the height alone.",
        hint="Where in your constructor does the image's width appear?",
    ),
    Mistake(
        name="filters_drawn_unscaled",
        target=_TARGET,
        within=_START,
        edits=(
            (
                "draw_weights(filters, weight_scale, generator)",
                "draw_weights(filters, 1.0, generator)",
            ),
        ),
        title="the filters start without weight_scale",
        explanation="The filters are drawn with a standard deviation of one.",
        hint="What is the standard deviation of each of your weight arrays after construction?",
    ),
    Mistake(
        name="biases_drawn",
        target=_TARGET,
        within=_START,
        edits=(
            (
                '"b1": np.zeros(num_filters)',
                '"b1": draw_weights((num_filters,), weight_scale, generator)',
            ),
        ),
        title="the biases start at random",
        explanation="The convolution's biases are drawn like weights.",
        hint="With which values does the handout ask biases to start?",
    ),
)

MISTAKES = (*_PENALTIES, *_LAYERS)

"""Mistakes in the two-layer network of the toy example, and in its training and prediction."""

from __future__ import annotations

from functools import partial

from reference.mistakes.mistake import Mistake
from reference.mistakes.shared import networks, scores, training
from reference.mistakes.shared.regularization import regularization_mistakes

_NET = "neural_net:TwoLayerNet"
_LOSS = "TwoLayerNet.loss"

_loss = partial(Mistake, target=_NET, within=_LOSS)
_train = partial(Mistake, target=_NET, within="TwoLayerNet.train")
_predict = partial(Mistake, target=_NET, within="TwoLayerNet.predict")

_HIDDEN = 'np.maximum(X @ w1 + self.params["b1"], 0)'
_SCORES = 'hidden @ w2 + self.params["b2"]'
_SOFTMAX = "loss, dscores = softmax_loss(scores, y)"
_PICKED_BY_LIST = """\
picked = np.array([np.arange(len(y)), y])
        dscores = np.exp(scores)
        dscores /= dscores.sum(axis=1, keepdims=True)
        loss = float(-np.log(dscores[picked]).sum() / len(y))
        dscores[picked] -= 1
        dscores /= len(y)"""
_HIDDEN_GRADIENT = "np.where(hidden > 0, dscores @ w2.T, 0)"
_NO_LABELS = "            return scores"
_BATCH = "draw_batch(examples, min(examples, batch_size), self._generator)"
_STEP = "self.params[name] - learning_rate * gradient"
_DECAY = "                learning_rate *= learning_rate_decay\n"

MISTAKES = (
    networks.relu_missing(
        target=_NET,
        within=_LOSS,
        edits=(
            (_HIDDEN, 'X @ w1 + self.params["b1"]'),
            (_HIDDEN_GRADIENT, "dscores @ w2.T"),
        ),
    ),
    networks.relu_on_scores(
        target=_NET,
        within=_LOSS,
        edits=(
            (_SCORES, f"np.maximum({_SCORES}, 0)"),
            (_SOFTMAX, f"{_SOFTMAX}\n        dscores = dscores * (scores > 0)"),
        ),
    ),
    networks.relu_missing_in_backward(
        target=_NET,
        within=_LOSS,
        edits=((_HIDDEN_GRADIENT, "dscores @ w2.T"),),
    ),
    scores.picked_by_list(
        target=_NET,
        within=_LOSS,
        edits=((_SOFTMAX, _PICKED_BY_LIST),),
    ),
    _loss(
        name="mask_from_gradient",
        edits=((_HIDDEN_GRADIENT, "np.maximum(dscores @ w2.T, 0)"),),
        title="ReLU applied to the gradient",
        explanation="The gradient passes where it is positive itself, not where the hidden unit "
        "was.",
        hint="What decides whether a hidden unit was switched on in the forward pass?",
    ),
    networks.first_bias_not_used(
        target=_NET,
        within=_LOSS,
        edits=((_HIDDEN, "np.maximum(X @ w1, 0)"),),
    ),
    networks.last_bias_not_used(
        name="second_bias_not_used",
        target=_NET,
        within=_LOSS,
        edits=((_SCORES, "hidden @ w2"),),
    ),
    networks.probabilities_returned(
        target=_NET,
        within=_LOSS,
        edits=(
            (
                _NO_LABELS,
                (
                    "            shifted = scores - scores.max(axis=1, keepdims=True)\n"
                    "            exponentials = np.exp(shifted)\n"
                    "            return exponentials / exponentials.sum(axis=1, keepdims=True)"
                ),
            ),
        ),
    ),
    _loss(
        name="not_averaged",
        edits=((_SOFTMAX, f"{_SOFTMAX}\n        loss, dscores = len(y) * loss, len(y) * dscores"),),
        title="summed instead of averaged",
        explanation="Loss and gradients are sums over the examples, so that they grow with the "
        "batch.",
        hint="If every example were in the batch twice, should the loss change?",
    ),
    _loss(
        name="gradients_not_averaged",
        edits=((_SOFTMAX, f"{_SOFTMAX}\n        dscores = len(y) * dscores"),),
        title="gradients not averaged",
        explanation="The gradients are sums over the examples, though the loss is their mean.",
        hint="Which line turns the sum of the losses into a mean, and where is its like for the "
        "gradients?",
    ),
    _loss(
        name="averaged_twice",
        edits=((_SOFTMAX, f"{_SOFTMAX}\n        dscores = dscores / len(y)"),),
        title="gradients averaged twice",
        explanation="The gradients are divided by the number of examples twice.",
        hint="Which lines divide by the number of examples, and which of them come after another?",
    ),
    _loss(
        name="one_not_subtracted",
        edits=((_SOFTMAX, f"{_SOFTMAX}\n        dscores[np.arange(len(y)), y] += 1 / len(y)"),),
        title="true class treated like the others",
        explanation="The gradient of each score is its probability, whichever class is the true "
        "one.",
        hint="Where do the labels enter your gradients?",
    ),
    _loss(
        name="bias_gradients_averaged",
        edits=(
            ("dhidden.sum(axis=0)", "dhidden.mean(axis=0)"),
            ("dscores.sum(axis=0)", "dscores.mean(axis=0)"),
        ),
        title="gradients of the biases averaged once more",
        explanation="The gradients of the biases are means over the examples of numbers that the "
        "loss has averaged already.",
        hint="One bias enters the scores of every example. How do the derivatives along several "
        "paths to one number combine?",
    ),
    _loss(
        name="bias_gradients_summed_to_a_number",
        edits=(
            ("dhidden.sum(axis=0)", "dhidden.sum()"),
            ("dscores.sum(axis=0)", "dscores.sum()"),
        ),
        title="gradients of the biases summed to single numbers",
        explanation="The gradients are summed over examples and units alike, so that all biases of "
        "a layer would get the same step.",
        hint="How many biases has each layer, and how many numbers does your gradient hold?",
    ),
    _loss(
        name="bias_gradients_exchanged",
        edits=(
            ('"b1": dhidden.sum', '"b1": dscores.sum'),
            ('"b2": dscores.sum', '"b2": dhidden.sum'),
        ),
        title="gradients of the biases exchanged",
        explanation="Each bias's gradient is stored under the other one's name.",
        hint="Has every gradient the shape of the parameter that it is stored for?",
    ),
    *regularization_mistakes(_NET, _LOSS, last='"W2"', strength="reg", factor="factor"),
    _train(
        name="step_uphill",
        edits=((_STEP, "self.params[name] + learning_rate * gradient"),),
        title="step along the gradient",
        explanation="The parameters move to where the loss rises.",
        hint="In which direction does the gradient point: to where the loss rises or falls?",
    ),
    training.learning_rate_missing(
        target=_NET,
        within="TwoLayerNet.train",
        edits=((_STEP, "self.params[name] - gradient"),),
    ),
    _train(
        name="biases_not_moved",
        edits=(
            (
                "for name, gradient in grads.items():",
                ('for name, gradient in {"W1": grads["W1"], "W2": grads["W2"]}.items():'),
            ),
        ),
        title="biases never moved",
        explanation="Only the weights take steps; the biases stay where they are.",
        hint="How many parameters does the model have, and how many does a step change?",
    ),
    _train(
        name="first_layer_not_moved",
        edits=(
            (
                "for name, gradient in grads.items():",
                ('for name, gradient in {"W2": grads["W2"], "b2": grads["b2"]}.items():'),
            ),
        ),
        title="first layer never moved",
        explanation="Only the last layer takes steps; the first one stays as it was drawn.",
        hint="How many parameters does the model have, and how many does a step change?",
    ),
    training.first_examples_always(
        target=_NET,
        within="TwoLayerNet.train",
        edits=((_BATCH, "np.arange(min(examples, batch_size))"),),
    ),
    training.all_examples_always(
        target=_NET,
        within="TwoLayerNet.train",
        edits=((_BATCH, "np.arange(examples)"),),
    ),
    training.labels_drawn_apart(
        target=_NET,
        within="TwoLayerNet.train",
        edits=(("X[batch], y[batch], reg=reg", f"X[batch], y[{_BATCH}], reg=reg"),),
    ),
    training.regularisation_ignored(
        target=_NET,
        within="TwoLayerNet.train",
        edits=(("y[batch], reg=reg)", "y[batch])"),),
    ),
    _train(
        name="learning_rate_not_decayed",
        edits=((_DECAY, ""),),
        title="learning rate never decays",
        explanation="The learning rate stays the same through all epochs.",
        hint="Which of the arguments does your result not depend on?",
    ),
    _train(
        name="learning_rate_decayed_at_every_step",
        edits=(
            (_DECAY, ""),
            (
                "            losses.append(loss)\n",
                (
                    "            losses.append(loss)\n"
                    "            learning_rate *= learning_rate_decay if step else 1\n"
                ),
            ),
        ),
        title="learning rate decays at every step",
        explanation="The learning rate is multiplied by its decay at each step instead of at each "
        "epoch.",
        hint="How many steps does an epoch have, and how often should the learning rate change?",
    ),
    training.worst_class(
        target=_NET,
        within="TwoLayerNet.predict",
        edits=(("argmax(axis=1)", "argmin(axis=1)"),),
    ),
    _predict(
        name="relu_missing_in_prediction",
        edits=(
            (
                "self.loss(X)",
                (
                    '((X @ self._oriented("W1") + self.params["b1"]) @ self._oriented("W2")'
                    ' + self.params["b2"])'
                ),
            ),
        ),
        title="no ReLU in the prediction",
        explanation="The prediction computes its own scores and leaves out the ReLU.",
        hint="Are the scores that you predict from those that your loss is taken of?",
    ),
    training.over_examples(
        target=_NET,
        within="TwoLayerNet.predict",
        edits=(("argmax(axis=1)", "argmax(axis=0)"),),
    ),
    training.scores_returned(
        target=_NET,
        within="TwoLayerNet.predict",
        edits=(("argmax(axis=1)", "max(axis=1)"),),
    ),
)

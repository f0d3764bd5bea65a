"""Mistakes in the two-layer network of the toy example, and in its training and prediction."""

from __future__ import annotations

from functools import partial

from reference.mistakes.mistake import Mistake
from reference.mistakes.regularization import regularization_mistakes

_NET = "neural_net:TwoLayerNet"
_LOSS = "TwoLayerNet.loss"

_loss = partial(Mistake, target=_NET, within=_LOSS)
_train = partial(Mistake, target=_NET, within="TwoLayerNet.train")
_predict = partial(Mistake, target=_NET, within="TwoLayerNet.predict")

_HIDDEN = 'np.maximum(X @ w1 + self.params["b1"], 0)'
_SCORES = 'hidden @ w2 + self.params["b2"]'
_SOFTMAX = "loss, dscores = softmax_loss(scores, y)"
_HIDDEN_GRADIENT = "np.where(hidden > 0, dscores @ w2.T, 0)"
_NO_LABELS = "            return scores"
_BATCH = "draw_batch(examples, min(examples, batch_size), self._generator)"
_STEP = "self.params[name] - learning_rate * gradient"
_DECAY = "                learning_rate *= learning_rate_decay\n"

MISTAKES = (
    _loss(
        name="relu_missing",
        edits=(
            (_HIDDEN, 'X @ w1 + self.params["b1"]'),
            (_HIDDEN_GRADIENT, "dscores @ w2.T"),
        ),
        title="no ReLU between the layers",
        explanation="Two affine layers follow each other, which together are one affine layer.",
        hint="What can two linear layers in a row compute that one cannot?",
    ),
    _loss(
        name="relu_on_scores",
        edits=(
            (_SCORES, f"np.maximum({_SCORES}, 0)"),
            (_SOFTMAX, f"{_SOFTMAX}\n        dscores = dscores * (scores > 0)"),
        ),
        title="ReLU after the last layer",
        explanation="Negative scores become zero, though scores may have either sign.",
        hint="Which layers of the architecture in the handout have a ReLU behind them?",
    ),
    _loss(
        name="relu_missing_in_backward",
        edits=((_HIDDEN_GRADIENT, "dscores @ w2.T"),),
        title="ReLU left out on the way back",
        explanation="The gradient goes through switched-off hidden units as if they were linear.",
        hint="Which layers did the forward pass go through, and does the backward pass visit all "
        "of them?",
    ),
    _loss(
        name="mask_from_gradient",
        edits=((_HIDDEN_GRADIENT, "np.maximum(dscores @ w2.T, 0)"),),
        title="ReLU applied to the gradient",
        explanation="The gradient passes where it is positive itself, not where the hidden unit "
        "was.",
        hint="What decides whether a hidden unit was switched on in the forward pass?",
    ),
    _loss(
        name="first_bias_not_used",
        edits=((_HIDDEN, "np.maximum(X @ w1, 0)"),),
        title="bias of the first layer not used",
        explanation="The hidden units are computed without their bias.",
        hint="Which parameter can be changed without changing the scores?",
    ),
    _loss(
        name="second_bias_not_used",
        edits=((_SCORES, "hidden @ w2"),),
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
                    "            shifted = scores - scores.max(axis=1, keepdims=True)\n"
                    "            exponentials = np.exp(shifted)\n"
                    "            return exponentials / exponentials.sum(axis=1, keepdims=True)"
                ),
            ),
        ),
        title="probabilities returned instead of scores",
        explanation="Without labels the softmax of the scores is returned, not the scores.",
        hint="Without labels, what does the docstring say is returned?",
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
    _train(
        name="learning_rate_missing",
        edits=((_STEP, "self.params[name] - gradient"),),
        title="learning rate missing in the step",
        explanation="A step is as long as the gradient, whatever the learning rate is.",
        hint="What would a learning rate of zero do, and what does yours do then?",
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
    _train(
        name="first_examples_always",
        edits=((_BATCH, "np.arange(min(examples, batch_size))"),),
        title="the same examples at every step",
        explanation="Each step takes the first examples of the training set, and the others are "
        "never seen.",
        hint="Print the indices of two steps. How should they differ?",
    ),
    _train(
        name="all_examples_always",
        edits=((_BATCH, "np.arange(examples)"),),
        title="all examples at every step",
        explanation="Each step takes the whole training set, whatever size the minibatch should "
        "have.",
        hint="Which of the arguments does your result not depend on?",
    ),
    _train(
        name="labels_drawn_apart",
        edits=(("X[batch], y[batch], reg=reg", f"X[batch], y[{_BATCH}], reg=reg"),),
        title="labels of other examples",
        explanation="Examples and labels of a step are drawn apart, so that they do not belong "
        "together.",
        hint="How does the loss know which label belongs to which example?",
    ),
    _train(
        name="regularisation_ignored",
        edits=(("y[batch], reg=reg)", "y[batch])"),),
        title="regularisation not handed on",
        explanation="The loss is taken without regularisation, whatever its strength should be.",
        hint="Which of the arguments does your result not depend on?",
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
    _predict(
        name="worst_class",
        edits=(("argmax(axis=1)", "argmin(axis=1)"),),
        title="class with the lowest score",
        explanation="The class with the lowest score is predicted.",
        hint="Which class does a high score speak for?",
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
    _predict(
        name="over_examples",
        edits=(("argmax(axis=1)", "argmax(axis=0)"),),
        title="largest score over the wrong axis",
        explanation="For each class the example with the highest score is found, instead of the "
        "class for each example.",
        hint="How many labels should come back: one for each example or one for each class?",
    ),
    _predict(
        name="scores_returned",
        edits=(("argmax(axis=1)", "max(axis=1)"),),
        title="highest score instead of its class",
        explanation="The highest score of each example is returned, not the class that has it.",
        hint="What does the caller compare your result with: scores or labels?",
    ),
)

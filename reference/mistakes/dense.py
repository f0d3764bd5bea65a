"""Mistakes in the affine layer."""

from __future__ import annotations

from functools import partial

from reference.mistakes.mistake import Mistake

_forward = partial(Mistake, target="layers:affine_forward")
_backward = partial(Mistake, target="layers:affine_backward")

MISTAKES = (
    _forward(
        name="bias_forgotten",
        edits=(("@ w + b", "@ w"),),
        title="bias forgotten",
        explanation="The output is the product of inputs and weights; the bias is not added.",
        hint="With an input of nothing but zeros, what should the layer give, and what does yours?",
    ),
    _forward(
        name="bias_subtracted",
        edits=(("@ w + b", "@ w - b"),),
        title="bias subtracted",
        explanation="The bias is taken away from the product of inputs and weights.",
        hint="If a bias grows, which way should the output of its unit go?",
    ),
    _forward(
        name="bias_on_one_example",
        edits=(("@ w + b", "@ w"), ("return out", "out[0] += b\n    return out")),
        title="bias added to one example only",
        explanation="Only the first example of the minibatch gets the bias.",
        hint="How many rows does the output have, and which of them need the bias?",
    ),
    _forward(
        name="examples_mixed",
        edits=(("x.reshape(x.shape[0], w.shape[0])", "x.reshape(w.shape[0], x.shape[0]).T"),),
        title="examples mixed up by the reshape",
        explanation="The input is cut into columns instead of rows, so that a row of the matrix "
        "holds numbers of several examples.",
        hint="Number the entries of a small input 0, 1, 2, ... and print it reshaped: which of "
        "them belong to the first example?",
    ),
    _forward(
        name="flattened_backwards",
        edits=(("w.shape[0]) @", 'w.shape[0], order="F") @'),),
        title="axes flattened in reversed order",
        explanation="Each example is flattened with its first axis running fastest instead of its "
        "last, so that its numbers meet the weights of others.",
        hint="In which order does a reshape read the entries of an array, and what has a "
        "transposition done to that order before?",
    ),
    _forward(
        name="with_relu",
        edits=(
            (
                "x.reshape(x.shape[0], w.shape[0]) @ w + b",
                "(x.reshape(x.shape[0], w.shape[0]) @ w + b).clip(min=0)",
            ),
        ),
        title="negative outputs set to zero",
        explanation="Negative outputs become zero, though an affine layer is linear and its "
        "nonlinearity a layer of its own.",
        hint="Which layer of the network decides what becomes of negative numbers?",
    ),
    _forward(
        name="not_flattened",
        edits=(("x.reshape(x.shape[0], w.shape[0]) @ w", "x @ w"),),
        title="input not flattened",
        explanation="The input is multiplied as it is, which works only for examples that are "
        "rows already.",
        hint="What shape has a minibatch of images, and which shape does a matrix product need?",
    ),
    _backward(
        name="not_flattened",
        edits=(("x.reshape(x.shape[0], w.shape[0]).T @ dout", "x.T @ dout"),),
        title="input not flattened in the gradient of the weights",
        explanation="The input is transposed as it is, which works only for examples that are "
        "rows already.",
        hint="Which shape did the input have when it was multiplied by the weights?",
    ),
    _backward(
        name="weights_divided_by_n",
        edits=((".T @ dout", ".T @ dout / x.shape[0]"),),
        title="gradient of the weights divided by N",
        explanation="The gradient of the weights is averaged over the examples, which the loss "
        "has done already.",
        hint="Which function averages over the batch, and did it do so before dout reached you?",
    ),
    _backward(
        name="divided_by_n",
        edits=((".T @ dout", ".T @ dout / x.shape[0]"), ("dout.sum(axis=0)", "dout.mean(axis=0)")),
        title="divided by N",
        explanation="The gradients of weights and biases are averaged over the examples, which "
        "the loss has done already.",
        hint="Which function averages over the batch, and did it do so before dout reached you?",
    ),
    _backward(
        name="all_divided_by_n",
        edits=(("w, _ = cache", "w, _ = cache\n    dout = dout / x.shape[0]"),),
        title="every gradient divided by N",
        explanation="All three gradients are averaged over the examples, which the loss has done "
        "already.",
        hint="Which function averages over the batch, and did it do so before dout reached you?",
    ),
    _backward(
        name="bias_averaged",
        edits=(("dout.sum(axis=0)", "dout.mean(axis=0)"),),
        title="gradient of the bias averaged over the examples",
        explanation="The gradient of the bias is the mean of the upstream gradients over the "
        "examples, not their sum.",
        hint="One bias enters the output of every example. How do the derivatives along several "
        "paths to one number combine?",
    ),
    _backward(
        name="bias_over_units",
        edits=(("dout.sum(axis=0)", "dout.sum(axis=1)"),),
        title="gradient of the bias summed over the wrong axis",
        explanation="The upstream gradient is summed over the units, which gives one number for "
        "each example instead of one for each bias.",
        hint="How many biases are there, and which axis of dout has that length?",
    ),
    _backward(
        name="bias_summed_to_a_number",
        edits=(("dout.sum(axis=0)", "dout.sum()"),),
        title="gradient of the bias summed to a single number",
        explanation="The upstream gradient is summed over examples and units alike, so that all "
        "biases would get the same step.",
        hint="How many biases are there, and how many numbers does your gradient hold?",
    ),
    _backward(
        name="bias_of_one_example",
        edits=(("dout.sum(axis=0)", "dout[0].copy()"),),
        title="gradient of the bias from one example only",
        explanation="The gradient of the bias is the upstream gradient of the first example; the "
        "others are left out.",
        hint="Which examples would give another output if a bias changed?",
    ),
    _backward(
        name="bias_of_ones",
        edits=(("dout.sum(axis=0)", "dout.sum(axis=0) * 0 + 1"),),
        title="gradient of the bias without the upstream gradient",
        explanation="The gradient of the bias is one everywhere: the derivative of the layer "
        "itself, not yet multiplied by the upstream gradient.",
        hint="Which rule joins the derivative of a layer with that of everything behind it?",
    ),
    _backward(
        name="input_left_flat",
        edits=(("(dout @ w.T).reshape(x.shape)", "dout @ w.T"),),
        title="gradient of the input left flat",
        explanation="The gradient of the input has the shape of the flattened examples, not that "
        "of the input.",
        hint="What shape did the input have before you flattened it, and who expects that of its "
        "gradient?",
    ),
    _backward(
        name="weights_not_transposed",
        edits=(("dout @ w.T", "dout @ w"),),
        title="weights not transposed in the gradient of the input",
        explanation="The upstream gradient is multiplied by the weights as they are, which fits "
        "only a layer with as many units as inputs.",
        hint="Which axis of the weights belongs to the units that dout comes from?",
    ),
    _backward(
        name="weights_transposed",
        edits=(("return dx, dw, db", "return dx, dw.T, db"),),
        title="gradient of the weights transposed",
        explanation="The gradient of the weights has its two axes exchanged.",
        hint="What shape do the weights have, and which axis of yours belongs to the inputs?",
    ),
    _backward(
        name="examples_mixed",
        edits=(
            (
                "x.reshape(x.shape[0], w.shape[0]).T @ dout",
                "x.reshape(w.shape[0], x.shape[0]) @ dout",
            ),
        ),
        title="reshaped where a transposition was needed",
        explanation="In the gradient of the weights the input is cut into the shape of its "
        "transpose, which mixes up the examples.",
        hint="Number the entries of a small input 0, 1, 2, ...: do a reshape and a transposition "
        "put them in the same places?",
    ),
    _backward(
        name="upstream_forgotten",
        edits=((".T @ dout", ".T @ (dout * 0 + 1)"),),
        title="gradient of the weights without the upstream gradient",
        explanation="The gradient of the weights sums the inputs only: the derivative of the "
        "layer itself, not yet multiplied by the upstream gradient.",
        hint="Which rule joins the derivative of a layer with that of everything behind it?",
    ),
)

"""Mistakes in the elementwise nonlinearities."""

from __future__ import annotations

from functools import partial

from reference.mistakes.mistake import Mistake

_relu_forward = partial(Mistake, target="layers:relu_forward")
_relu_backward = partial(Mistake, target="layers:relu_backward")
_leaky_forward = partial(Mistake, target="layers:leaky_relu_forward")
_leaky_backward = partial(Mistake, target="layers:leaky_relu_backward")
_sigmoid_forward = partial(Mistake, target="layers:sigmoid_forward")
_sigmoid_backward = partial(Mistake, target="layers:sigmoid_backward")
_tanh_forward = partial(Mistake, target="layers:tanh_forward")
_tanh_backward = partial(Mistake, target="layers:tanh_backward")

_RELU = "np.maximum(x, 0)"
_RELU_GRADIENT = "np.where(cache > 0, dout, 0)"
_LEAKY = "np.where(x > 0, x, slope * x)"
_LEAKY_GRADIENT = "np.where(x > 0, dout, slope * dout)"

MISTAKES = (
    _relu_forward(
        name="absolute_value",
        edits=((_RELU, "np.abs(x)"),),
        title="absolute value",
        explanation="Negative inputs lose their sign instead of becoming zero.",
        hint="Draw the function: what does it look like to the left of zero?",
    ),
    _relu_forward(
        name="negative_part",
        edits=((_RELU, "np.minimum(x, 0)"),),
        title="negative part kept",
        explanation="The inputs that should be dropped are kept, and those to be kept are dropped.",
        hint="Of an input and zero, which one should come out?",
    ),
    _relu_forward(
        name="leaky",
        edits=((_RELU, "np.where(x > 0, x, 0.01 * x)"),),
        title="leaky slope",
        explanation="Negative inputs come out a hundred times smaller, as in a leaky ReLU, not as "
        "zero.",
        hint="What is the slope of this function to the left of zero?",
    ),
    _relu_forward(
        name="clipped_at_one",
        edits=((_RELU, "np.clip(x, 0, 1)"),),
        title="clipped at one",
        explanation="Inputs above one come out as one, though a ReLU has no upper limit.",
        hint="Try an input of 5. What should come out?",
    ),
    _relu_forward(
        name="mask_returned",
        edits=((_RELU, "np.where(x > 0, 1.0, 0.0)"),),
        title="mask returned instead of the values",
        explanation="The output says which inputs are positive, as ones and zeros, but not how "
        "large they are.",
        hint="Where the input is positive, what should come out: that it is, or the input itself?",
    ),
    _relu_forward(
        name="in_place",
        edits=((_RELU, "np.maximum(x, 0, out=x)"),),
        title="input overwritten",
        explanation="The input itself is changed, and whoever holds that array goes on with other "
        "numbers.",
        hint="Is the array that you write into yours? Print the input before and after the call.",
    ),
    _relu_backward(
        name="mask_from_upstream",
        edits=((_RELU_GRADIENT, "np.where(dout > 0, dout, 0)"),),
        title="mask taken from the upstream gradient",
        explanation="The upstream gradient passes where it is positive itself, not where the "
        "input was.",
        hint="What decides whether a unit was switched on in the forward pass?",
    ),
    _relu_backward(
        name="no_mask",
        edits=((_RELU_GRADIENT, "dout.copy()"),),
        title="upstream gradient passed on everywhere",
        explanation="The gradient goes through switched-off units as if they were linear.",
        hint="Where the input was negative, how much does the output change when the input does?",
    ),
    _relu_backward(
        name="upstream_forgotten",
        edits=((_RELU_GRADIENT, "np.where(cache > 0, 1.0, 0.0)"),),
        title="upstream gradient forgotten",
        explanation="The result is the derivative of the layer itself, not yet multiplied by the "
        "upstream gradient.",
        hint="Which rule joins the derivative of a layer with that of everything behind it?",
    ),
    _relu_backward(
        name="mask_inverted",
        edits=((_RELU_GRADIENT, "np.where(cache > 0, 0, dout)"),),
        title="mask inverted",
        explanation="The gradient passes through the units that were switched off and stops at "
        "those that were on.",
        hint="Which units can change the loss: those that gave zero or the others?",
    ),
    _relu_backward(
        name="times_activation",
        edits=((_RELU_GRADIENT, "dout * np.maximum(cache, 0)"),),
        title="multiplied by the activations",
        explanation="The upstream gradient is multiplied by the layer's output instead of by its "
        "slope.",
        hint="What is the slope of the function at an input of 3? And at 5?",
    ),
    _relu_backward(
        name="leaky",
        edits=((_RELU_GRADIENT, "np.where(cache > 0, dout, 0.01 * dout)"),),
        title="leaky slope",
        explanation="A hundredth of the gradient passes through switched-off units, as in a leaky "
        "ReLU.",
        hint="What is the slope of this function to the left of zero?",
    ),
    _relu_backward(
        name="sign_of_input",
        edits=((_RELU_GRADIENT, "dout * np.sign(cache)"),),
        title="gradient of the absolute value",
        explanation="Through switched-off units the gradient passes with its sign turned.",
        hint="Where the input was negative, how much does the output change when the input does?",
    ),
    _leaky_forward(
        name="not_leaky",
        edits=((_LEAKY, "np.where(x > 0, x, 0 * x)"),),
        title="negative inputs dropped",
        explanation="Negative inputs come out as zero: the slope to the left of zero is not used.",
        hint="What is leaky about a leaky ReLU?",
    ),
    _leaky_forward(
        name="slopes_exchanged",
        edits=((_LEAKY, "np.where(x > 0, slope * x, x)"),),
        title="slopes exchanged",
        explanation="The small slope is used to the right of zero instead of to the left.",
        hint="Which inputs should pass unchanged?",
    ),
    _leaky_forward(
        name="slope_fixed",
        edits=(("slope = float(alpha)", "slope = 0.01"),),
        title="slope fixed",
        explanation="The slope is a hundredth, whatever the argument says.",
        hint="Which of the arguments does your result not depend on?",
    ),
    _leaky_forward(
        name="slope_returned",
        edits=((_LEAKY, "np.where(x > 0, x, slope)"),),
        title="slope returned for negative inputs",
        explanation="Negative inputs come out as the slope itself, not multiplied by it.",
        hint="Draw the function: is it a line or a step to the left of zero?",
    ),
    _leaky_backward(
        name="not_leaky",
        edits=((_LEAKY_GRADIENT, "np.where(x > 0, dout, 0 * dout)"),),
        title="gradient of a plain ReLU",
        explanation="No gradient passes where the input was negative.",
        hint="Where the input was negative, how much does the output change when the input does?",
    ),
    _leaky_backward(
        name="upstream_forgotten",
        edits=((_LEAKY_GRADIENT, "np.where(x > 0, dout, slope)"),),
        title="upstream gradient forgotten to the left of zero",
        explanation="Where the input was negative, the result is the slope alone, not yet "
        "multiplied by the upstream gradient.",
        hint="Which rule joins the derivative of a layer with that of everything behind it?",
    ),
    _leaky_backward(
        name="slope_fixed",
        edits=(("x, slope = cache", "x, slope = cache[0], 0.01"),),
        title="slope fixed",
        explanation="The slope is a hundredth, whatever the forward pass was given.",
        hint="What does the backward pass have to remember of the forward pass besides its input?",
    ),
    _leaky_backward(
        name="slopes_exchanged",
        edits=((_LEAKY_GRADIENT, "np.where(x > 0, slope * dout, dout)"),),
        title="slopes exchanged",
        explanation="The small slope is used to the right of zero instead of to the left.",
        hint="Where is the function steep, and where is it flat?",
    ),
    _sigmoid_forward(
        name="mirrored",
        edits=(("np.where(x >= 0,", "np.where(x < 0,"),),
        title="mirrored",
        explanation="The exponent has the wrong sign, so that the curve falls instead of rising.",
        hint="What should come out for a very large input, and what for a very small one?",
    ),
    _sigmoid_forward(
        name="overflow",
        edits=(
            ("np.where(x >= 0, 1 / (1 + decay), decay / (1 + decay))", "decay / (1 + decay)"),
            ("np.exp(-np.abs(x))", "np.exp(x)"),
        ),
        title="overflow for large inputs",
        explanation="For large inputs the exponential overflows, and infinity divided by infinity "
        "is not a number.",
        hint="Try an input of 1000: which intermediate result is too large, and can the fraction "
        "be written so that it is not needed?",
    ),
    _sigmoid_backward(
        name="of_the_output_again",
        edits=(
            ("dout * cache * (1 - cache)", "dout * again * (1 - again)"),
            ("dx: Array", "again = 1 / (1 + np.exp(-cache))\n    dx: Array"),
        ),
        title="sigmoid applied twice",
        explanation="The sigmoid is taken of what was its output already.",
        hint="What did the forward pass put into the cache: its input or its output?",
    ),
    _sigmoid_backward(
        name="upstream_forgotten",
        edits=(("dout * cache", "cache"),),
        title="upstream gradient forgotten",
        explanation="The result is the derivative of the layer itself, not yet multiplied by the "
        "upstream gradient.",
        hint="Which rule joins the derivative of a layer with that of everything behind it?",
    ),
    _sigmoid_backward(
        name="factor_missing",
        edits=(("dout * cache * (1 - cache)", "dout * (1 - cache)"),),
        title="a factor of the slope missing",
        explanation="The slope of the sigmoid is a product of two numbers, and one is left out.",
        hint="How steep is the curve far to the left, where the output is nearly zero?",
    ),
    _tanh_forward(
        name="half_argument",
        edits=(("np.tanh(x)", "np.tanh(x / 2)"),),
        title="argument halved",
        explanation="The curve is half as steep as it should be, as one gets from a sigmoid that "
        "is stretched in one direction only.",
        hint="How does the tangent follow from the sigmoid: what is stretched, and along which "
        "axes?",
    ),
    _tanh_backward(
        name="not_squared",
        edits=(("(1 - cache) * (1 + cache)", "(1 - cache)"),),
        title="output not squared",
        explanation="The slope is taken as one minus the output, not minus its square.",
        hint="The curve is as steep at minus one as at one. Is your slope?",
    ),
    _tanh_backward(
        name="upstream_forgotten",
        edits=(("dout * (1 - cache)", "(1 - cache)"),),
        title="upstream gradient forgotten",
        explanation="The result is the derivative of the layer itself, not yet multiplied by the "
        "upstream gradient.",
        hint="Which rule joins the derivative of a layer with that of everything behind it?",
    ),
    _tanh_backward(
        name="of_the_output_again",
        edits=(("dout * (1 - cache) * (1 + cache)", "dout * (1 - np.tanh(cache) ** 2)"),),
        title="tangent applied twice",
        explanation="The hyperbolic tangent is taken of what was its output already.",
        hint="What did the forward pass put into the cache: its input or its output?",
    ),
)

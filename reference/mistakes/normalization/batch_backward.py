"""What goes wrong in batch normalisation on the way back, by either derivation."""

from __future__ import annotations

from reference.mistakes.mistake import Mistake
from reference.mistakes.shared import normalizing

_BATCH_BACK = "layers:batchnorm_backward"
_BATCH_BACK_ALT = "layers:batchnorm_backward_alt"
_FORMULA = "dnormalized - mean - cache.normalized * along"

_BATCH_BACKWARD = (
    Mistake(
        name="mean_held_constant",
        target=_BATCH_BACK,
        edits=(("dx = dcentred + dmean / examples", "dx = dcentred"),),
        title="the batch's mean is taken for a constant",
        explanation="The path on which x reaches the output through the mean is left out.",
        hint="If one entry of x grows, what else in its column changes besides the entry itself?",
    ),
    Mistake(
        name="variance_held_constant",
        target=_BATCH_BACK,
        edits=(("    dcentred = dcentred + 2 * centred * dvariance / examples\n", ""),),
        title="the batch's variance is taken for a constant",
        explanation="The path on which x reaches the output through the variance is left out.",
        hint="If one entry of x moves away from the mean, what happens to all the others' scale?",
    ),
    Mistake(
        name="statistics_held_constant",
        target=_BATCH_BACK,
        edits=(("if axis is None:", "if True:"),),
        title="mean and variance are taken for constants",
        explanation="Only the direct path of x to its own output is followed, as if the batch's "
        "statistics did not depend on it.",
        hint="In how many places of the forward pass does x appear?",
    ),
    Mistake(
        name="variance_not_divided",
        target=_BATCH_BACK,
        edits=(("centred * dvariance / examples", "centred * dvariance"),),
        title="the variance's gradient is not divided by N",
        explanation="The squares are taken to be summed, where the forward pass averages them.",
        hint="What is the derivative of a mean of N squares with respect to one of them?",
    ),
    Mistake(
        name="mean_not_divided",
        target=_BATCH_BACK,
        edits=(("dmean / examples", "dmean"),),
        title="the mean's gradient is not divided by N",
        explanation="The mean's gradient goes to every example in full.",
        hint="By how much does the mean of N numbers grow if one of them grows by one?",
    ),
    Mistake(
        name="square_without_two",
        target=_BATCH_BACK,
        edits=(("2 * centred * dvariance", "centred * dvariance"),),
        title="the square's derivative has lost its 2",
        explanation="The path through the variance has half of its gradient.",
        hint="What is the derivative of a square?",
    ),
    Mistake(
        name="root_without_half",
        target=_BATCH_BACK,
        edits=(("0.5 * ddeviation * inverse", "ddeviation * inverse"),),
        title="the root's derivative has lost its one half",
        explanation="The path through the variance has twice its gradient.",
        hint="What is the derivative of a square root?",
    ),
    Mistake(
        name="inverse_with_wrong_sign",
        target=_BATCH_BACK,
        edits=(("-dinverse * inverse**2", "dinverse * inverse**2"),),
        title="the reciprocal's derivative has the wrong sign",
        explanation="The path through the variance is added where it should be taken away.",
        hint="If the deviation grows, does the output grow or shrink?",
    ),
    Mistake(
        name="inverse_not_squared",
        target=_BATCH_BACK,
        edits=(("-dinverse * inverse**2", "-dinverse * inverse"),),
        title="the reciprocal's derivative is not squared",
        explanation="The derivative of one over the deviation has the deviation to the first "
        "power in it.",
        hint="What is the derivative of 1 / s with respect to s?",
    ),
    Mistake(
        name="normalized_for_centred",
        target=_BATCH_BACK,
        edits=(("(dnormalized * centred)", "(dnormalized * normalized)"),),
        title="the normalised input stands where the centred one belongs",
        explanation="On the path through the variance the input is already divided by its "
        "deviation, once too often.",
        hint="Which two arrays does the forward pass multiply to get the normalised input?",
    ),
    normalizing.gamma_forgotten(
        target=_BATCH_BACK, edits=(("dnormalized = dout * gamma", "dnormalized = dout"),)
    ),
    normalizing.dgamma_of_centred(
        target=_BATCH_BACK, edits=(("(dout * normalized)", "(dout * centred)"),)
    ),
    Mistake(
        name="dbeta_averaged",
        target=_BATCH_BACK,
        edits=(("dbeta = dout.sum(axis=0)", "dbeta = dout.mean(axis=0)"),),
        title="dbeta is an average",
        explanation="The upstream gradients that reach the shift are averaged, and not added.",
        hint="If each of N outputs grows by one with beta, by how much does their sum grow?",
    ),
    Mistake(
        name="dgamma_and_dbeta_swapped",
        target=_BATCH_BACK,
        edits=(("return dx, dgamma, dbeta", "return dx, dbeta, dgamma"),),
        title="dgamma and dbeta are swapped",
        explanation="The gradients of scale and shift are returned in each other's place.",
        hint="Which of the two does not depend on x, and where do you return it?",
    ),
)

_BATCH_BACKWARD_ALT = (
    Mistake(
        name="mean_dropped",
        target=_BATCH_BACK_ALT,
        within="_normalize_backward",
        edits=((_FORMULA, "dnormalized - cache.normalized * along"),),
        title="the mean of the gradient is not taken away",
        explanation="The path on which x reaches the output through the mean is left out.",
        hint="What do the entries of dx add up to, column by column, and what if the whole column "
        "of x is shifted?",
    ),
    Mistake(
        name="component_dropped",
        target=_BATCH_BACK_ALT,
        within="_normalize_backward",
        edits=((_FORMULA, "dnormalized - mean"),),
        title="the gradient's component along the normalised input is not taken away",
        explanation="The path on which x reaches the output through the variance is left out.",
        hint="What happens to the output if a whole column of x is doubled, and what must dx say "
        "about that?",
    ),
    Mistake(
        name="component_added",
        target=_BATCH_BACK_ALT,
        within="_normalize_backward",
        edits=((_FORMULA, "dnormalized - mean + cache.normalized * along"),),
        title="the path through the variance has the wrong sign",
        explanation="The gradient's component along the normalised input is added.",
        hint="If the deviation grows, does the output grow or shrink?",
    ),
    Mistake(
        name="sums_for_means",
        target=_BATCH_BACK_ALT,
        within="_normalize_backward",
        edits=(
            ("(dnormalized * cache.normalized).mean(", "(dnormalized * cache.normalized).sum("),
            ("mean = dnormalized.mean(", "mean = dnormalized.sum("),
        ),
        title="sums stand where the formula has means",
        explanation="What is taken away from the gradient is N times too large.",
        hint="Where in your formula does N appear, and which terms does it belong to?",
    ),
    Mistake(
        name="n_forgotten",
        target=_BATCH_BACK_ALT,
        within="_normalize_backward",
        edits=(
            (
                "dx = dnormalized - mean - cache.normalized * along",
                "dx = (dnormalized - mean - cache.normalized * along) * len(dnormalized)",
            ),
        ),
        title="the formula's 1 / N in front is left out",
        explanation="dx is N times too large.",
        hint="Write N = 1000 copies of an example: does your dx grow with N, and should it?",
    ),
    Mistake(
        name="centred_for_normalized",
        target=_BATCH_BACK_ALT,
        within="_normalize_backward",
        edits=((_FORMULA, "dnormalized - mean - cache.centred * along"),),
        title="the centred input stands where the normalised one belongs",
        explanation="The component that is taken away is too large by the deviation.",
        hint="What is the average square of the array along which you take the component?",
    ),
    normalizing.gamma_forgotten(
        target=_BATCH_BACK_ALT,
        edits=(
            ("_normalize_backward(dout * cache.gamma, cache)", "_normalize_backward(dout, cache)"),
        ),
    ),
    normalizing.deviation_forgotten(
        target=_BATCH_BACK_ALT,
        within="_normalize_backward",
        edits=(("dx / cache.deviation", "dx"),),
    ),
    Mistake(
        name="divided_by_variance",
        target=_BATCH_BACK_ALT,
        within="_normalize_backward",
        edits=(("dx / cache.deviation", "dx / cache.deviation**2"),),
        title="dx is divided by the variance",
        explanation="The root is forgotten in the last division.",
        hint="By what did the forward pass divide the centred input?",
    ),
    normalizing.dgamma_of_centred(
        target=_BATCH_BACK_ALT, edits=(("(dout * cache.normalized)", "(dout * cache.centred)"),)
    ),
    Mistake(
        name="dgamma_with_gamma",
        target=_BATCH_BACK_ALT,
        edits=(("(dout * cache.normalized)", "(dout * cache.gamma * cache.normalized)"),),
        title="dgamma has a factor gamma too many",
        explanation="The gradient of the scale is made of a gradient that is already past it.",
        hint="Does the gradient of gamma * v with respect to gamma depend on gamma?",
    ),
)


MISTAKES = (*_BATCH_BACKWARD, *_BATCH_BACKWARD_ALT)

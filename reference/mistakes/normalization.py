"""What goes wrong in batch and layer normalisation, on the way forward and back."""

from __future__ import annotations

from reference.mistakes.mistake import Mistake
from reference.mistakes.shared import normalizing

_BATCH = "layers:batchnorm_forward"
_BATCH_BACK = "layers:batchnorm_backward"
_BATCH_BACK_ALT = "layers:batchnorm_backward_alt"
_LAYER = "layers:layernorm_forward"
_LAYER_BACK = "layers:layernorm_backward"

_EPS = 'float(bn_param.get("eps", 1e-5))'
_LAYER_EPS = 'float(ln_param.get("eps", 1e-5))'
_MOVE_MEAN = "momentum * running_mean + (1 - momentum) * mean"
_MOVE_VAR = "momentum * running_var + (1 - momentum) * var"
_STORE = 'bn_param["running_mean"], bn_param["running_var"] = running_mean, running_var'
_FORMULA = "dnormalized - mean - cache.normalized * along"

_BATCH_FORWARD = (
    Mistake(
        name="unbiased_variance",
        target=_BATCH,
        edits=(("x.var(axis=0)", "x.var(axis=0, ddof=1)"),),
        title="the batch's variance is divided by N - 1",
        explanation="The corrected variance of a sample stands in for the variance of the batch.",
        hint="What is the variance of your normalised output, to four digits, in a batch of five?",
    ),
    Mistake(
        name="eps_forgotten",
        target=_BATCH,
        edits=((f"np.sqrt(var + {_EPS})", "np.sqrt(var)"),),
        title="eps is left out",
        explanation="The deviation is the bare root of the variance, which may be zero.",
        hint="What does your code give for a feature that is the same in every example?",
    ),
    normalizing.eps_outside_root(
        target=_BATCH, edits=((f"np.sqrt(var + {_EPS})", f"(np.sqrt(var) + {_EPS})"),)
    ),
    normalizing.eps_fixed(target=_BATCH, edits=((_EPS, "1e-5"),)),
    normalizing.root_forgotten(
        target=_BATCH, edits=((f"np.sqrt(var + {_EPS})", f"(var + {_EPS})"),)
    ),
    Mistake(
        name="one_mean_for_all",
        target=_BATCH,
        edits=(("x.mean(axis=0), x.var(axis=0)", "x.mean() + 0 * x[0], x.var() + 0 * x[0]"),),
        title="one mean and one variance for all features",
        explanation="Statistics are taken over the whole array, and not feature by feature.",
        hint="How many means are there if x has D features, and what is each of them a mean of?",
    ),
    Mistake(
        name="gamma_forgotten",
        target=_BATCH,
        edits=(("gamma * normalized + beta", "normalized + beta"),),
        title="the scale gamma is left out",
        explanation="The normalised input is shifted and not scaled.",
        hint="What do you expect of the output's deviations if gamma is 1, 2, 3?",
    ),
    Mistake(
        name="beta_forgotten",
        target=_BATCH,
        edits=(("gamma * normalized + beta", "gamma * normalized"),),
        title="the shift beta is left out",
        explanation="The normalised input is scaled and not shifted.",
        hint="What do you expect of the output's means if beta is 11, 12, 13?",
    ),
    Mistake(
        name="momentum_swapped",
        target=_BATCH,
        edits=(
            (_MOVE_MEAN, "(1 - momentum) * running_mean + momentum * mean"),
            (_MOVE_VAR, "(1 - momentum) * running_var + momentum * var"),
        ),
        title="momentum and its complement are swapped",
        explanation="The running averages keep a small part of what they were and take over most "
        "of each batch.",
        hint="With a momentum of 0.9, how much of the old average should be left after one batch?",
    ),
    Mistake(
        name="momentum_fixed",
        target=_BATCH,
        edits=(('float(bn_param.get("momentum", 0.9))', "0.9"),),
        title="the option momentum is not read",
        explanation="The running averages move at their default pace whatever the options say.",
        hint="Where does the value of momentum come from, and what if the caller asks for another?",
    ),
    Mistake(
        name="last_batch_only",
        target=_BATCH,
        edits=((_MOVE_MEAN, "mean"), (_MOVE_VAR, "var")),
        title="the running averages are those of the last batch",
        explanation="Each batch's statistics replace what was gathered before.",
        hint="What do your averages still know of the first batch after the second?",
    ),
    Mistake(
        name="running_deviation",
        target=_BATCH,
        edits=((_MOVE_VAR, "momentum * running_var + (1 - momentum) * np.sqrt(var)"),),
        title="the running variance averages deviations",
        explanation="The root of the batch's variance is averaged where the variance itself is "
        "asked for.",
        hint="Which of the two is running_var to hold, and of which does test mode take the root?",
    ),
    Mistake(
        name="unbiased_running_variance",
        target=_BATCH,
        edits=((_MOVE_VAR, "momentum * running_var + (1 - momentum) * x.var(axis=0, ddof=1)"),),
        title="the running variance averages corrected variances",
        explanation="The batch is normalised by one variance, and another one, divided by N - 1, "
        "is remembered.",
        hint="Is the variance that you remember the one that you normalised with?",
    ),
    Mistake(
        name="averages_not_stored",
        target=_BATCH,
        edits=((_STORE, 'bn_param.setdefault("running_mean", 0 * running_mean)'),),
        title="the running averages are not stored",
        explanation="The new averages are computed, and bn_param does not hold them afterwards.",
        hint="How does the next call learn what the averages are now?",
    ),
    Mistake(
        name="test_by_batch",
        target=_BATCH,
        edits=(
            ("mean, var = running_mean, running_var", "mean, var = x.mean(axis=0), x.var(axis=0)"),
        ),
        title="test mode uses the batch's own statistics",
        explanation="In test mode, too, the input is normalised by its own mean and variance.",
        hint="What would your network say about a batch of a single test image?",
    ),
    Mistake(
        name="test_variance_unset",
        target=_BATCH,
        edits=(("mean, var = running_mean, running_var", "mean = running_mean"),),
        title="in test mode a variable has no value yet",
        explanation="The variance is set in training alone, and test mode reads it.",
        hint="Which of the variables that your test mode reads are set in its own branch?",
    ),
    Mistake(
        name="test_without_gamma_and_beta",
        target=_BATCH,
        edits=(
            (
                "return gamma * normalized + beta, cache",
                'return (gamma * normalized + beta if mode == "train" else normalized), cache',
            ),
        ),
        title="test mode forgets gamma and beta",
        explanation="In test mode the input is normalised, and neither scaled nor shifted.",
        hint="Which of the things that training has learned does your test mode use?",
    ),
    Mistake(
        name="test_without_eps",
        target=_BATCH,
        edits=((_EPS, f'{_EPS} * (mode == "train")'),),
        title="test mode leaves out eps",
        explanation="In test mode the deviation is the bare root of the running variance.",
        hint="What happens in test mode to a feature that was the same in all of training?",
    ),
    Mistake(
        name="test_root_forgotten",
        target=_BATCH,
        edits=(("centred / dev", 'centred / (1 if mode == "train" else deviation) / dev'),),
        title="test mode divides by the running variance and not by its root",
        explanation="In test mode the centred input is divided by a variance.",
        hint="Are the lines for training and for testing the same but for whose mean and variance "
        "they use?",
    ),
)

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

_LAYER_FORWARD = (
    Mistake(
        name="over_batch",
        target=_LAYER,
        edits=(
            ("x.var(axis=1, keepdims=True)", "x.var(axis=0, keepdims=True)"),
            ("x.mean(axis=1, keepdims=True)", "x.mean(axis=0, keepdims=True)"),
        ),
        title="normalised over the batch",
        explanation="Mean and variance are taken over the examples, which is batch normalisation.",
        hint="Does one example's output change if another example of the batch does?",
    ),
    Mistake(
        name="mean_over_batch",
        target=_LAYER,
        edits=(("x.mean(axis=1, keepdims=True)", "x.mean(axis=0, keepdims=True)"),),
        title="the mean is taken over the batch",
        explanation="Variance and mean are taken along different axes.",
        hint="What is the mean of each row of your normalised input?",
    ),
    Mistake(
        name="one_mean_for_all",
        target=_LAYER,
        edits=(
            ("x.var(axis=1, keepdims=True)", "x.var(keepdims=True)"),
            ("x.mean(axis=1, keepdims=True)", "x.mean(keepdims=True)"),
        ),
        title="one mean and one variance for the whole batch",
        explanation="Statistics are taken over the whole array, and not example by example.",
        hint="How many means are there if the batch holds N examples?",
    ),
    Mistake(
        name="unbiased_variance",
        target=_LAYER,
        edits=(("x.var(axis=1, keepdims=True)", "x.var(axis=1, keepdims=True, ddof=1)"),),
        title="the variance is divided by D - 1",
        explanation="The corrected variance of a sample stands in for the variance of the "
        "features.",
        hint="What is the variance of each row of your normalised input, to four digits?",
    ),
    Mistake(
        name="eps_forgotten",
        target=_LAYER,
        edits=((f" + {_LAYER_EPS}", ""),),
        title="eps is left out",
        explanation="The deviation is the bare root of the variance, which may be zero.",
        hint="What does your code give for an example whose features are all the same?",
    ),
    normalizing.eps_outside_root(
        target=_LAYER, edits=((f" + {_LAYER_EPS})", f") + {_LAYER_EPS}"),)
    ),
    normalizing.eps_fixed(target=_LAYER, edits=((_LAYER_EPS, "1e-5"),)),
    normalizing.root_forgotten(
        target=_LAYER, edits=(("centred / deviation", "centred / deviation**2"),)
    ),
    Mistake(
        name="gamma_and_beta_forgotten",
        target=_LAYER,
        edits=(("gamma * normalized + beta", "normalized"),),
        title="gamma and beta are left out",
        explanation="The input is normalised, and neither scaled nor shifted.",
        hint="What do you expect of the output if gamma is 3, 3, 3 and beta is 5, 5, 5?",
    ),
)

_LAYER_BACKWARD = (
    Mistake(
        name="batch_formula",
        target=_LAYER_BACK,
        within="_normalize_backward",
        edits=(
            (
                "along = (dnormalized * cache.normalized).mean(axis=cache.axis, keepdims=True)",
                "along = (dnormalized * cache.normalized).mean(axis=0, keepdims=True)",
            ),
            (
                "mean = dnormalized.mean(axis=cache.axis, keepdims=True)",
                "mean = dnormalized.mean(axis=0, keepdims=True)",
            ),
        ),
        title="batch normalisation's formula along the batch",
        explanation="The means in the gradient are taken over the examples, where the forward "
        "pass has them over the features.",
        hint="Along which axis did the forward pass take mean and variance?",
    ),
    Mistake(
        name="divided_by_n",
        target=_LAYER_BACK,
        within="_normalize_backward",
        edits=(
            (
                "cache.normalized).mean(axis=cache.axis, keepdims=True)",
                "cache.normalized).sum(axis=cache.axis, keepdims=True) / len(dnormalized)",
            ),
            (
                "dnormalized.mean(axis=cache.axis, keepdims=True)",
                "dnormalized.sum(axis=cache.axis, keepdims=True) / len(dnormalized)",
            ),
        ),
        title="sums over the features are divided by the number of examples",
        explanation="The means in the gradient are sums over D features divided by N.",
        hint="How many numbers does each of your sums run over?",
    ),
    Mistake(
        name="mean_dropped",
        target=_LAYER_BACK,
        within="_normalize_backward",
        edits=((_FORMULA, "dnormalized - cache.normalized * along"),),
        title="the mean of the gradient is not taken away",
        explanation="The path on which x reaches the output through the mean is left out.",
        hint="What do the entries of dx add up to, row by row, and what if the whole row of x is "
        "shifted?",
    ),
    Mistake(
        name="component_dropped",
        target=_LAYER_BACK,
        within="_normalize_backward",
        edits=((_FORMULA, "dnormalized - mean"),),
        title="the gradient's component along the normalised input is not taken away",
        explanation="The path on which x reaches the output through the variance is left out.",
        hint="What happens to the output if a whole row of x is doubled, and what must dx say "
        "about that?",
    ),
    Mistake(
        name="gamma_at_the_end",
        target=_LAYER_BACK,
        edits=(
            (
                "_normalize_backward(dout * cache.gamma, cache)",
                "_normalize_backward(dout, cache) * cache.gamma",
            ),
        ),
        title="gamma is multiplied after the means were taken",
        explanation="The scale is put in front of the formula, as if it were the same for all the "
        "features that a mean runs over.",
        hint="In batch normalisation gamma is one number along the axis of the mean: is it here?",
    ),
    normalizing.gamma_forgotten(
        target=_LAYER_BACK,
        edits=(
            ("_normalize_backward(dout * cache.gamma, cache)", "_normalize_backward(dout, cache)"),
        ),
    ),
    normalizing.deviation_forgotten(
        target=_LAYER_BACK,
        within="_normalize_backward",
        edits=(("dx / cache.deviation", "dx"),),
    ),
    Mistake(
        name="summed_over_features",
        target=_LAYER_BACK,
        edits=(
            ("(dout * cache.normalized).sum(axis=0)", "(dout * cache.normalized).sum(axis=1)"),
            ("dout.sum(axis=0)", "dout.sum(axis=1)"),
        ),
        title="dgamma and dbeta are summed over the features",
        explanation="There is a gradient for each example, where scale and shift belong to the "
        "features.",
        hint="What is the shape of gamma, and over which axis has it been broadcast?",
    ),
)

MISTAKES = (
    *_BATCH_FORWARD,
    *_BATCH_BACKWARD,
    *_BATCH_BACKWARD_ALT,
    *_LAYER_FORWARD,
    *_LAYER_BACKWARD,
)

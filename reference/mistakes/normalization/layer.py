"""What goes wrong in layer normalisation, on the way forward and back."""

from __future__ import annotations

from reference.mistakes.mistake import Mistake
from reference.mistakes.shared import normalizing

_LAYER = "layers:layernorm_forward"
_LAYER_BACK = "layers:layernorm_backward"
_LAYER_EPS = 'float(ln_param.get("eps", 1e-5))'
_FORMULA = "dnormalized - mean - cache.normalized * along"

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


MISTAKES = (*_LAYER_FORWARD, *_LAYER_BACKWARD)

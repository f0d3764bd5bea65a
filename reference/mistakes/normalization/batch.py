"""What goes wrong in batch normalisation on the way forward."""

from __future__ import annotations

from reference.mistakes.mistake import Mistake
from reference.mistakes.shared import normalizing

_BATCH = "layers:batchnorm_forward"
_EPS = 'float(bn_param.get("eps", 1e-5))'
_MOVE_MEAN = "momentum * running_mean + (1 - momentum) * mean"
_MOVE_VAR = "momentum * running_var + (1 - momentum) * var"
_STORE = 'bn_param["running_mean"], bn_param["running_var"] = running_mean, running_var'

MISTAKES = (
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

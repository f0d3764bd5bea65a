"""Mistakes in Adam."""

from __future__ import annotations

from functools import partial

from reference.mistakes.mistake import Mistake
from reference.mistakes.shared import updates

_adam = partial(Mistake, target="optim:adam")
_RATE = '_number(config, "learning_rate")'
_EPSILON = '_number(config, "epsilon")'
_CORRECTED = "m, v = m / (1 - beta1**t), v / (1 - beta2**t)"
_SECOND_MOMENT = "(1 - beta2) * (dw * dw)"
_STORE_MOMENTS = 'config["m"], config["v"], config["t"] = m, v, t'
_ADAM_STEP = "_scaled_step(config, m, v)"

MISTAKES = (
    _adam(
        name="no_bias_correction",
        edits=((_CORRECTED, "m, v = 1 * m, 1 * v"),),
        title="no bias correction",
        explanation="The moving means are used as they are, though in the first steps they are far "
        "below the true ones.",
        hint="The moving means start at zero. How far below their true averages are they after one "
        "step?",
    ),
    _adam(
        name="first_moment_only_corrected",
        edits=((_CORRECTED, "m = m / (1 - beta1**t)"),),
        title="second moment not corrected",
        explanation="Only the mean of the gradients is corrected for its start at zero, not that "
        "of their squares.",
        hint="Which of the two moving means starts at zero?",
    ),
    _adam(
        name="second_moment_only_corrected",
        edits=((_CORRECTED, "v = v / (1 - beta2**t)"),),
        title="first moment not corrected",
        explanation="Only the mean of the squared gradients is corrected for its start at zero, "
        "not that of the gradients.",
        hint="Which of the two moving means starts at zero?",
    ),
    _adam(
        name="steps_not_counted",
        edits=(('t = config["t"] + 1', 't = config["t"]'),),
        title="steps not counted",
        explanation="The number of steps stays what it was, and the correction with it.",
        hint="How many steps have been taken once this one is, and where is that kept?",
    ),
    _adam(
        name="counted_too_late",
        edits=(("beta1**t), v / (1 - beta2**t)", "beta1 ** (t - 1)), v / (1 - beta2 ** (t - 1))"),),
        title="step counted after its use",
        explanation="The correction uses the number of steps before this one, which is zero at the "
        "first.",
        hint="At the very first step, by what does your correction divide?",
    ),
    _adam(
        name="counted_from_one_too_late",
        edits=(
            ("epsilon=1e-8, t=0", "epsilon=1e-8, t=1"),
            ("beta1**t), v / (1 - beta2**t)", "beta1 ** (t - 1)), v / (1 - beta2 ** (t - 1))"),
        ),
        title="step counted from one, and after its use",
        explanation="The first step is right, but a number of steps that is handed in is taken for "
        "that of this step, and not of the steps before it.",
        hint="If the settings say that four steps are done, which one is it that you are taking?",
    ),
    _adam(
        name="counted_twice",
        edits=(("beta1**t), v / (1 - beta2**t)", "beta1 ** (t + 1)), v / (1 - beta2 ** (t + 1))"),),
        title="step counted twice",
        explanation="The correction is that of the step after this one.",
        hint="At the very first step, which power of the decay rates is in your correction?",
    ),
    _adam(
        name="one_decay_rate_for_both",
        edits=(
            (
                '_number(config, "beta1"), _number(config, "beta2")',
                '_number(config, "beta1"), _number(config, "beta1")',
            ),
        ),
        title="one decay rate for both means",
        explanation="Both moving means decay at the rate of the first.",
        hint="Which entry of the settings does your result not depend on?",
    ),
    _adam(
        name="count_not_stored",
        edits=((_STORE_MOMENTS, 'config["m"], config["v"] = m, v'),),
        title="number of steps not stored",
        explanation="The step is counted for the correction, but the next call does not learn of "
        "it.",
        hint="What does the next call need to know of this one?",
    ),
    _adam(
        name="moments_not_stored",
        edits=((_STORE_MOMENTS, 'config["t"] = t'),),
        title="moving means not stored",
        explanation="The moving means are used for this step and then forgotten.",
        hint="What does the next call need to know of this one?",
    ),
    _adam(
        name="corrected_moments_stored",
        edits=(("    return w -", '    config["m"], config["v"] = m, v\n    return w -'),),
        title="corrected means stored",
        explanation="The corrected means take the place of the moving means, and will be corrected "
        "again at the next step.",
        hint="Which numbers does the next step average with its gradient: corrected ones or not?",
    ),
    _adam(
        name="betas_swapped",
        edits=(
            (
                '_number(config, "beta1"), _number(config, "beta2")',
                '_number(config, "beta2"), _number(config, "beta1")',
            ),
        ),
        title="decay rates exchanged",
        explanation="Each moving mean decays at the other's rate.",
        hint="Which mean should follow the gradients more quickly: theirs or that of their "
        "squares?",
    ),
    _adam(
        name="betas_fixed",
        edits=(('_number(config, "beta1"), _number(config, "beta2")', "0.9, 0.999"),),
        title="decay rates fixed",
        explanation="The decay rates are always those of the defaults, whatever the settings say.",
        hint="Which entries of the settings does your result not depend on?",
    ),
    _adam(
        name="power_missing",
        edits=((_CORRECTED, "m, v = m / (1 - beta1), v / (1 - beta2)"),),
        title="correction independent of the step",
        explanation="The correction is that of the first step at every step.",
        hint="After a thousand steps, how much should there be to correct?",
    ),
    _adam(
        name="power_as_product",
        edits=((_CORRECTED, "m, v = m / (1 - beta1 * t), v / (1 - beta2 * t)"),),
        title="product instead of power in the correction",
        explanation="The decay rate is multiplied by the number of steps, though it is applied "
        "once in every step.",
        hint="What is left of the first gradient's weight after two steps, and after three?",
    ),
    _adam(
        name="correction_multiplied",
        edits=((_CORRECTED, "m, v = m * (1 - beta1**t), v * (1 - beta2**t)"),),
        title="multiplied by the correction",
        explanation="The moving means are made smaller still, though they are too small already.",
        hint="Are the moving means too large or too small at first?",
    ),
    _adam(
        name="not_squared",
        edits=((_SECOND_MOMENT, "(1 - beta2) * dw"),),
        title="gradient not squared",
        explanation="The second moving mean is one of the gradients, too, not of their squares.",
        hint="Two gradients of equal size and opposite sign: how large should their mean square "
        "be?",
    ),
    updates.root_missing(
        target="optim:adam", edits=((_ADAM_STEP, f"{_RATE} * m / (v + {_EPSILON})"),)
    ),
    updates.epsilon_missing(
        target="optim:adam", edits=((_ADAM_STEP, f"{_RATE} * m / np.sqrt(v)"),)
    ),
    _adam(
        name="gradient_in_step",
        edits=((_ADAM_STEP, "_scaled_step(config, dw, v)"),),
        title="gradient instead of its mean in the step",
        explanation="The step follows the present gradient, as in RMSProp, and the first moving "
        "mean is not used.",
        hint="If this gradient is zero but earlier ones were not, should the parameter move?",
    ),
    _adam(
        name="learning_rate_missing",
        edits=((_ADAM_STEP, f"m / (np.sqrt(v) + {_EPSILON})"),),
        title="learning rate left out",
        explanation="The step is not scaled by the learning rate.",
        hint="What would a learning rate of zero do, and what does yours do then?",
    ),
    updates.step_uphill(target="optim:adam", edits=((f"w - {_ADAM_STEP}", f"w + {_ADAM_STEP}"),)),
)

"""Mistakes in the update rules."""

from __future__ import annotations

from functools import partial

from reference.mistakes.mistake import Mistake

_sgd = partial(Mistake, target="optim:sgd")
_momentum = partial(Mistake, target="optim:sgd_momentum")
_nesterov = partial(Mistake, target="optim:nesterov")
_adagrad = partial(Mistake, target="optim:adagrad")
_rmsprop = partial(Mistake, target="optim:rmsprop")
_adam = partial(Mistake, target="optim:adam")

_RATE = '_number(config, "learning_rate")'
_EPSILON = '_number(config, "epsilon")'
_STEP = "_scaled_step(config, dw, cache)"
_STORE_VELOCITY = '    config["velocity"] = velocity\n'
_STORE_CACHE = '    config["cache"] = cache\n'

_PAST = '_number(config, "momentum") * _state(config, "velocity", w)'
_SMOOTHED = "(1 - decay_rate) * (dw * dw)"

_CORRECTED = "m, v = m / (1 - beta1**t), v / (1 - beta2**t)"
_SECOND_MOMENT = "(1 - beta2) * (dw * dw)"
_STORE_MOMENTS = 'config["m"], config["v"], config["t"] = m, v, t'
_ADAM_STEP = "_scaled_step(config, m, v)"

MISTAKES = (
    _sgd(
        name="step_uphill",
        edits=(("w - _number", "w + _number"),),
        title="step along the gradient",
        explanation="The parameter moves to where the loss rises.",
        hint="In which direction does the gradient point: to where the loss rises or falls?",
    ),
    _sgd(
        name="learning_rate_missing",
        edits=((f"w - {_RATE} * dw", "w - dw"),),
        title="learning rate missing",
        explanation="The step is as long as the gradient, whatever the learning rate is.",
        hint="What would a learning rate of zero do, and what does yours do then?",
    ),
    _momentum(
        name="learning_rate_missing",
        edits=((f"velocity - {_RATE} * dw", "velocity - dw"),),
        title="learning rate left out",
        explanation="The gradient enters the velocity as it is, whatever the learning rate is.",
        hint="What would a learning rate of zero do, and what does yours do then?",
    ),
    _momentum(
        name="learning_rate_twice",
        edits=(("w + velocity, config", f"w + {_RATE} * velocity, config"),),
        title="learning rate applied twice",
        explanation="The gradient is scaled by the learning rate on its way into the velocity, and "
        "the velocity once more on its way into the parameter.",
        hint="If the learning rate is halved, how much shorter should the first step be?",
    ),
    _momentum(
        name="velocity_of_gradients",
        edits=(
            (f"velocity - {_RATE} * dw", "velocity + dw"),
            ("w + velocity, config", f"w - {_RATE} * velocity, config"),
        ),
        title="velocity kept without the learning rate",
        explanation="The velocity sums gradients, and the learning rate and the sign come with the "
        "step, so that the stored velocity is another quantity.",
        hint="The handout's velocity is added to the parameter as it is. In which units is yours?",
    ),
    _momentum(
        name="gradients_without_rate",
        edits=(
            (f"velocity - {_RATE} * dw", "velocity + dw"),
            ("w + velocity, config", "w - velocity, config"),
        ),
        title="learning rate left out, and the velocity uphill",
        explanation="The velocity sums gradients as they are and is taken away from the parameter; "
        "the learning rate appears nowhere.",
        hint="What would a learning rate of zero do, and what does yours do then?",
    ),
    _momentum(
        name="momentum_twice",
        edits=(("w + velocity, config", 'w + _number(config, "momentum") * velocity, config'),),
        title="momentum applied twice",
        explanation="The new velocity is shortened once more by the momentum on its way into the "
        "parameter.",
        hint="At the very first step, when no velocity is there yet, does the momentum matter?",
    ),
    _momentum(
        name="velocity_subtracted",
        edits=(("w + velocity, config", "w - velocity, config"),),
        title="velocity subtracted from the parameter",
        explanation="The velocity, which points downhill already, is taken away from the "
        "parameter.",
        hint="Which sign has the gradient in your velocity, and which way should the step go?",
    ),
    _momentum(
        name="gradient_added",
        edits=((f"velocity - {_RATE} * dw", f"velocity + {_RATE} * dw"),),
        title="gradient added to the velocity",
        explanation="The velocity grows along the gradient, so that the step goes uphill.",
        hint="In which direction does the gradient point: to where the loss rises or falls?",
    ),
    _momentum(
        name="velocity_uphill",
        edits=(
            (f"velocity - {_RATE} * dw", f"velocity + {_RATE} * dw"),
            ("w + velocity, config", "w - velocity, config"),
        ),
        title="velocity kept with the other sign",
        explanation="The velocity points uphill and is taken away from the parameter, which is "
        "the same from rest, but another step when a velocity is there already.",
        hint="Which way does the handout's velocity point, and is it added or taken away?",
    ),
    _momentum(
        name="momentum_missing",
        edits=((_PAST, '_state(config, "velocity", w)'),),
        title="velocity never decays",
        explanation="The old velocity is kept whole, as if nothing slowed it down.",
        hint="With a gradient of zero, what should become of the velocity over many steps?",
    ),
    _momentum(
        name="momentum_fixed",
        edits=(('_number(config, "momentum")', "0.9"),),
        title="momentum fixed",
        explanation="The momentum is always that of the default, whatever the settings say.",
        hint="Which entry of the settings does your result not depend on?",
    ),
    _momentum(
        name="weighted_mean",
        edits=(
            (
                f"velocity - {_RATE} * dw",
                f'velocity - (1 - _number(config, "momentum")) * {_RATE} * dw',
            ),
        ),
        title="velocity taken as a weighted mean",
        explanation="The gradient enters with one minus the momentum, as in a moving mean, which "
        "makes steps much shorter.",
        hint="Does friction make the push of the present gradient weaker, too?",
    ),
    _momentum(
        name="velocity_not_stored",
        edits=((_STORE_VELOCITY, ""),),
        title="new velocity not stored",
        explanation="The velocity is used for this step and then forgotten.",
        hint="What does the next call need to know of this one?",
    ),
    _momentum(
        name="old_velocity_in_step",
        edits=(
            (
                f"    velocity = {_PAST}\n",
                f'    previous = _state(config, "velocity", w)\n    velocity = {_PAST}\n',
            ),
            ("w + velocity, config", "w + previous, config"),
        ),
        title="step made with the old velocity",
        explanation="The new velocity is stored, but the parameter moves by the one from before.",
        hint="At the very first step, when no velocity is there yet, does your parameter move?",
    ),
    _momentum(
        name="nesterov",
        edits=(
            (
                "w + velocity, config",
                f'w + _number(config, "momentum") * velocity - {_RATE} * dw, config',
            ),
        ),
        title="Nesterov's step mixed in",
        explanation="The parameter moves as with Nesterov momentum, which looks ahead, though "
        "plain momentum is asked for.",
        hint="By how much does the parameter move in your rule, and how much by the handout's?",
    ),
    _momentum(
        name="no_momentum",
        edits=(("w + velocity, config", f"w - {_RATE} * dw, config"),),
        title="velocity not used in the step",
        explanation="The velocity is computed and stored, but the step is that of plain gradient "
        "descent.",
        hint="If the gradient is zero but the velocity is not, should the parameter move?",
    ),
    _nesterov(
        name="plain_momentum",
        edits=(("w + velocity + momentum * (velocity - previous)", "w + velocity"),),
        title="plain momentum",
        explanation="The step does not look ahead: it is that of plain momentum.",
        hint="At which point is the gradient of Nesterov's rule taken, and where must the step end "
        "for the next one?",
    ),
    _nesterov(
        name="looks_back",
        edits=(("(velocity - previous)", "(previous - velocity)"),),
        title="looking back instead of ahead",
        explanation="The correction by the change of velocity has the wrong sign.",
        hint="If the velocity grows, does looking ahead lead further or less far?",
    ),
    _nesterov(
        name="learning_rate_missing",
        edits=((f"previous - {_RATE} * dw", "previous - dw"),),
        title="learning rate left out",
        explanation="The gradient enters the velocity as it is, whatever the learning rate is.",
        hint="What would a learning rate of zero do, and what does yours do then?",
    ),
    _nesterov(
        name="velocity_not_stored",
        edits=((_STORE_VELOCITY, ""),),
        title="new velocity not stored",
        explanation="The velocity is used for this step and then forgotten.",
        hint="What does the next call need to know of this one?",
    ),
    _adagrad(
        name="not_accumulated",
        edits=(('_state(config, "cache", w) + dw * dw', "dw * dw"),),
        title="squares not accumulated",
        explanation="Only the present gradient is squared; those of earlier steps are forgotten.",
        hint="After many steps, what should the cache hold?",
    ),
    _adagrad(
        name="not_squared",
        edits=(("+ dw * dw", "+ dw"),),
        title="gradient not squared",
        explanation="The cache sums the gradients themselves, which can cancel, and has no root "
        "when negative.",
        hint="What happens to the divisor when the gradient is negative?",
    ),
    _adagrad(
        name="root_missing",
        edits=((_STEP, f"{_RATE} * dw / (cache + {_EPSILON})"),),
        title="root missing",
        explanation="The step is divided by the sum of squares instead of its root.",
        hint="If all gradients were ten times as large, how should the steps change?",
    ),
    _adagrad(
        name="cache_not_stored",
        edits=((_STORE_CACHE, ""),),
        title="new cache not stored",
        explanation="The cache is used for this step and then forgotten.",
        hint="What does the next call need to know of this one?",
    ),
    _rmsprop(
        name="root_missing",
        edits=((_STEP, f"{_RATE} * dw / (cache + {_EPSILON})"),),
        title="root missing",
        explanation="The step is divided by the mean square of the gradients instead of its root.",
        hint="If all gradients were ten times as large, how should the steps change?",
    ),
    _rmsprop(
        name="epsilon_missing",
        edits=((_STEP, f"{_RATE} * dw / np.sqrt(cache)"),),
        title="epsilon missing",
        explanation="Nothing keeps the divisor from zero where all gradients have been zero.",
        hint="What is zero divided by zero, and which parameters never get a gradient?",
    ),
    _rmsprop(
        name="decay_swapped",
        edits=(("decay_rate = _number", "decay_rate = 1 - _number"),),
        title="weights of old and new exchanged",
        explanation="The old mean gets the small weight and the new square the large one.",
        hint="With a decay rate near one, should the mean change quickly or slowly?",
    ),
    _rmsprop(
        name="not_squared",
        edits=((_SMOOTHED, "(1 - decay_rate) * dw"),),
        title="gradient not squared",
        explanation="The cache is a mean of the gradients themselves, which can cancel.",
        hint="Two gradients of equal size and opposite sign: how large should their mean square "
        "be?",
    ),
    _rmsprop(
        name="new_square_unweighted",
        edits=((_SMOOTHED, "(dw * dw)"),),
        title="new square not weighted",
        explanation="The squared gradient is added whole, so that the cache is no mean but a sum "
        "many times as large.",
        hint="If the gradient is always the same, which number should the cache settle at?",
    ),
    _rmsprop(
        name="adagrad",
        edits=(
            (
                f'decay_rate * _state(config, "cache", w) + {_SMOOTHED}',
                '_state(config, "cache", w) + dw * dw',
            ),
        ),
        title="AdaGrad's sum instead of a moving mean",
        explanation="The cache never forgets: it sums all squares, as AdaGrad does.",
        hint="What happens to the steps after a long training if the cache can only grow?",
    ),
    _rmsprop(
        name="old_cache_in_step",
        edits=(
            (_STORE_CACHE, '    previous = _state(config, "cache", w)\n' + _STORE_CACHE),
            (_STEP, "_scaled_step(config, dw, previous)"),
        ),
        title="step made with the old cache",
        explanation="The step is divided by the root of the cache from before this gradient.",
        hint="At the very first step, when the cache is empty, by what do you divide?",
    ),
    _rmsprop(
        name="cache_not_stored",
        edits=((_STORE_CACHE, ""),),
        title="new cache not stored",
        explanation="The cache is used for this step and then forgotten.",
        hint="What does the next call need to know of this one?",
    ),
    _rmsprop(
        name="decay_fixed",
        edits=(('decay_rate = _number(config, "decay_rate")', "decay_rate = 0.99"),),
        title="decay rate fixed",
        explanation="The decay rate is always that of the default, whatever the settings say.",
        hint="Which entry of the settings does your result not depend on?",
    ),
    _rmsprop(
        name="learning_rate_missing",
        edits=((_STEP, f"dw / (np.sqrt(cache) + {_EPSILON})"),),
        title="learning rate left out",
        explanation="The step is not scaled by the learning rate.",
        hint="What would a learning rate of zero do, and what does yours do then?",
    ),
    _rmsprop(
        name="step_uphill",
        edits=((f"w - {_STEP}", f"w + {_STEP}"),),
        title="step along the gradient",
        explanation="The parameter moves to where the loss rises.",
        hint="In which direction does the gradient point: to where the loss rises or falls?",
    ),
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
    _adam(
        name="root_missing",
        edits=((_ADAM_STEP, f"{_RATE} * m / (v + {_EPSILON})"),),
        title="root missing",
        explanation="The step is divided by the mean square of the gradients instead of its root.",
        hint="If all gradients were ten times as large, how should the steps change?",
    ),
    _adam(
        name="epsilon_missing",
        edits=((_ADAM_STEP, f"{_RATE} * m / np.sqrt(v)"),),
        title="epsilon missing",
        explanation="Nothing keeps the divisor from zero where all gradients have been zero.",
        hint="What is zero divided by zero, and which parameters never get a gradient?",
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
    _adam(
        name="step_uphill",
        edits=((f"w - {_ADAM_STEP}", f"w + {_ADAM_STEP}"),),
        title="step along the gradient",
        explanation="The parameter moves to where the loss rises.",
        hint="In which direction does the gradient point: to where the loss rises or falls?",
    ),
)

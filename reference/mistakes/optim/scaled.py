"""Mistakes in the update rules that divide by the root of a sum or mean of squares."""

from __future__ import annotations

from functools import partial

from reference.mistakes.mistake import Mistake
from reference.mistakes.shared import updates

_adagrad = partial(Mistake, target="optim:adagrad")
_rmsprop = partial(Mistake, target="optim:rmsprop")
_RATE = '_number(config, "learning_rate")'
_EPSILON = '_number(config, "epsilon")'
_STEP = "_scaled_step(config, dw, cache)"
_STORE_CACHE = '    config["cache"] = cache\n'
_SMOOTHED = "(1 - decay_rate) * (dw * dw)"

MISTAKES = (
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
    updates.cache_not_stored(target="optim:adagrad", edits=((_STORE_CACHE, ""),)),
    updates.root_missing(
        target="optim:rmsprop", edits=((_STEP, f"{_RATE} * dw / (cache + {_EPSILON})"),)
    ),
    updates.epsilon_missing(
        target="optim:rmsprop", edits=((_STEP, f"{_RATE} * dw / np.sqrt(cache)"),)
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
    updates.cache_not_stored(target="optim:rmsprop", edits=((_STORE_CACHE, ""),)),
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
    updates.step_uphill(target="optim:rmsprop", edits=((f"w - {_STEP}", f"w + {_STEP}"),)),
)

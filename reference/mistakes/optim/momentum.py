"""Mistakes in plain gradient descent, and in momentum of either kind."""

from __future__ import annotations

from functools import partial

from reference.mistakes.mistake import Mistake
from reference.mistakes.shared import updates

_sgd = partial(Mistake, target="optim:sgd")
_momentum = partial(Mistake, target="optim:sgd_momentum")
_nesterov = partial(Mistake, target="optim:nesterov")
_RATE = '_number(config, "learning_rate")'
_STORE_VELOCITY = '    config["velocity"] = velocity\n'
_PAST = '_number(config, "momentum") * _state(config, "velocity", w)'

MISTAKES = (
    updates.step_uphill(target="optim:sgd", edits=(("w - _number", "w + _number"),)),
    _sgd(
        name="learning_rate_missing",
        edits=((f"w - {_RATE} * dw", "w - dw"),),
        title="learning rate missing",
        explanation="The step is as long as the gradient, whatever the learning rate is.",
        hint="What would a learning rate of zero do, and what does yours do then?",
    ),
    updates.velocity_without_rate(
        target="optim:sgd_momentum", edits=((f"velocity - {_RATE} * dw", "velocity - dw"),)
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
    updates.velocity_not_stored(target="optim:sgd_momentum", edits=((_STORE_VELOCITY, ""),)),
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
    updates.velocity_without_rate(
        target="optim:nesterov", edits=((f"previous - {_RATE} * dw", "previous - dw"),)
    ),
    updates.velocity_not_stored(target="optim:nesterov", edits=((_STORE_VELOCITY, ""),)),
)

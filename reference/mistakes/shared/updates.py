"""Mistakes that update rules have in common."""

from __future__ import annotations

from functools import partial

from reference.mistakes.mistake import Mistake

step_uphill = partial(
    Mistake,
    name="step_uphill",
    title="step along the gradient",
    explanation="The parameter moves to where the loss rises.",
    hint="In which direction does the gradient point: to where the loss rises or falls?",
)

velocity_without_rate = partial(
    Mistake,
    name="learning_rate_missing",
    title="learning rate left out",
    explanation="The gradient enters the velocity as it is, whatever the learning rate is.",
    hint="What would a learning rate of zero do, and what does yours do then?",
)

velocity_not_stored = partial(
    Mistake,
    name="velocity_not_stored",
    title="new velocity not stored",
    explanation="The velocity is used for this step and then forgotten.",
    hint="What does the next call need to know of this one?",
)

cache_not_stored = partial(
    Mistake,
    name="cache_not_stored",
    title="new cache not stored",
    explanation="The cache is used for this step and then forgotten.",
    hint="What does the next call need to know of this one?",
)

root_missing = partial(
    Mistake,
    name="root_missing",
    title="root missing",
    explanation="The step is divided by the mean square of the gradients instead of its root.",
    hint="If all gradients were ten times as large, how should the steps change?",
)

epsilon_missing = partial(
    Mistake,
    name="epsilon_missing",
    title="epsilon missing",
    explanation="Nothing keeps the divisor from zero where all gradients have been zero.",
    hint="What is zero divided by zero, and which parameters never get a gradient?",
)

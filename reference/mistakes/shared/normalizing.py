"""Mistakes that normalisations have in common, alone and joined with other layers."""

from __future__ import annotations

from functools import partial

from reference.mistakes.mistake import Mistake

eps_outside_root = partial(
    Mistake,
    name="eps_outside_root",
    title="eps is added to the deviation and not to the variance",
    explanation="The small constant is added after the root, where it counts for much more.",
    hint="To which of the two, variance or deviation, does the paper add eps?",
)

eps_fixed = partial(
    Mistake,
    name="eps_fixed",
    title="the option eps is not read",
    explanation="The constant has its default value whatever the options say.",
    hint="Where does the value of eps come from, and what if the caller asks for another?",
)

root_forgotten = partial(
    Mistake,
    name="root_forgotten",
    title="divided by the variance and not by its root",
    explanation="The centred input is divided by its variance, so that its scale is inverted.",
    hint="In which unit is the variance if x is in metres, and in which is your output?",
)

averages_lost = partial(
    Mistake,
    name="averages_lost",
    title="the running averages do not reach the caller",
    explanation="The averages are stored in a copy of the options.",
    hint="Which dictionary does the caller look at afterwards, and which one did you change?",
)

normalized_last = partial(
    Mistake,
    name="normalized_last",
    title="normalised after the ReLU",
    explanation="The ReLU sees values that are not yet normalised.",
    hint="Which three layers follow each other, by the block's name?",
)

gamma_forgotten = partial(
    Mistake,
    name="gamma_forgotten",
    title="gamma is left out of dx",
    explanation="The upstream gradient goes past the scale unchanged.",
    hint="By what does the forward pass multiply the normalised input, and what is that on "
    "the way back?",
)

dgamma_of_centred = partial(
    Mistake,
    name="dgamma_of_centred",
    title="dgamma is made of the centred input",
    explanation="The gradient of the scale multiplies dout with an input that is not yet "
    "divided by its deviation.",
    hint="By which array is gamma multiplied on the way forward?",
)

deviation_forgotten = partial(
    Mistake,
    name="deviation_forgotten",
    title="dx is not divided by the deviation",
    explanation="The gradient is that of the normalised input, and not of x.",
    hint="In which unit is dx if x is in metres?",
)

dgamma_and_dbeta_swapped = partial(
    Mistake,
    name="dgamma_and_dbeta_swapped",
    title="dgamma and dbeta are swapped",
    explanation="The gradients of scale and shift are returned in each other's place.",
    hint="In which order did the forward pass take its arguments?",
)

"""What goes wrong in dropout and in its gradient.

Taking ``p`` for the chance to drop instead of that to keep is no mistake: courses do both.
"""

from __future__ import annotations

from reference.mistakes.mistake import Mistake

_FORWARD = "layers:dropout_forward"
_BACKWARD = "layers:dropout_backward"

_SCALE = " / (chance_to_keep or 1.0)"
_TEST = """\
    if mode == "test":
        return x.copy(), (dropout_param, None)
"""
_TEST_BACK = """\
    if mask is None:
        return dout.copy()
"""
_DRAW = '_draw(x.shape, dropout_param.get("seed"))'

MISTAKES = (
    Mistake(
        name="not_rescaled",
        target=_FORWARD,
        edits=((_SCALE, ""),),
        title="what is kept is not rescaled",
        explanation="Entries are dropped, and those kept stay as they were, so that the mean "
        "shrinks.",
        hint="What is the mean of the output in training, compared with that of the input?",
    ),
    Mistake(
        name="rescaled_by_dropped",
        target=_FORWARD,
        edits=((_SCALE, " / (1 - chance_to_keep or 1.0)"),),
        title="divided by the chance to drop",
        explanation="Entries that are kept are rescaled by the share of those that are not.",
        hint="If three of four entries are kept, by what must each of them be multiplied?",
    ),
    Mistake(
        name="multiplied_by_chance",
        target=_FORWARD,
        edits=((_SCALE, " * chance_to_keep"),),
        title="multiplied by the chance to keep",
        explanation="Entries that are kept are made smaller, where dropping has already made the "
        "mean smaller.",
        hint="What is the mean of the output in training, compared with that of the input?",
    ),
    Mistake(
        name="rescaled_twice",
        target=_FORWARD,
        edits=(("return x * mask,", "return x * mask / (chance_to_keep or 1.0),"),),
        title="rescaled twice",
        explanation="The mask is divided by the chance to keep, and so is what it has masked.",
        hint="Where in your code do you divide, and what has been divided before?",
    ),
    Mistake(
        name="mask_inverted",
        target=_FORWARD,
        edits=(("kept.astype", "(~kept).astype"),),
        title="p read in two ways",
        explanation="The entries that are kept are divided by the chance to be dropped: either the "
        "mask or its scale takes p for the other of both chances.",
        hint="If p is 0.25, what share of the entries does your mask keep, and what are they "
        "divided by?",
    ),
    Mistake(
        name="normal_draws",
        target=_FORWARD,
        within="_draw",
        edits=(
            ("np.random.random_sample(shape)", "np.random.standard_normal(shape)"),
            (".random_sample(shape)\n", ".standard_normal(shape)\n"),
        ),
        title="the mask is drawn from a normal distribution",
        explanation="A bell-shaped draw is compared with a probability, which keeps another share "
        "than is asked for.",
        hint="What share of your draws lies below 0.5, and below 0?",
    ),
    Mistake(
        name="one_mask_for_all_examples",
        target=_FORWARD,
        edits=((_DRAW, _DRAW.replace("x.shape", "x.shape[1:]")),),
        title="all examples share one mask",
        explanation="The mask is drawn once for all rows of the batch.",
        hint="What is the shape of your mask, and which entries share one draw?",
    ),
    Mistake(
        name="seed_ignored",
        target=_FORWARD,
        edits=((_DRAW, "_draw(x.shape, None)"),),
        title="the seed is not used",
        explanation="The mask is drawn anew even where the options fix it.",
        hint="What should two calls with the same seed have in common, and who relies on it?",
    ),
    Mistake(
        name="always_one_mask",
        target=_FORWARD,
        edits=((_DRAW, '_draw(x.shape, dropout_param.get("seed", 0))'),),
        title="the same mask in every call",
        explanation="The generator is seeded even where no seed is asked for.",
        hint="Call it twice without a seed: which entries are dropped?",
    ),
    Mistake(
        name="drops_in_test_mode",
        target=_FORWARD,
        edits=((_TEST, ""),),
        title="test mode drops, too",
        explanation="Entries are dropped at random whatever the mode.",
        hint="Should a trained network answer the same question differently each time?",
    ),
    Mistake(
        name="rescaled_in_test_mode",
        target=_FORWARD,
        edits=(("return x.copy(),", "return x * p,"),),
        title="test mode rescales, too",
        explanation="The input is multiplied by p in test mode, as plain dropout does, which "
        "leaves training unscaled.",
        hint="By what has training already divided, and what is left to do in test mode?",
    ),
    Mistake(
        name="zero_in_test_mode",
        target=_FORWARD,
        edits=(("return x.copy(),", "return 0 * x,"),),
        title="test mode gives zeros",
        explanation="In test mode nothing of the input reaches the output.",
        hint="Which entries are dropped in test mode?",
    ),
    Mistake(
        name="mask_forgotten",
        target=_BACKWARD,
        edits=(("dout * mask", "dout.copy()"),),
        title="no mask on the way back",
        explanation="Entries that were dropped receive a gradient as if they had been kept.",
        hint="How does the output change with an entry that was dropped?",
    ),
    Mistake(
        name="scale_forgotten",
        target=_BACKWARD,
        edits=(("dout * mask", "dout * (mask != 0)"),),
        title="the scale is forgotten on the way back",
        explanation="The upstream gradient is masked, and not multiplied by what the kept entries "
        "were multiplied by.",
        hint="By what was a kept entry multiplied on the way forward?",
    ),
    Mistake(
        name="rescaled_twice",
        target=_BACKWARD,
        edits=(("dout * mask", "dout * mask * mask.max()"),),
        title="rescaled twice on the way back",
        explanation="The mask already holds the scale, and the gradient is divided by it again.",
        hint="What are the values in the mask that you cached?",
    ),
    Mistake(
        name="mask_inverted",
        target=_BACKWARD,
        edits=(("dout * mask", "dout * (mask == 0) * mask.max()"),),
        title="dropped entries receive the gradient",
        explanation="The gradient goes to what was dropped, and not to what was kept.",
        hint="How does the output change with an entry that was dropped?",
    ),
    Mistake(
        name="mask_drawn_again",
        target=_BACKWARD,
        edits=(
            (
                "dout * mask",
                "dout * (_draw(dout.shape, None) < np.mean(mask != 0)) * mask.max()",
            ),
        ),
        title="another mask is drawn on the way back",
        explanation="The gradient passes through entries that have nothing to do with those that "
        "were kept.",
        hint="Which entries did the forward pass keep, and how does the backward pass know?",
    ),
    Mistake(
        name="rescaled_in_test_mode",
        target=_BACKWARD,
        edits=(("return dout.copy()", 'return dout * cache[0]["p"]'),),
        title="test mode rescales on the way back",
        explanation="In test mode the gradient is multiplied by p, where the output is the input.",
        hint="What does the forward pass do to its input in test mode?",
    ),
    Mistake(
        name="test_mode_forgotten",
        target=_BACKWARD,
        edits=((_TEST_BACK, ""),),
        title="there is no mask in test mode",
        explanation="The gradient is multiplied by a mask that test mode has never drawn.",
        hint="What does your cache hold after a forward pass in test mode?",
    ),
)

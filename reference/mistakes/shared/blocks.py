"""Mistakes that layers joined with a ReLU or with pooling have in common."""

from __future__ import annotations

from functools import partial

from reference.mistakes.mistake import Mistake

gradient_rectified = partial(
    Mistake,
    name="gradient_rectified",
    title="the upstream gradient is rectified",
    explanation="Negative gradients are set to zero, whatever the input of the ReLU was.",
    hint="What decides whether a gradient passes a ReLU: its own sign or something else's?",
)

caches_swapped = partial(
    Mistake,
    name="caches_swapped",
    title="the two layers' caches are swapped",
    explanation="Each layer's backward pass gets what the other one has remembered.",
    hint="In which order did the forward pass put the two caches together?",
)

pooling_forgotten = partial(
    Mistake,
    name="pooling_forgotten",
    title="nothing is pooled",
    explanation="The activations are returned at the convolution's full size.",
    hint="How high and how wide is the block's output, compared with its input?",
)

pooling_skipped = partial(
    Mistake,
    name="pooling_skipped",
    title="the way back goes past the pooling",
    explanation="The gradient of the pooled images is taken for that of the activations.",
    hint="What is the shape of dout, and what shape does the ReLU's backward pass expect?",
)

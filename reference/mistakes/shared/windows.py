"""Mistakes that convolution and pooling have in common, as both move a window."""

from __future__ import annotations

from functools import partial

from reference.mistakes.mistake import Mistake

stride_ignored = partial(
    Mistake,
    name="stride_ignored",
    title="the window moves by one pixel whatever the stride",
    explanation="Neighbouring outputs see windows one pixel apart, and not a stride apart.",
    hint="With stride 2, which pixel is in the corner of the window that gives out[..., 1, 0]?",
)

rows_and_columns_swapped = partial(
    Mistake,
    name="rows_and_columns_swapped",
    title="rows and columns of the output are swapped",
    explanation="Entry (i, j) of the output sees the window that belongs to entry (j, i).",
    hint="Put a single bright pixel into the top right corner: where does it show in out?",
)

stride_ignored_on_the_way_back = partial(
    Mistake,
    name="stride_ignored",
    title="the stride is ignored on the way back",
    explanation="Gradients go to windows one pixel apart, where the forward pass had them a "
    "stride apart.",
    hint="Which pixels did out[..., 1, 0] see on the way forward, with stride 2?",
)

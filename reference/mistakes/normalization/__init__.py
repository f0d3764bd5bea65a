"""What goes wrong in batch and layer normalisation, on the way forward and back."""

from __future__ import annotations

from reference.mistakes.normalization import batch, batch_backward, layer

MISTAKES = (*batch.MISTAKES, *batch_backward.MISTAKES, *layer.MISTAKES)

"""Mistakes in the update rules."""

from __future__ import annotations

from reference.mistakes.optim import adam, momentum, scaled

MISTAKES = (*momentum.MISTAKES, *scaled.MISTAKES, *adam.MISTAKES)

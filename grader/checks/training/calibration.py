"""Thresholds of accuracy, from what the reference reaches when it is trained several times."""

from __future__ import annotations

import math
from collections.abc import Sequence

from grader.errors import AssignmentError

GRID = 0.05
"""Thresholds are whole multiples of this: another BLAS moves an accuracy by far less."""
LEAST_ABOVE_CHANCE = 0.3
"""How far above a guess a threshold must lie, so that what has not learnt falls short of it."""


def threshold(accuracies: Sequence[float], *, margin: float, classes: int, name: str) -> float:
    """Return the accuracy to ask for: the reference's worst less a margin, rounded down.

    Parameters
    ----------
    accuracies : sequence of float
        Of the reference, one per training, from 0 to 1.
    margin : float
        What the worst of other trainings may fall below the worst of these.
    classes : int
        Number of classes, all equally frequent.
    name : str
        Of the check, for the message.

    Raises
    ------
    AssignmentError
        If the reference learns too little for a threshold to tell anything.
    """
    # A multiple of the grid that came out a hair too small must not fall to the one below.
    steps = math.floor((min(accuracies) - margin) / GRID + 1e-9)
    asked = round(steps * GRID, 2)
    if asked < 1 / classes + LEAST_ABOVE_CHANCE:
        raise AssignmentError(
            f"{name}: the reference gets only {min(accuracies):.0%} right after this training: "
            "train it longer, on more images, or on images with less noise"
        )
    return asked


def require_reach(accuracies: Sequence[float], wanted: float, *, margin: float, name: str) -> None:
    """Check that the reference earns everything with a margin.

    Raises
    ------
    AssignmentError
        If one of its trainings does not.
    """
    if min(accuracies) < wanted + margin:
        raise AssignmentError(
            f"{name}: the reference gets {min(accuracies):.0%} right, expected at least "
            f"{wanted + margin:.0%}, so that what earns everything can be reached"
        )

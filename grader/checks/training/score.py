"""Points by accuracy, where a handout gives a formula for them."""

from __future__ import annotations

import math

from grader.records import record


@record
class AccuracyScore:
    """Points that grow evenly from nothing to everything, by whole percents of accuracy.

    Raises
    ------
    ValueError
        If the accuracies are not between 0 and 1, or not in this order.
    """

    nothing_until: float
    """Accuracy, from 0 to 1, up to which nothing is earned."""
    everything_from: float
    """Accuracy, from 0 to 1, from which on everything is."""

    def __post_init__(self) -> None:
        if not 0 <= self.nothing_until < self.everything_from <= 1:
            raise ValueError(
                f"nothing_until is {self.nothing_until} and everything_from "
                f"{self.everything_from}: expected two growing accuracies from 0 to 1"
            )

    def share(self, accuracy: float) -> float:
        """Return the share of the points that an accuracy earns, from 0 to 1."""
        # 0.57 - 0.28 is a little less than 0.29, and must not lose a percent by it.
        gained = math.floor(100 * (accuracy - self.nothing_until) + 1e-9)
        span = 100 * (self.everything_from - self.nothing_until)
        return min(max(gained / span, 0.0), 1.0)

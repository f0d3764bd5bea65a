"""An experiment on a network with dropout, which tells the same whatever masks are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from grader.candidate.base import Candidate
from grader.checks.dropout_network import DropoutNetworkCheck
from grader.checks.experiments import Experiment
from grader.model import Status
from grader.records import record

_SEED = 231


@record(kw_only=True)
class MaskedNetwork(Experiment):
    """Train a network with dropout once, and hold it against the masks that it shows.

    Parts are ``masks``, ``loss`` and the parameters; each is how far it is from what follows from
    the masks: nothing in a right network.
    """

    sizes: tuple[int, ...]
    """Of input, hidden layers and scores."""

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the class."""
        return self._check.targets

    @property
    def inputs(self) -> Mapping[str, Any]:
        """Return nothing: the check that this rests on declares its own."""
        return {}

    def place_of(self, part: str) -> int | str | None:
        """Return the key of a gradient."""
        return part

    def observe(self, candidate: Candidate, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the error of each part, none for one that is right."""
        outcomes = self._check.examine(candidate, {}, _SEED)
        return {
            part: 0.0
            if outcome.status is Status.PASSED
            else None
            if outcome.error is None
            else float(np.clip(outcome.error, -1e9, 1e9))
            for part, outcome in outcomes.items()
        }

    @property
    def _check(self) -> DropoutNetworkCheck:
        layers = range(1, len(self.sizes))
        names = [f"{letter}{layer}" for layer in layers for letter in "Wb"]
        return DropoutNetworkCheck(
            id="masked",
            sizes=self.sizes,
            points=dict.fromkeys(("masks", "loss", *names), 0.0),
            tolerance=1e-6,
        )

"""An experiment on networks that behave differently when tested, once their averages settled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.candidate.base import KEEP_ALL, Candidate, Method
from grader.checks.models import ModelLoss
from grader.records import record

REPETITIONS = 300
"""Calls with the same batch; with a momentum of 0.9 the averages are then 1e-14 from its own."""


@record(kw_only=True)
class SettledScores(ModelLoss):
    """Ask a network for ``scores`` after it has seen one batch, the same, very often.

    The running averages of its batch normalisation are then those of the batch, so that its
    scores are the same in training and in test mode. Some years' starters never switch to test
    mode, by a slip of the course's own; what is left to see is whether each layer keeps its
    averages from call to call.
    """

    observed: tuple[str, ...] = ("scores",)

    def observe(self, candidate: Candidate, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the scores of the batch."""
        model, _, _, writes = self._prepare(candidate, values)
        step = Method(model, "loss", (values["X"], values["y"]), {}, frozenset({KEEP_ALL}))
        candidate.run([*writes, *[step] * REPETITIONS])
        return {"scores": candidate.method(model, "loss", values["X"])}

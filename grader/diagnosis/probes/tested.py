"""An experiment on networks that behave differently when tested, after a few steps of training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.candidate.base import KEEP_ALL, Candidate, Method
from grader.checks.models import ModelLoss
from grader.records import record

_STEPS = 2


@record(kw_only=True)
class Tested(ModelLoss):
    """Ask a network for ``scores`` after it has seen a batch twice, and then of a part of it."""

    observed: tuple[str, ...] = ("scores",)

    def observe(self, candidate: Candidate, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the scores of all examples but the first."""
        model, _, _, writes = self._prepare(candidate, values)
        step = Method(model, "loss", (values["X"], values["y"]), {}, frozenset({KEEP_ALL}))
        candidate.run([*writes, *[step] * _STEPS])
        return {"scores": candidate.method(model, "loss", values["X"][1:])}

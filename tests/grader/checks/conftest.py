"""Candidates made of plain functions, and the reference."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from grader.candidate.local import LocalCandidate
from grader.checks.base import Check
from grader.model import Outcome
from reference.targets import resolve

SEED = 7

Judge = Callable[..., dict[str, Outcome]]


@pytest.fixture
def reference() -> LocalCandidate:
    """Return the reference as a candidate."""
    return LocalCandidate(resolve)


@pytest.fixture
def judge(reference: LocalCandidate) -> Judge:
    """Return a function that runs a check on the reference with some targets replaced."""

    def run(
        check: Check, changed: Mapping[str, Any] | None = None, seed: int = SEED
    ) -> dict[str, Outcome]:
        replaced = changed or {}

        def find(name: str) -> Any:
            return replaced[name] if name in replaced else resolve(name)

        candidate = LocalCandidate(find)
        return check.run(candidate, check.expect(reference, seed), seed)

    return run

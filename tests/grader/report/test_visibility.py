"""What a check that is not public tells students."""

from __future__ import annotations

import pytest

from grader.candidate.local import LocalCandidate
from grader.checks.cells import CellCheck
from grader.model import CheckResult, Status
from grader.report.visibility import shown_check
from grader.settings import Visibility

CELL = """
import numpy as np
from course.layers import affine_forward
for secret in [41.5]:
    out = affine_forward(secret)
    assert out.sum() < 1, 'not below the secret'
"""


@pytest.mark.parametrize("returned", [None, 2.0, "text"])
def test_a_hidden_cell_is_not_quoted(returned: object) -> None:
    """Neither the line at which a cell stopped, nor its loops, nor its messages are shown."""
    check = CellCheck(
        id="hidden.cell", source=CELL, points={"out_sum": 1}, visibility=Visibility.HIDDEN
    )
    candidate = LocalCandidate(lambda _: lambda _secret: returned)
    (outcome,) = check.run(candidate, {}, seed=0).values()
    assert outcome.status is Status.FAILED
    result = CheckResult(
        id="hidden.cell.out_sum",
        question="affine",
        kind=check.kind,
        targets=check.targets,
        outcome=outcome,
        score=0.0,
        max_score=1.0,
        visibility=check.visibility,
        seconds=0.0,
    )
    said = repr(shown_check(result).outcome)
    assert "secret" in repr(outcome)
    assert "secret" not in said

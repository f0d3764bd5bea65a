from __future__ import annotations

import pytest

from grader.model import CheckResult, Kind, Outcome, Status
from grader.report.check_ids import name_parts


def make_check(check_id: str) -> CheckResult:
    """Return a row that failed."""
    failed = Outcome(Status.FAILED)
    return CheckResult(check_id, "affine", Kind.VALUE, ("layers:f",), failed, 0.0, 2.0)


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        (["f.dx", "f.dw"], "dx, dw"),
        (["N.a.W1", "N.a.W2", "N.b.W1", "N.b.W2"], "a, b · W1, W2"),
        (["N.a.W1", "N.b.W1", "N.b.W2"], "a · W1; b · W1, W2"),
        (["N.loss.loss", "N.reg_loss.loss"], "loss, reg_loss"),
        (["f"], ""),
    ],
)
def test_parts_are_named_in_one_phrase(ids: list[str], expected: str) -> None:
    """Settings with the same parts are named once, and a part only if it says something new."""
    assert name_parts(make_check(check_id) for check_id in ids) == expected

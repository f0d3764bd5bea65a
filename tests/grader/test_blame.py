"""An exception inside a right function is the mistake of whoever called it."""

from __future__ import annotations

import pytest

from grader.blame import find_caller, find_right_functions
from grader.model import CheckResult, Kind, Location, Outcome, Status

TRACEBACK = (
    "cs231n/classifiers/fc_net.py:101 in loss",
    "cs231n/layer_utils.py:20 in affine_relu_forward",
    "cs231n/layers.py:16 in affine_forward",
    "ValueError: shapes (2,3) and (4,5) not aligned",
)


def result(check: str, status: Status) -> CheckResult:
    """Return a row of a report."""
    target = f"layers:{check.partition('.')[0]}"
    return CheckResult(check, "q", Kind.VALUE, (target,), Outcome(status), 0.0, 1.0)


@pytest.mark.parametrize(
    ("right", "found"),
    [
        (set(), None),
        ({"affine_relu_forward"}, None),
        ({"affine_forward"}, Location("cs231n/layer_utils.py", 20)),
        (
            {"affine_forward", "affine_relu_forward"},
            Location("cs231n/classifiers/fc_net.py", 101),
        ),
        ({"affine_forward", "affine_relu_forward", "loss"}, None),
    ],
)
def test_the_nearest_caller_that_may_be_wrong_is_blamed(
    right: set[str], found: Location | None
) -> None:
    """Functions that pass their own checks are passed over, from the inside outwards."""
    assert find_caller(TRACEBACK, frozenset(right)) == found


def test_a_function_is_right_if_all_its_own_parts_pass() -> None:
    """One failing part is enough, and functions without checks of their own are not known."""
    results = [
        result("affine_forward.out", Status.PASSED),
        result("affine_backward.dx", Status.PASSED),
        result("affine_backward.dw", Status.FAILED),
        result("relu_forward.out", Status.ERRORED),
    ]
    assert find_right_functions(results) == {"affine_forward"}

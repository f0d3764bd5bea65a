"""What is said of an exception, and where it is placed."""

from __future__ import annotations

import pytest

from grader.candidate.failures import FailureDescriber
from grader.candidate.replies import RemoteError
from grader.model import Location
from grader.submission.overlay import ModuleSource

OWN = ModuleSource("layers.py", ("layers",), False, "a\nb\nc\n", False)
GIVEN = ModuleSource("fast_layers.py", ("fast_layers",), False, "a\nb\nc\n", True)
CALLS = ("layers.py", 2, "conv_forward_naive")
RAISES = ("fast_layers.py", 3, "conv_forward_fast")


@pytest.mark.parametrize(
    ("frames", "place"),
    [
        ((CALLS, RAISES), Location("layers.py", 2)),
        ((RAISES, CALLS), Location("layers.py", 2)),
        ((RAISES,), Location("fast_layers.py", 3)),
        ((), None),
    ],
)
def test_an_exception_is_placed_in_code_that_the_student_can_mend(
    frames: tuple[tuple[str, int, str], ...], place: Location | None
) -> None:
    """The innermost line of their own; one of the course's only where there is no other."""
    describer = FailureDescriber({one.path: one for one in (OWN, GIVEN)})
    failure = describer.describe_exception(RemoteError(0, "ValueError", "no", frames), "calling")
    assert failure.location == place
    assert len(failure.traceback) == len(frames) + 1

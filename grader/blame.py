"""Moves the blame for an exception from a function that is right to the one that called it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from grader.model import CheckResult, Location, Status

_FRAME = re.compile(r"(?P<file>.+):(?P<line>\d+) in (?P<function>\w+)")


def find_right_functions(results: Iterable[CheckResult]) -> frozenset[str]:
    """Return the functions all of whose own checks passed, by name."""
    passed: dict[str, bool] = {}
    for result in results:
        for target in result.targets:
            name = target.partition(":")[2]
            own = result.id.partition(".")[0] == name
            if own:
                passed[name] = passed.get(name, True) and result.outcome.status is Status.PASSED
    return frozenset(name for name, right in passed.items() if right)


def find_caller(traceback: Sequence[str], right: frozenset[str]) -> Location | None:
    """Return the innermost frame that is not in a function known to be right.

    Parameters
    ----------
    traceback : sequence of str
        As in ``Evidence``: ``file:line in function``, innermost last, then what was raised.
    right : set of str
        Names of functions whose own checks pass.

    Returns
    -------
    Location or None
        None if the innermost frame is to blame after all, or there is no other.
    """
    frames = [found for line in traceback if (found := _FRAME.fullmatch(line))]
    if not frames or frames[-1]["function"] not in right:
        return None
    for frame in reversed(frames):
        if frame["function"] not in right:
            return Location(frame["file"], int(frame["line"]))
    return None

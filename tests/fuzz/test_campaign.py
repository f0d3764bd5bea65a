"""A campaign counts what it is to find, and goes on where it was."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from campaign import Target, run_campaign

from grader.errors import SubmissionError


def target_of(run: Callable[[int], str]) -> Target[int]:
    """Return a target that is given small numbers."""
    return Target(
        make=lambda random: random.randrange(4),
        run=run,
        allowed_bytes=lambda _: 1 << 20,
        allowed_seconds=0.1,
    )


def _fail(number: int) -> str:
    if number == 3:
        raise SubmissionError("not expected by this target")
    return "good"


def _grow(number: int) -> str:
    return str(len(bytes(2 << 20))) if number == 3 else "good"


def _dawdle(number: int) -> str:
    started = time.process_time()
    while number == 3 and time.process_time() - started < 0.5:
        pass
    return "good"


@pytest.mark.parametrize(
    ("run", "told"), [(_fail, "SubmissionError"), (_grow, "allowed 1048576"), (_dawdle, "took 0.5")]
)
def test_what_goes_wrong_is_a_failure(run: Callable[[int], str], told: str) -> None:
    """Exceptions, memory and time over their bounds are told with the number of the case."""
    progress = run_campaign(target_of(run), cases=12, seed=2)
    assert 0 < len(progress.failures) < 12
    assert all(failure.startswith("case ") and told in failure for failure in progress.failures)
    assert progress.done == 12


def test_an_interrupted_campaign_goes_on(tmp_path: Path) -> None:
    """In two steps it runs the same cases as in one; with another seed it begins anew."""
    seen: list[int] = []

    def run(number: int) -> str:
        seen.append(number)
        return str(number)

    whole = run_campaign(target_of(run), cases=20, seed=1)
    state = tmp_path / "state.json"
    run_campaign(target_of(run), cases=8, seed=1, state=state)
    halves = run_campaign(target_of(run), cases=20, seed=1, state=state)
    assert seen[:20] == seen[20:]
    assert halves.outcomes == whole.outcomes
    assert run_campaign(target_of(run), cases=5, seed=2, state=state).done == 5
    assert seen[40:] == [Random(f"2:{number}").randrange(4) for number in range(5)]

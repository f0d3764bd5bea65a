"""A short run of what the nightly programs do with frames and conversations."""

from __future__ import annotations

import struct
from functools import cache

import conversations
import frames
import pytest
from campaign import draw, run_campaign
from frame_mutations import pack
from hypothesis import given, settings
from hypothesis import strategies as st
from recording import Recorded, record

READER = cache(frames.Reader)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.integers(0, 1 << 32))
def test_mutated_frames_are_read_or_refused(seed: int) -> None:
    """Nothing but ProtocolError is raised, whatever a worker sends, and judging raises nothing."""
    target = frames.make_target(READER())
    assert target.run(draw(target, seed, 0))


def test_mutated_frames_take_little_memory_and_time() -> None:
    """Neither a frame nor its judging takes more than its length allows."""
    target = frames.make_target(READER())
    progress = run_campaign(target, cases=400, seed=11)
    assert progress.failures == []
    assert progress.outcomes["replies"] > 10
    assert sum(name.startswith("refused") for name in progress.outcomes) > 15


def test_recorded_frames_are_read_as_they_came() -> None:
    """Fuzzing starts from frames that the grader takes, of every kind."""
    reader = READER()
    outcomes = []
    for recorded in record():
        data = pack(recorded.header.encode(), recorded.body)
        if '"cache"' not in recorded.header:  # tokens of another conversation
            outcomes.append(reader.run(frames.Frame(recorded, data)))
    assert set(outcomes) == {"replies", "an exception", "a call-back"}


@pytest.mark.parametrize("shape", [[1 << 32, 1 << 32], [1 << 47, 1 << 17], [1 << 16] * 4])
def test_products_that_overflow_are_no_small_arrays(shape: list[int]) -> None:
    """Lengths whose product is zero in 64 bits do not pass for an empty body."""
    header = f'{{"id":1,"replies":[{{"ok":{{"a":["<f8",{shape}]}}}}]}}'
    recorded = Recorded(1, 1, header, b"")
    found = READER().run(frames.Frame(recorded, pack(header.encode(), b"")))
    assert "longer than the body" in found


def test_a_length_of_the_whole_address_space_is_refused() -> None:
    """The prefix alone decides; nothing is allocated for what it announces."""
    data = struct.pack("<4sIQ", b"GRW1", 2, (1 << 64) - 1) + b"{}"
    assert "over the limit" in READER().run(frames.Frame(record()[0], data))


def test_conversations_with_hostile_workers_end() -> None:
    """Late, doubled, misplaced, mutated and missing answers end in values or in a status."""
    target = conversations.make_target(conversations.Talk())
    progress = run_campaign(target, cases=12, seed=5)
    assert progress.failures == []
    assert progress.done == 12

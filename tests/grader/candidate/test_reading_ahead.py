"""Frames come out as they were sent, wherever the pipe has cut them and whatever follows them."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.candidate.conversation import WorkerEnded
from grader.candidate.wire import pack_frame
from grader.settings import Limits
from grader.worker.main import Worker

if sys.platform != "linux":
    pytest.skip("there are pidfds on Linux only", allow_module_level=True)

from grader.candidate.process import WorkerProcess

SIZES = st.sampled_from([0, 1, 7, 8, 16, 24, 4079, 4080, 4081, 4096, 9000, 70_000])
FRAMES = st.lists(st.tuples(SIZES, SIZES.filter(lambda size: size < 9001)), min_size=1, max_size=4)
CUTS = st.lists(st.integers(1, 5000), min_size=1, max_size=6)


@pytest.fixture(scope="module")
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """Give a process to be taken for the worker."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process
        process.kill()


def make_frames(sizes: list[tuple[int, int]]) -> list[tuple[dict[str, Any], bytes]]:
    """Return headers and bodies of these sizes, each unlike the others."""
    return [
        ({"id": number, "text": "x" * text}, bytes([number]) * body)
        for number, (body, text) in enumerate(sizes, start=1)
    ]


def write_in_pieces(pipe: int, data: bytes, cuts: list[int]) -> None:
    """Write all of it, a few bytes at a time, and close the pipe."""
    done = turn = 0
    while done < len(data):
        done += os.write(pipe, data[done : done + cuts[turn % len(cuts)]])
        turn += 1
    os.close(pipe)


@settings(max_examples=60, deadline=None)
@given(sizes=FRAMES, cuts=CUTS)
def test_the_grader_reads_every_frame_and_then_the_end(
    sleeper: subprocess.Popen[bytes], sizes: list[tuple[int, int]], cuts: list[int]
) -> None:
    """What was read ahead of one reply is the beginning of the next, and is lost with no other."""
    frames = make_frames(sizes)
    data = b"".join(piece for frame in frames for piece in pack_frame(frame[0], [frame[1]]))
    requests, replies, output, trace = (os.pipe() for _ in range(4))
    ours = (requests[1], replies[0], output[0], trace[0])
    worker = WorkerProcess(os.pidfd_open(sleeper.pid), *ours, limits=Limits())
    writer = threading.Thread(target=write_in_pieces, args=(replies[1], data, cuts))
    writer.start()
    try:
        assert [worker._receive([]) for _ in frames] == frames
        with pytest.raises(WorkerEnded):
            worker._receive([])
    finally:
        writer.join()
        for descriptor in (worker._pidfd, *ours, requests[0], output[1], trace[1]):
            os.close(descriptor)


@settings(max_examples=60, deadline=None)
@given(sizes=FRAMES, cuts=CUTS)
def test_the_worker_reads_every_frame_and_then_the_end(
    sizes: list[tuple[int, int]], cuts: list[int]
) -> None:
    """The same on the other side."""
    frames = make_frames(sizes)
    data = b"".join(piece for frame in frames for piece in pack_frame(frame[0], [frame[1]]))
    reading, writing = os.pipe()
    writer = threading.Thread(target=write_in_pieces, args=(writing, data, cuts))
    writer.start()
    try:
        worker = Worker(reading, -1)
        assert [worker._receive() for _ in frames] == frames
        assert worker._receive() is None
    finally:
        writer.join()
        os.close(reading)

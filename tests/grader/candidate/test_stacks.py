"""Stacks are read from whatever stands on the trace pipe, forged or real."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from grader.candidate.stacks import Frame, most_frequent, read_stacks

REAL = b"""Fatal Python error: Segmentation fault

Current thread 0x00007f1e6c (most recent call first):
  File "/usr/lib/python3.11/ctypes/__init__.py", line 517 in string_at
  File "cs231n/layers.py", line 9 in affine_forward
  File "/opt/grader/worker/main.py", line 80 in serve
Current thread 0x00007f1e6c (most recent call first):
  File "\\xfcbung/\\u043c.py", line 3 in f
"""


def test_frames_are_read_innermost_first() -> None:
    """Files, lines and functions of every stack are told, names in any alphabet."""
    first, second = read_stacks(REAL)
    assert first[1] == Frame("cs231n/layers.py", 9, "affine_forward")
    assert second == (Frame("übung/м.py", 3, "f"),)


def test_only_the_innermost_line_of_the_submission_counts() -> None:
    """Frames of NumPy and of the grader are not the student's."""
    stacks = read_stacks(REAL * 2)
    files = frozenset({"cs231n/layers.py", "/nowhere.py"})
    assert most_frequent(stacks, files) == [(Frame("cs231n/layers.py", 9, "affine_forward"), 2)]


@given(st.binary(max_size=300))
def test_anything_can_be_on_the_pipe(written: bytes) -> None:
    """No bytes at all make reading fail, and no text has lone surrogates."""
    start = b'most recent call first:\n  File "' + written + b'", line 1 in f\\ud800\n'
    for stack in read_stacks(start):
        for frame in stack:
            (frame.file + frame.function).encode()

"""Runs something in a child that leaves no trace in this process, and returns what it says."""

import gc
import os
import warnings
from collections.abc import Callable
from typing import NoReturn

from grader.isolation.failure import IsolationError


def start(work: Callable[[], str]) -> tuple[int, int]:
    """Run `work` in a child, and return its number and the descriptor that its text comes from."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        # Threads that numpy's BLAS started here take no part: the child only makes system calls.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        gc.disable()  # a collection would write to, and so copy, every page with an object
        _answer(writing, work)
    os.close(writing)
    return child, reading


def finish(child: int, reading: int) -> str:
    """Return the text of what was started apart.

    Raises
    ------
    IsolationError
        With the child's own words, if it failed.
    """
    with open(reading, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    if not answer.startswith(b"+"):
        raise IsolationError(answer[1:].decode("utf-8", "replace") or "the attempt was killed")
    return answer[1:].decode("utf-8", "replace")


def _answer(writing: int, work: Callable[[], str]) -> NoReturn:
    try:
        os.write(writing, b"+" + work().encode())
    except BaseException as error:  # noqa: BLE001 - told to the parent, which raises
        os.write(writing, b"-" + (str(error) or type(error).__name__).encode())
    finally:
        os._exit(0)

"""Shares the images of a minibatch out to threads."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

Result = TypeVar("Result")


def run_in_threads(work: Callable[[slice], Result], count: int, threads: int) -> list[Result]:
    """Run `work` on consecutive parts of `count` images, each in a thread of its own.

    Kernels and BLAS release Python's lock, so the parts run side by side. One thread is this
    one: nothing is started then. BLAS may start threads of its own in each part, and should be
    told not to (``OPENBLAS_NUM_THREADS=1``) where parts run side by side.

    Parameters
    ----------
    work : callable
        Takes the slice of the images that it shall work on.
    count : int
        Number of images.
    threads : int
        At least 1. So many parts are made, but none without an image, save the only one.

    Returns
    -------
    list
        What `work` returned for each part, in the order of the images.
    """
    parts = _split(count, max(1, min(threads, count)))
    if len(parts) == 1:
        return [work(parts[0])]
    with ThreadPoolExecutor(len(parts)) as pool:
        # NumPy's error state, numpy.errstate, is part of the context.
        futures = [pool.submit(copy_context().run, work, part) for part in parts]
        return [future.result() for future in futures]


def _split(count: int, parts: int) -> list[slice]:
    bounds = [count * number // parts for number in range(parts + 1)]
    return [slice(first, end) for first, end in itertools.pairwise(bounds)]

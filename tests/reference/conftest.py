"""Numeric differentiation that the reference's tests share, independent of the grader's own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[Any]
Arrays: TypeAlias = dict[str, FloatArray]
Agree: TypeAlias = Callable[[Callable[[Arrays], float], Arrays, Arrays, np.random.Generator], bool]
Differentiate: TypeAlias = Callable[[Callable[[], Any], FloatArray, FloatArray], FloatArray]


@pytest.fixture(scope="session")
def relative_error() -> Callable[[FloatArray, FloatArray], float]:
    """Return the course's relative error."""

    def measure(first: FloatArray, second: FloatArray) -> float:
        assert np.shape(first) == np.shape(second)
        scale = np.maximum(1e-8, np.abs(first) + np.abs(second))
        return float(np.max(np.abs(first - second) / scale))

    return measure


@pytest.fixture(scope="session")
def differentiate() -> Differentiate:
    """Return a function that differentiates ``sum(f() * upstream)`` by every entry of `x`."""

    def central_differences(
        f: Callable[[], Any], x: FloatArray, upstream: FloatArray, step: float = 1e-5
    ) -> FloatArray:
        gradient = np.zeros_like(x)
        for index in np.ndindex(x.shape):
            kept = x[index]
            x[index] = kept + step
            above = np.sum(f() * upstream)
            x[index] = kept - step
            below = np.sum(f() * upstream)
            x[index] = kept
            gradient[index] = (above - below) / (2 * step)
        return gradient

    return central_differences


@pytest.fixture
def seeds(request: pytest.FixtureRequest) -> Iterator[int]:
    """Iterate over the seeds at which a gradient is tried: 25, or as many as GRADIENT_SEEDS says.

    The long run keeps its place in pytest's cache, for each test and each version of the
    reference, so that after an interruption it goes on where it was.
    """
    asked = os.environ.get("GRADIENT_SEEDS")
    return iter(range(25)) if asked is None else _resume(request, int(asked))


def _resume(request: pytest.FixtureRequest, count: int) -> Iterator[int]:
    digest = sha256(request.node.nodeid.encode())
    for path in sorted((Path(__file__).parents[2] / "reference").rglob("*.py*")):
        if path.suffix in {".py", ".pyx"}:
            digest.update(path.read_bytes())
    place = f"gradient_seeds/{digest.hexdigest()[:20]}"
    cache = request.config.cache
    for seed in range(cache.get(place, 0), count):
        yield seed
        if (seed + 1) % 25 == 0 or seed + 1 == count:
            cache.set(place, seed + 1)


@pytest.fixture(scope="session")
def agree_along_a_direction() -> Agree:
    """Return a function that compares gradients with the slope of `f` along random directions.

    It returns False where `f` has a kink within the step, which has no slope to compare
    with; the point is then to be drawn again. Whether there is one, `f` alone decides.
    """

    def agree(
        f: Callable[[Arrays], float],
        arrays: Arrays,
        gradients: Arrays,
        generator: np.random.Generator,
        step: float = 1e-5,
    ) -> bool:
        directions = {name: generator.uniform(-1, 1, a.shape) for name, a in arrays.items()}

        def move(length: float) -> float:
            return f({name: a + length * directions[name] for name, a in arrays.items()})

        middle, far, near = move(0.0), *((move(d), move(-d)) for d in (step, step / 2))
        slope, closer = (far[0] - far[1]) / (2 * step), (near[0] - near[1]) / step
        bend = (far[0] - 2 * middle + far[1]) / step
        closer_bend = (near[0] - 2 * middle + near[1]) / (step / 2)
        predicted = sum(float((gradients[name] * directions[name]).sum()) for name in arrays)
        tolerance = 1e-6 * (1 + abs(slope))
        # At half the step a smooth function's slope is the same and its bend is half; a kink
        # changes the one unless it is at the middle, and the other unless it is a third away.
        if max(abs(slope - closer), abs(2 * closer_bend - bend)) > tolerance:
            return False
        assert abs(predicted - slope) <= tolerance
        return True

    return agree

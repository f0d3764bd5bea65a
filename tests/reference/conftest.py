"""Numeric differentiation that the reference's tests share, independent of the grader's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import pytest
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[Any]
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

"""Speed of the reference's fast layers and losses, as ratios to slower or foreign ones.

``tox run -e torch`` runs this with PyTorch, ``docs/reference-benchmarks.md`` holds results. Each
round times first the rival and then ours, so that both see the same machine, and the ratio is
that of the medians. One thread each.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from reference import fast
from reference.layers import convolution, pooling
from reference.linear_classifiers import (
    softmax_loss_naive,
    softmax_loss_vectorized,
    svm_loss_naive,
    svm_loss_vectorized,
)

Array = np.ndarray[Any, Any]

# N, C, side of the image, F, side of the filters, stride, pad.
SHAPES = [
    (100, 3, 31, 25, 3, 2, 1),
    (50, 3, 32, 32, 7, 1, 3),
    (50, 32, 32, 32, 3, 1, 1),
]
MOST_OF_PYTORCH = {"float32": 1.5, "float64": 1.0}


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        pytest.fail("set OPENBLAS_NUM_THREADS=1, so that each side has one thread")
    if not fast.kernels_available():
        pytest.fail(f"the fast layers run {fast.kernel_status()}")


class Convolution:
    """Arguments of one convolution, run forward and backward."""

    def __init__(self, shape: tuple[int, ...], dtype: str) -> None:
        images, channels, side, filters, field, stride, pad = shape
        generator = np.random.default_rng(0)
        self.x, self.w, self.b = (
            generator.normal(size=size).astype(dtype)
            for size in ((images, channels, side, side), (filters, channels, field, field), filters)
        )
        self.settings = {"stride": stride, "pad": pad}
        out, _ = fast.conv_forward_fast(self.x, self.w, self.b, self.settings)
        self.dout = generator.normal(size=out.shape).astype(dtype)

    def run_fast(self) -> None:
        """Run the fast layer."""
        _, cache = fast.conv_forward_fast(self.x, self.w, self.b, self.settings)
        fast.conv_backward_fast(self.dout, cache)

    def run_naive(self) -> None:
        """Run the loops."""
        _, cache = convolution.conv_forward_naive(self.x, self.w, self.b, self.settings)
        convolution.conv_backward_naive(self.dout, cache)

    def prepare_pytorch(self) -> Callable[[], None]:
        """Return what runs PyTorch on the same arrays."""
        torch = pytest.importorskip("torch", reason="run by tox run -e torch")
        torch.set_num_threads(1)
        tensors = [torch.tensor(array, requires_grad=True) for array in (self.x, self.w, self.b)]
        dout, settings = torch.tensor(self.dout), self.settings

        def run() -> None:
            out = torch.nn.functional.conv2d(
                *tensors, stride=settings["stride"], padding=settings["pad"]
            )
            torch.autograd.grad(out, tensors, dout)

        return run


def measure(
    benchmark: BenchmarkFixture,
    ours: Callable[[], object],
    rival: Callable[[], object],
    rounds: int = 25,
) -> float:
    """Time both in turns, and return the median of the rival's over the median of ours."""
    times: list[float] = []

    def time_rival() -> None:
        start = time.perf_counter()
        rival()
        times.append(time.perf_counter() - start)

    benchmark.pedantic(ours, setup=time_rival, rounds=rounds)
    ratio = statistics.median(times) / benchmark.stats.stats.median
    benchmark.extra_info |= {
        "rival_ms": round(1e3 * statistics.median(times), 2),
        "ours_ms": round(1e3 * benchmark.stats.stats.median, 2),
        "rival_over_ours": round(ratio, 2),
    }
    print(benchmark.name, benchmark.extra_info)
    return ratio


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_convolution_keeps_up_with_pytorch(
    benchmark: BenchmarkFixture, shape: tuple[int, ...], dtype: str
) -> None:
    """In float64 it is no slower, in float32 it takes at most half as long again."""
    problem = Convolution(shape, dtype)
    rival = problem.prepare_pytorch()
    assert measure(benchmark, problem.run_fast, rival) >= 1 / MOST_OF_PYTORCH[dtype]


def test_convolution_is_200_times_the_loops(benchmark: BenchmarkFixture) -> None:
    """On the course's shape, forward and backward."""
    problem = Convolution(SHAPES[0], "float64")
    assert measure(benchmark, problem.run_fast, problem.run_naive, rounds=3) >= 200


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_max_pooling_is_150_times_the_loops(benchmark: BenchmarkFixture, dtype: str) -> None:
    """On the course's shape, forward and backward."""
    generator = np.random.default_rng(0)
    x = generator.normal(size=(100, 3, 32, 32)).astype(dtype)
    dout = generator.normal(size=(100, 3, 16, 16)).astype(dtype)
    settings = {"pool_height": 2, "pool_width": 2, "stride": 2}

    def run_fast() -> None:
        fast.max_pool_backward_fast(dout, fast.max_pool_forward_fast(x, settings)[1])

    def run_naive() -> None:
        pooling.max_pool_backward_naive(dout, pooling.max_pool_forward_naive(x, settings)[1])

    assert measure(benchmark, run_fast, run_naive, rounds=7) >= 150


@pytest.mark.parametrize(
    ("vectorized", "naive"),
    [(softmax_loss_vectorized, softmax_loss_naive), (svm_loss_vectorized, svm_loss_naive)],
)
def test_vectorised_losses_are_8_times_the_loops(
    benchmark: BenchmarkFixture, vectorized: Callable[..., Any], naive: Callable[..., Any]
) -> None:
    """500 examples of 3073 features in 10 classes, as in the course; mostly it is 11 to 25."""
    generator = np.random.default_rng(0)
    X, W = generator.normal(size=(500, 3073)), 1e-4 * generator.normal(size=(3073, 10))
    y = generator.integers(10, size=500)
    ratio = measure(benchmark, lambda: vectorized(W, X, y, 5e-6), lambda: naive(W, X, y, 5e-6))
    assert ratio >= 8


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_cost_grows_linearly_with_the_images(
    benchmark: BenchmarkFixture, shape: tuple[int, ...]
) -> None:
    """Four times the images take four times as long, give or take a quarter."""
    few, many = (Convolution((count, *shape[1:]), "float64") for count in (40, 160))
    ratio = measure(benchmark, few.run_fast, many.run_fast, rounds=15)
    assert 3 <= ratio <= 5

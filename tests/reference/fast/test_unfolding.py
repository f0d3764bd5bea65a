"""How the fast layers divide their work: bands, tiles, blocks and threads change no result."""

from __future__ import annotations

import itertools
import tracemalloc
from typing import Any

import numpy as np
import pytest

from reference import fast
from reference.fast import unfolding
from reference.fast.parallel import run_in_threads
from reference.layers import convolution

Array = np.ndarray[Any, Any]

needs_kernels = pytest.mark.skipif(
    not fast.kernels_available(), reason="the kernels are not compiled"
)
# N, C, side of the image, F, side of the filters, stride, pad.
SHAPES = [
    (7, 2, 11, 3, 3, 2, 1),
    (5, 3, 9, 3, 4, 1, 2),
    (4, 3, 10, 2, 5, 1, 0),
    (3, 2, 8, 4, 1, 1, 0),
]


def draw(shape: tuple[int, ...], dtype: Any = np.float64) -> tuple[list[Array], dict[str, int]]:
    """Draw images, filters and biases, and return them with stride and padding."""
    images, channels, side, filters, field, stride, pad = shape
    generator = np.random.default_rng(0)
    sizes = (images, channels, side, side), (filters, channels, field, field), filters
    arrays = [generator.normal(size=size).astype(dtype) for size in sizes]
    return arrays, {"stride": stride, "pad": pad}


def run(arrays: list[Array], settings: dict[str, int], **options: int) -> list[Array]:
    """Run the fast layer forward and backward."""
    out, cache = fast.conv_forward_fast(*arrays, settings, **options)
    dout = np.random.default_rng(1).normal(size=out.shape)
    return [out, *fast.conv_backward_fast(dout, cache, **options)]


@needs_kernels
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("buffer_bytes", [1, 3000, 10**6])
@pytest.mark.parametrize("tile_products", [1, 2500, 10**6])
def test_bands_and_tiles_of_any_size_give_the_naive_result(
    monkeypatch: pytest.MonkeyPatch, shape: tuple[int, ...], buffer_bytes: int, tile_products: int
) -> None:
    """One row of windows at a time, tiles that do not divide the rows, or all at once."""
    monkeypatch.setattr(unfolding, "BUFFER_BYTES", buffer_bytes)
    monkeypatch.setattr(unfolding, "TILE_PRODUCTS", tile_products)
    monkeypatch.setattr(unfolding, "LEAST_TILE_PIXELS", 1)
    arrays, settings = draw(shape)
    out, cache = convolution.conv_forward_naive(*arrays, settings)
    dout = np.random.default_rng(1).normal(size=out.shape)
    expected = [out, *convolution.conv_backward_naive(dout, cache)]
    for got, wanted in zip(run(arrays, settings), expected, strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("threads", [2, 3, 100])
def test_threads_change_no_more_than_rounding(shape: tuple[int, ...], threads: int) -> None:
    """Also where there are more threads than images."""
    arrays, settings = draw(shape)
    alone = run(arrays, settings)
    for got, wanted in zip(run(arrays, settings, threads=threads), alone, strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("threads", [2, 3, 100])
def test_threads_pool_the_same(threads: int) -> None:
    """Maxima and gradients do not depend on who finds them."""
    x = np.random.default_rng(0).normal(size=(5, 3, 9, 9))
    settings = {"pool_height": 3, "pool_width": 2, "stride": 2}
    out, cache = fast.max_pool_forward_fast(x, settings)
    shared, shared_cache = fast.max_pool_forward_fast(x, settings, threads=threads)
    np.testing.assert_array_equal(shared, out)
    np.testing.assert_array_equal(
        fast.max_pool_backward_fast(out, shared_cache, threads=threads),
        fast.max_pool_backward_fast(out, cache),
    )


@pytest.mark.parametrize("threads", [0, -1, 1.5, "two"])
def test_a_number_of_threads_that_is_none_is_refused(threads: Any) -> None:
    """Forward and backward, with the argument's name."""
    arrays, settings = draw(SHAPES[0])
    out, cache = fast.conv_forward_fast(*arrays, settings)
    pool_settings = {"pool_height": 2, "pool_width": 2, "stride": 2}
    pooled, pool_cache = fast.max_pool_forward_fast(out, pool_settings)
    for call in (
        lambda: fast.conv_forward_fast(*arrays, settings, threads=threads),
        lambda: fast.conv_backward_fast(out, cache, threads=threads),
        lambda: fast.max_pool_forward_fast(out, pool_settings, threads=threads),
        lambda: fast.max_pool_backward_fast(pooled, pool_cache, threads=threads),
    ):
        with pytest.raises(ValueError, match=r"threads is .*: expected a whole number"):
            call()


def test_parts_cover_the_images_in_order() -> None:
    """No image is left out or done twice, and results come in the images' order."""
    for count in range(6):
        for threads in range(1, 8):
            parts = run_in_threads(lambda part: list(range(10))[part], count, threads)
            assert list(itertools.chain(*parts)) == list(range(count))


def test_an_error_in_a_thread_is_raised() -> None:
    """It does not get lost with the thread."""
    with pytest.raises(ZeroDivisionError):
        run_in_threads(lambda part: 1 // part.start, 4, 2)


def test_threads_keep_the_error_state_of_their_caller() -> None:
    """What NumPy was told to raise for is raised for there, too."""
    with np.errstate(divide="raise"), pytest.raises(FloatingPointError):
        run_in_threads(lambda part: np.ones(4)[part] / np.zeros(4)[part], 4, 2)


@needs_kernels
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "shape",
    [
        (100, 3, 31, 25, 3, 2, 1),
        (20, 3, 32, 32, 7, 1, 3),
        (20, 32, 32, 32, 3, 1, 1),
        (1, 16, 64, 16, 2, 1, 0),
        (1, 8, 200, 8, 3, 1, 1),
    ],
)
def test_memory_stays_under_twice_the_columns_of_all_images(
    shape: tuple[int, ...], dtype: Any
) -> None:
    """Forward and backward together, their results included."""
    arrays, settings = draw(shape, dtype)
    out, _ = fast.conv_forward_fast(*arrays, settings)
    columns = out.shape[0] * arrays[1][0].size * out.shape[2] * out.shape[3] * out.itemsize
    dout = np.ones_like(out)
    tracemalloc.start()
    _, cache = fast.conv_forward_fast(*arrays, settings)
    fast.conv_backward_fast(dout, cache)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2 * columns, f"{peak / columns:.2f} times the columns"


@needs_kernels
def test_memory_beside_the_results_does_not_grow_with_the_images() -> None:
    """Columns live in one buffer, however many images there are."""
    extra = []
    for images in (20, 200):
        arrays, settings = draw((images, 3, 16, 4, 3, 1, 1))
        out, _ = fast.conv_forward_fast(*arrays, settings)
        tracemalloc.start()
        fast.conv_forward_fast(*arrays, settings)
        extra.append(tracemalloc.get_traced_memory()[1] - out.nbytes)
        tracemalloc.stop()
    assert extra[1] < 2 * unfolding.BUFFER_BYTES

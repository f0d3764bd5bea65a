"""The fast layers against loops written here, for every stride, padding and window to 5."""

from __future__ import annotations

import itertools
import subprocess
import sys
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from grader.provided import fast_layers as numpy_layers
from reference import fast

Array = npt.NDArray[Any]

FAST = pytest.param(fast, id="kernels")
NUMPY = pytest.param(numpy_layers, id="numpy")
TOLERANCE = {np.float32: 2e-5, np.float64: 1e-12}
SETTINGS = [
    (stride, pad, window)
    for stride, pad, window in itertools.product(range(1, 6), range(6), range(1, 6))
    if window <= 5 + 2 * pad
]


def convolve(x: Array, w: Array, b: Array, stride: int, pad: int) -> Array:
    """Add up each window times each filter, in float64."""
    padded = np.pad(x.astype(np.float64), ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    height = (padded.shape[2] - w.shape[2]) // stride + 1
    width = (padded.shape[3] - w.shape[3]) // stride + 1
    out = np.zeros((len(x), len(w), height, width))
    for n, f, i, j in np.ndindex(out.shape):
        rows = slice(i * stride, i * stride + w.shape[2])
        columns = slice(j * stride, j * stride + w.shape[3])
        out[n, f, i, j] = np.sum(padded[n, :, rows, columns] * w[f]) + b[f]
    return out


def backpropagate(dout: Array, x: Array, w: Array, stride: int, pad: int) -> tuple[Array, Array]:
    """Send each output's gradient to every product it was summed from, in float64."""
    padded = np.pad(x.astype(np.float64), ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dpadded, dw = np.zeros(padded.shape), np.zeros(w.shape)
    for n, f, i, j in np.ndindex(dout.shape):
        rows = slice(i * stride, i * stride + w.shape[2])
        columns = slice(j * stride, j * stride + w.shape[3])
        dpadded[n, :, rows, columns] += w[f] * dout[n, f, i, j]
        dw[f] += padded[n, :, rows, columns] * dout[n, f, i, j]
    return dpadded[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]], dw


def pool(x: Array, dout_of: Any, height: int, width: int, stride: int) -> tuple[Array, Array]:
    """Return each window's maximum, and the gradient sent to the first place that has it."""
    out_height = (x.shape[2] - height) // stride + 1
    out_width = (x.shape[3] - width) // stride + 1
    out = np.zeros((*x.shape[:2], out_height, out_width), x.dtype)
    dx = np.zeros(x.shape, x.dtype)
    dout = dout_of(out.shape)
    for n, c, i, j in np.ndindex(out.shape):
        window = x[n, c, i * stride : i * stride + height, j * stride : j * stride + width]
        row, column = np.unravel_index(np.argmax(window), window.shape)
        out[n, c, i, j] = window[row, column]
        dx[n, c, i * stride + row, j * stride + column] += dout[n, c, i, j]
    return out, dx


def draw(seed: int, dtype: Any, *shapes: tuple[int, ...]) -> list[Array]:
    """Draw arrays of normal numbers."""
    generator = np.random.default_rng(seed)
    return [generator.normal(size=shape).astype(dtype) for shape in shapes]


@pytest.mark.parametrize("layers", [FAST, NUMPY])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("filters", [2, 3])
@pytest.mark.parametrize(("stride", "pad", "window"), SETTINGS)
def test_convolution_agrees_with_loops(
    layers: Any, dtype: Any, filters: int, stride: int, pad: int, window: int
) -> None:
    """Output and all gradients are those of the loops, in the dtype of the arguments.

    With as many filters as channels a gradient may be computed another way than with more.
    """
    width = max(1, window - 1)
    x, w, b = draw(window, dtype, (2, 2, 5, 6), (filters, 2, window, width), (filters,))
    out, cache = layers.conv_forward_fast(x, w, b, {"stride": stride, "pad": pad})
    (dout,) = draw(7, dtype, out.shape)
    dx, dw, db = layers.conv_backward_fast(dout, cache)

    expected_dx, expected_dw = backpropagate(dout, x, w, stride, pad)
    for got, expected in (
        (out, convolve(x, w, b, stride, pad)),
        (dx, expected_dx),
        (dw, expected_dw),
        (db, dout.sum(axis=(0, 2, 3))),
    ):
        assert got.dtype == dtype
        np.testing.assert_allclose(got, expected, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])


@pytest.mark.parametrize("layers", [FAST, NUMPY])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("stride", range(1, 6))
@pytest.mark.parametrize("height", range(1, 6))
@pytest.mark.parametrize("width", range(1, 6))
@pytest.mark.parametrize("ties", [False, True])
def test_max_pooling_agrees_with_loops(
    layers: Any, dtype: Any, stride: int, height: int, width: int, ties: bool
) -> None:
    """Output and gradient are those of the loops, where windows overlap or tie, too."""
    (x,) = draw(3, dtype, (2, 3, 6, 7))
    if ties:
        x = np.rint(x).astype(dtype)
    dout_of = lambda shape: draw(4, dtype, shape)[0]  # noqa: E731
    expected_out, expected_dx = pool(x, dout_of, height, width, stride)
    settings = {"pool_height": height, "pool_width": width, "stride": stride}
    out, cache = layers.max_pool_forward_fast(x, settings)
    dx = layers.max_pool_backward_fast(dout_of(out.shape), cache)
    assert out.dtype == dx.dtype == dtype
    np.testing.assert_array_equal(out, expected_out)
    np.testing.assert_allclose(dx, expected_dx, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("layers", [FAST, NUMPY])
def test_integral_floats_pass_as_settings(layers: Any) -> None:
    """A padding of 1.0 and a stride of 2.0 mean 1 and 2."""
    x, w, b = draw(0, np.float64, (1, 2, 5, 5), (2, 2, 3, 3), (2,))
    as_floats, _ = layers.conv_forward_fast(x, w, b, {"stride": 2.0, "pad": (3 - 1) / 2})
    as_ints, _ = layers.conv_forward_fast(x, w, b, {"stride": 2, "pad": 1})
    np.testing.assert_array_equal(as_floats, as_ints)


@pytest.mark.parametrize("layers", [FAST, NUMPY])
@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"stride": 0, "pad": 1}, "stride.* is 0"),
        ({"stride": 1, "pad": -1}, "pad.* is -1"),
        ({"stride": 1, "pad": 0.5}, r"pad.* is 0\.5"),
        ({"stride": 1, "pad": 0}, "expected at .*most"),
    ],
)
def test_bad_convolution_settings_are_refused(
    layers: Any, settings: dict[str, Any], message: str
) -> None:
    """The error names the setting, its value and what was expected."""
    x, w, b = draw(0, np.float64, (1, 2, 3, 3), (2, 2, 4, 4), (2,))
    with pytest.raises(ValueError, match=message):
        layers.conv_forward_fast(x, w, b, settings)


@pytest.mark.parametrize("layers", [FAST, NUMPY])
def test_arrays_of_any_memory_order_pass(layers: Any) -> None:
    """Transposed and strided views give what their copies give, and stay as they were."""
    x, w, b = draw(0, np.float64, (6, 5, 4, 3), (4, 2, 3, 2), (6,))
    views = x.T[:, :, :, ::-1], w.transpose(2, 0, 3, 1), b[::2]
    copies = [np.array(view, order="C") for view in views]
    settings = {"stride": 1, "pad": 1}
    out, cache = layers.conv_forward_fast(*views, settings)
    expected, expected_cache = layers.conv_forward_fast(*copies, settings)
    np.testing.assert_array_equal(out, expected)
    dout = draw(1, np.float64, out.shape[::-1])[0].T
    for got, wanted in zip(
        layers.conv_backward_fast(dout, cache),
        layers.conv_backward_fast(dout.copy(), expected_cache),
        strict=True,
    ):
        np.testing.assert_allclose(got, wanted, rtol=1e-13, atol=1e-13)
    for view, copy in zip(views, copies, strict=True):
        np.testing.assert_array_equal(view, copy)


@pytest.mark.parametrize("layers", [FAST, NUMPY])
def test_nan_wins_its_window(layers: Any) -> None:
    """A window with NaN gives NaN and sends its gradient to the first NaN."""
    x = np.arange(16.0).reshape(1, 1, 4, 4)
    x[0, 0, 0, 1] = x[0, 0, 1, 0] = np.nan
    out, cache = layers.max_pool_forward_fast(x, {"pool_height": 2, "pool_width": 2, "stride": 2})
    dx = layers.max_pool_backward_fast(np.ones((1, 1, 2, 2)), cache)
    np.testing.assert_array_equal(out[0, 0], [[np.nan, 7], [13, 15]])
    np.testing.assert_array_equal(np.argwhere(dx[0, 0]), [[0, 1], [1, 3], [3, 1], [3, 3]])


@pytest.mark.parametrize("layers", [FAST, NUMPY])
def test_a_batch_of_no_images_passes(layers: Any) -> None:
    """No images give no maps, and a gradient of zero for the filters."""
    x, w, b = draw(0, np.float64, (0, 2, 5, 5), (3, 2, 3, 3), (3,))
    out, cache = layers.conv_forward_fast(x, w, b, {"stride": 1, "pad": 1})
    dx, dw, db = layers.conv_backward_fast(out, cache)
    assert (out.shape, dx.shape) == ((0, 3, 5, 5), x.shape)
    assert not dw.any()
    assert not db.any()


def test_other_dtypes_are_kept() -> None:
    """Whole numbers, and floats that the kernels do not know, run in NumPy in their dtype."""
    for dtype in (np.int64, np.float16, np.longdouble):
        x, w, b = (np.ones(shape, dtype) for shape in ((1, 2, 4, 4), (3, 2, 2, 2), (3,)))
        out, cache = fast.conv_forward_fast(x, w, b, {"stride": 1, "pad": 0})
        dx, _, _ = fast.conv_backward_fast(np.ones_like(out), cache)
        assert out.dtype == dx.dtype == dtype
        assert np.all(out == 9)
        pooled, pool_cache = fast.max_pool_forward_fast(
            x, {"pool_height": 2, "pool_width": 2, "stride": 2}
        )
        dx = fast.max_pool_backward_fast(np.ones_like(pooled), pool_cache)
        assert pooled.dtype == dx.dtype == dtype


def test_a_gradient_of_another_shape_is_refused() -> None:
    """The kernels never see a dout that does not fit the output."""
    x, w, b = draw(0, np.float64, (1, 2, 5, 5), (3, 2, 3, 3), (3,))
    _, cache = fast.conv_forward_fast(x, w, b, {"stride": 1, "pad": 1})
    with pytest.raises(ValueError, match="dout has shape"):
        fast.conv_backward_fast(np.ones((1, 3, 9, 9)), cache)
    _, pool_cache = fast.max_pool_forward_fast(x, {"pool_height": 2, "pool_width": 2, "stride": 2})
    with pytest.raises(ValueError, match="dout has shape"):
        fast.max_pool_backward_fast(np.ones((1, 2, 5, 5)), pool_cache)


WITHOUT_KERNELS = """
import sys
sys.modules["reference.fast._im2col"] = None
import numpy as np
from reference import fast
assert not fast.kernels_available()
out, cache = fast.conv_forward_fast(
    np.ones((1, 2, 4, 4)), np.ones((3, 2, 2, 2)), np.ones(3), {"stride": 2, "pad": 0}
)
assert np.all(out == 9)
dx, dw, db = fast.conv_backward_fast(out, cache)
assert np.all(dx == 27) and np.all(dw == 36) and np.all(db == 36)
out, cache = fast.max_pool_forward_fast(dx, {"pool_height": 2, "pool_width": 2, "stride": 2})
assert fast.max_pool_backward_fast(out, cache).sum() == out.sum()
print(fast.kernel_status())
"""


def test_without_the_kernels_numpy_takes_over_and_says_so() -> None:
    """A machine that built nothing has the same layers and learns the build command."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_KERNELS], capture_output=True, text=True, check=True
    )
    assert "NumPy im2col" in done.stdout
    assert "python setup.py build_ext --inplace" in done.stdout


def test_the_status_is_that_of_the_kernels() -> None:
    """The status and the question agree, and a reason is given only for a lack."""
    status = fast.kernel_status()
    assert status.available == fast.kernels_available() == (status.reason == "")

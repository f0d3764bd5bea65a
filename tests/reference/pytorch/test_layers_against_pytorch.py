"""Forward and backward passes against PyTorch, on shapes that Hypothesis draws.

PyTorch is no dependency of the project: ``tox run -e torch`` installs it and runs these tests.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference import fast
from reference.layers import convolution, pooling
from reference.layers.normalization import (
    batchnorm_backward,
    batchnorm_backward_alt,
    batchnorm_forward,
    layernorm_backward,
    layernorm_forward,
)
from reference.layers.spatial_normalization import (
    spatial_batchnorm_backward,
    spatial_batchnorm_forward,
    spatial_groupnorm_backward,
    spatial_groupnorm_forward,
)
from reference.losses import softmax_loss

torch = pytest.importorskip("torch", reason="PyTorch is installed by tox run -e torch only")
functional = torch.nn.functional

Array = np.ndarray[Any, Any]

TOLERANCE = {np.float32: 2e-4, np.float64: 1e-10}
small, seeds = st.integers(1, 5), st.integers(0, 2**32 - 1)
thorough = settings(max_examples=200, deadline=None, derandomize=True)
both_dtypes = pytest.mark.parametrize("dtype", [np.float32, np.float64])
both_convolutions = pytest.mark.parametrize(
    ("convolve", "backpropagate"),
    [
        pytest.param(convolution.conv_forward_naive, convolution.conv_backward_naive, id="naive"),
        pytest.param(fast.conv_forward_fast, fast.conv_backward_fast, id="fast"),
    ],
)
both_poolings = pytest.mark.parametrize(
    ("pool", "backpropagate"),
    [
        pytest.param(pooling.max_pool_forward_naive, pooling.max_pool_backward_naive, id="naive"),
        pytest.param(fast.max_pool_forward_fast, fast.max_pool_backward_fast, id="fast"),
    ],
)


def draw(seed: int, dtype: Any, *shapes: tuple[int, ...]) -> list[Array]:
    """Draw arrays of normal numbers."""
    generator = np.random.default_rng(seed)
    return [generator.normal(size=shape).astype(dtype) for shape in shapes]


def assert_close(got: Array, expected: Any) -> None:
    """Compare with a tensor: shape, dtype, and values to the tolerance of the largest."""
    wanted = expected.detach().numpy()
    assert (got.shape, got.dtype) == (wanted.shape, wanted.dtype)
    scale = max(1.0, float(np.abs(wanted).max(initial=0)))
    np.testing.assert_allclose(got, wanted, rtol=0, atol=TOLERANCE[wanted.dtype.type] * scale)


def assert_agreement(
    forward: Callable[..., Any],
    backward: Callable[..., Any],
    torch_forward: Callable[..., Any],
    arguments: list[Array],
    seed: int,
) -> None:
    """Compare a layer's output, and its gradients for a random upstream gradient."""
    out, cache = forward(*arguments)
    (dout,) = draw(seed + 1, out.dtype, out.shape)
    gradients = backward(dout, cache)
    tensors = [torch.tensor(array, requires_grad=True) for array in arguments]
    expected = torch_forward(*tensors)
    assert_close(out, expected)
    expected_gradients = torch.autograd.grad(expected, tensors, torch.tensor(dout))
    gradients = gradients if isinstance(gradients, tuple) else (gradients,)
    for got, wanted in zip(gradients, expected_gradients, strict=True):
        assert_close(got, wanted)


@both_dtypes
@both_convolutions
@thorough
@given(st.data())
def test_convolution(convolve: Any, backpropagate: Any, dtype: Any, data: st.DataObject) -> None:
    """Any stride and padding, fields that are not square, more or fewer filters than channels."""
    sizes = st.tuples(st.integers(1, 3), small, small, st.integers(1, 9), st.integers(1, 9))
    images, channels, filters, height, width = data.draw(sizes)
    stride, pad, seed = data.draw(small), data.draw(st.integers(0, 5)), data.draw(seeds)
    field = tuple(
        data.draw(st.integers(1, min(5, side + 2 * pad)), label="field") for side in (height, width)
    )
    shapes = (images, channels, height, width), (filters, channels, *field), (filters,)
    assert_agreement(
        lambda x, w, b: convolve(x, w, b, {"stride": stride, "pad": pad}),
        backpropagate,
        lambda x, w, b: functional.conv2d(x, w, b, stride=stride, padding=pad),
        draw(seed, dtype, *shapes),
        seed,
    )


@both_dtypes
@pytest.mark.parametrize(
    ("shape", "filters", "field", "stride", "pad"),
    [
        ((100, 3, 31, 31), 25, 3, 2, 1),
        ((9, 3, 32, 32), 32, 7, 1, 3),
        ((5, 32, 32, 32), 32, 3, 1, 1),
        ((2, 40, 70, 33), 24, 5, 1, 0),
    ],
)
def test_convolution_of_many_pixels(
    dtype: Any, shape: tuple[int, ...], filters: int, field: int, stride: int, pad: int
) -> None:
    """Images that the fast layers take in several blocks, bands and tiles."""
    shapes = shape, (filters, shape[1], field, field), (filters,)
    assert_agreement(
        lambda x, w, b: fast.conv_forward_fast(x, w, b, {"stride": stride, "pad": pad}),
        fast.conv_backward_fast,
        lambda x, w, b: functional.conv2d(x, w, b, stride=stride, padding=pad),
        draw(3, dtype, *shapes),
        4,
    )


@both_dtypes
@both_poolings
@thorough
@given(st.data())
def test_max_pooling(pool: Any, backpropagate: Any, dtype: Any, data: st.DataObject) -> None:
    """Windows that overlap, are not square, or do not reach the border."""
    shape = data.draw(st.tuples(small, small, st.integers(1, 9), st.integers(1, 9)))
    height, width = (data.draw(st.integers(1, min(5, side))) for side in shape[2:])
    stride, seed = data.draw(small), data.draw(seeds)
    settings = {"pool_height": height, "pool_width": width, "stride": stride}
    assert_agreement(
        lambda x: pool(x, settings),
        backpropagate,
        lambda x: functional.max_pool2d(x, (height, width), stride=stride),
        draw(seed, dtype, shape),
        seed,
    )


@both_dtypes
@pytest.mark.parametrize("backpropagate", [batchnorm_backward, batchnorm_backward_alt])
@thorough
@given(st.integers(3, 9), small, seeds)
def test_batch_normalisation(
    backpropagate: Any, dtype: Any, examples: int, features: int, seed: int
) -> None:
    """In training, by both backward derivations."""
    assert_agreement(
        lambda x, gamma, beta: batchnorm_forward(x, gamma, beta, {"mode": "train"}),
        backpropagate,
        lambda x, gamma, beta: functional.batch_norm(x, None, None, gamma, beta, training=True),
        draw(seed, dtype, (examples, features), (features,), (features,)),
        seed,
    )


@both_dtypes
@thorough
@given(small, small, seeds)
def test_batch_normalisation_in_test_mode(
    dtype: Any, examples: int, features: int, seed: int
) -> None:
    """With given running averages."""
    mean, var = draw(seed + 2, dtype, (features,), (features,))
    var = abs(var) + 1
    averages = {"mode": "test", "running_mean": mean, "running_var": var}
    assert_agreement(
        lambda x, gamma, beta: batchnorm_forward(x, gamma, beta, dict(averages)),
        batchnorm_backward,
        lambda x, gamma, beta: functional.batch_norm(
            x, torch.tensor(mean), torch.tensor(var), gamma, beta
        ),
        draw(seed, dtype, (examples, features), (features,), (features,)),
        seed,
    )


@both_dtypes
@thorough
@given(small, st.integers(3, 9), seeds)
def test_layer_normalisation(dtype: Any, examples: int, features: int, seed: int) -> None:
    """Of each example over its features."""
    assert_agreement(
        lambda x, gamma, beta: layernorm_forward(x, gamma, beta, {}),
        layernorm_backward,
        lambda x, gamma, beta: functional.layer_norm(x, (features,), gamma, beta),
        draw(seed, dtype, (examples, features), (features,), (features,)),
        seed,
    )


@both_dtypes
@thorough
@given(st.tuples(st.integers(1, 4), small, st.integers(2, 4), st.integers(2, 4)), seeds)
def test_spatial_batch_normalisation(dtype: Any, shape: tuple[int, ...], seed: int) -> None:
    """Of each channel, over images and pixels."""
    assert_agreement(
        lambda x, gamma, beta: spatial_batchnorm_forward(x, gamma, beta, {"mode": "train"}),
        spatial_batchnorm_backward,
        lambda x, gamma, beta: functional.batch_norm(x, None, None, gamma, beta, training=True),
        draw(seed, dtype, shape, (shape[1],), (shape[1],)),
        seed,
    )


@both_dtypes
@thorough
@given(small, st.integers(1, 3), st.integers(1, 3), st.integers(2, 4), seeds)
def test_group_normalisation(
    dtype: Any, images: int, groups: int, group_size: int, side: int, seed: int
) -> None:
    """Of each image over groups of channels, one group and single channels included."""
    channels = groups * group_size
    assert_agreement(
        lambda x, gamma, beta: spatial_groupnorm_forward(x, gamma, beta, groups, {}),
        spatial_groupnorm_backward,
        lambda x, gamma, beta: functional.group_norm(x, groups, gamma, beta),
        draw(seed, dtype, (images, channels, side, side + 1), (channels,), (channels,)),
        seed,
    )


@both_dtypes
@thorough
@given(st.integers(1, 9), st.integers(1, 9), st.floats(0, 300), seeds)
def test_softmax_loss(dtype: Any, examples: int, classes: int, size: float, seed: int) -> None:
    """Also of scores so large that their exponentials would overflow."""
    (x,) = draw(seed, dtype, (examples, classes))
    x *= dtype(size)
    y = np.random.default_rng(seed).integers(classes, size=examples)
    loss, dx = softmax_loss(x, y)
    tensor = torch.tensor(x, requires_grad=True)
    expected = functional.cross_entropy(tensor, torch.tensor(y))
    assert loss == pytest.approx(expected.item(), rel=TOLERANCE[dtype], abs=TOLERANCE[dtype])
    assert_close(dx, torch.autograd.grad(expected, tensor)[0])

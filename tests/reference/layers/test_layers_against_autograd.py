"""Forward and backward passes against HIPS autograd, on shapes that Hypothesis draws.

The forward passes are written once more here, in other terms than the reference's, and
autograd differentiates them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import make_vjp
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.targets import resolve

small = st.integers(1, 5)
seeds = st.integers(0, 2**32 - 1)
thorough = settings(max_examples=150, deadline=None, derandomize=True)


def assert_agreement(
    out: np.ndarray,
    gradients: tuple[np.ndarray, ...],
    forward: Callable[..., Any],
    arguments: list[np.ndarray],
    dout: np.ndarray,
) -> None:
    """Compare an output and its gradients with autograd's, to 1e-10 of the largest value."""
    for position, gradient in enumerate(gradients):
        differentiate, expected_out = make_vjp(forward, argnum=position)(*arguments)
        expected = differentiate(dout)
        assert gradient.shape == arguments[position].shape
        scale = max(1.0, float(np.abs(expected).max()))
        np.testing.assert_allclose(gradient, expected, rtol=0, atol=1e-10 * scale)
    scale = max(1.0, float(np.abs(expected_out).max()))
    np.testing.assert_allclose(out, expected_out, rtol=0, atol=1e-10 * scale)


def standardize(x: Any, axis: Any) -> Any:
    """Return `x` minus its mean, over the root of its variance plus 1e-5."""
    mean = anp.mean(x, axis=axis, keepdims=True)
    variance = anp.mean(x * x, axis=axis, keepdims=True) - mean * mean
    return (x - mean) / anp.sqrt(variance + 1e-5)


@thorough
@given(st.lists(small, min_size=2, max_size=4), small, seeds)
def test_affine(shape: list[int], units: int, seed: int) -> None:
    """Any number of axes in an example, down to a single value."""
    generator = np.random.default_rng(seed)
    features = int(np.prod(shape[1:]))
    arguments = [generator.standard_normal(s) for s in (shape, (features, units), (units,))]
    dout = generator.standard_normal((shape[0], units))
    out, cache = resolve("layers:affine_forward")(*arguments)
    gradients = resolve("layers:affine_backward")(dout, cache)

    def forward(x: Any, w: Any, b: Any) -> Any:
        return anp.einsum("nd,dm->nm", anp.reshape(x, (shape[0], features)), w) + b

    assert_agreement(out, gradients, forward, arguments, dout)


@pytest.mark.parametrize(
    ("name", "forward"),
    [
        ("relu", lambda x: x * (x > 0)),
        ("leaky_relu", lambda x: anp.maximum(x, 0.01 * x)),
        ("sigmoid", lambda x: 0.5 + 0.5 * anp.tanh(x / 2)),
        ("tanh", lambda x: 1 - 2 / (anp.exp(2 * x) + 1)),
    ],
)
@thorough
@given(shape=st.lists(small, min_size=1, max_size=4), seed=seeds)
def test_activation(name: str, forward: Callable[[Any], Any], shape: list[int], seed: int) -> None:
    """Any number of axes; a normal draw never meets a kink."""
    generator = np.random.default_rng(seed)
    x, dout = generator.standard_normal(shape), generator.standard_normal(shape)
    out, cache = resolve(f"layers:{name}_forward")(x)
    gradient = resolve(f"layers:{name}_backward")(dout, cache)
    assert_agreement(out, (gradient,), forward, [x], dout)


@pytest.mark.parametrize("backward", ["batchnorm_backward", "batchnorm_backward_alt"])
@thorough
@given(examples=st.integers(2, 6), features=small, seed=seeds)
def test_batch_normalization(backward: str, examples: int, features: int, seed: int) -> None:
    """Both derivations of the backward pass."""
    generator = np.random.default_rng(seed)
    x, dout = generator.uniform(-2, 2, (2, examples, features))
    gamma, beta = generator.standard_normal((2, features))
    out, cache = resolve("layers:batchnorm_forward")(x, gamma, beta, {"mode": "train"})
    gradients = resolve(f"layers:{backward}")(dout, cache)

    def forward(x: Any, gamma: Any, beta: Any) -> Any:
        return standardize(x, 0) * gamma + beta

    assert_agreement(out, gradients, forward, [x, gamma, beta], dout)


@thorough
@given(small, st.integers(2, 6), seeds)
def test_layer_normalization(examples: int, features: int, seed: int) -> None:
    """Each example is normalised by itself."""
    generator = np.random.default_rng(seed)
    x, dout = generator.uniform(-2, 2, (2, examples, features))
    gamma, beta = generator.standard_normal((2, features))
    out, cache = resolve("layers:layernorm_forward")(x, gamma, beta, {})
    gradients = resolve("layers:layernorm_backward")(dout, cache)

    def forward(x: Any, gamma: Any, beta: Any) -> Any:
        return standardize(x, 1) * gamma + beta

    assert_agreement(out, gradients, forward, [x, gamma, beta], dout)


images = st.tuples(st.integers(1, 3), st.integers(1, 4), st.integers(2, 5), st.integers(1, 5))


@thorough
@given(images, seeds)
def test_spatial_batch_normalization(shape: tuple[int, ...], seed: int) -> None:
    """Channels are normalised over minibatch, height and width."""
    generator = np.random.default_rng(seed)
    x, dout = generator.uniform(-2, 2, (2, *shape))
    gamma, beta = generator.standard_normal((2, shape[1]))
    out, cache = resolve("layers:spatial_batchnorm_forward")(x, gamma, beta, {"mode": "train"})
    gradients = resolve("layers:spatial_batchnorm_backward")(dout, cache)

    def forward(x: Any, gamma: Any, beta: Any) -> Any:
        return standardize(x, (0, 2, 3)) * gamma[:, None, None] + beta[:, None, None]

    assert_agreement(out, gradients, forward, [x, gamma, beta], dout)


@thorough
@given(images, st.integers(1, 3), seeds)
def test_spatial_group_normalization(shape: tuple[int, ...], groups: int, seed: int) -> None:
    """Groups are normalised over their channels, height and width."""
    count, per_group, height, width = shape
    shape = (count, per_group * groups, height, width)
    generator = np.random.default_rng(seed)
    x, dout = generator.uniform(-2, 2, (2, *shape))
    gamma, beta = generator.standard_normal((2, 1, shape[1], 1, 1))
    out, cache = resolve("layers:spatial_groupnorm_forward")(x, gamma, beta, groups, {})
    gradients = resolve("layers:spatial_groupnorm_backward")(dout, cache)

    def forward(x: Any, gamma: Any, beta: Any) -> Any:
        grouped = anp.reshape(x, (count, groups, per_group, height, width))
        return anp.reshape(standardize(grouped, (2, 3, 4)), shape) * gamma + beta

    assert_agreement(out, gradients, forward, [x, gamma, beta], dout)


@thorough
@given(images, st.integers(1, 3), small, st.integers(1, 3), st.integers(0, 2), seeds)
def test_convolution(
    shape: tuple[int, ...], filters: int, size: int, stride: int, pad: int, seed: int
) -> None:
    """Any stride and padding, also where the stride leaves pixels over."""
    generator = np.random.default_rng(seed)
    height = min(size, shape[2] + 2 * pad)
    width = min(max(size - 1, 1), shape[3] + 2 * pad)
    x = generator.standard_normal(shape)
    w = generator.standard_normal((filters, shape[1], height, width))
    b = generator.standard_normal(filters)
    out, cache = resolve("layers:conv_forward_naive")(x, w, b, {"stride": stride, "pad": pad})
    dout = generator.standard_normal(out.shape)
    gradients = resolve("layers:conv_backward_naive")(dout, cache)
    rows, columns = (stride * (n - 1) + 1 for n in out.shape[2:])

    def forward(x: Any, w: Any, b: Any) -> Any:
        padded = anp.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="constant")
        total = anp.zeros(out.shape) + b[:, None, None]
        for i, j in np.ndindex(height, width):
            seen = padded[:, :, i : i + rows : stride, j : j + columns : stride]
            total = total + anp.einsum("nchw,fc->nfhw", seen, w[:, :, i, j])
        return total

    assert_agreement(out, gradients, forward, [x, w, b], dout)


@thorough
@given(images, small, small, st.integers(1, 3), seeds)
def test_max_pooling(
    shape: tuple[int, ...], height: int, width: int, stride: int, seed: int
) -> None:
    """Windows that overlap, tile, or leave pixels out."""
    generator = np.random.default_rng(seed)
    height, width = min(height, shape[2]), min(width, shape[3])
    x = generator.standard_normal(shape)
    pool_param = {"pool_height": height, "pool_width": width, "stride": stride}
    out, cache = resolve("layers:max_pool_forward_naive")(x, pool_param)
    dout = generator.standard_normal(out.shape)
    gradient = resolve("layers:max_pool_backward_naive")(dout, cache)
    rows, columns = (stride * (n - 1) + 1 for n in out.shape[2:])

    def forward(x: Any) -> Any:
        seen = [
            x[:, :, i : i + rows : stride, j : j + columns : stride]
            for i, j in np.ndindex(height, width)
        ]
        return anp.max(anp.stack(seen), axis=0)

    assert_agreement(out, (gradient,), forward, [x], dout)

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from reference.layers.normalization import (
    batchnorm_backward,
    batchnorm_backward_alt,
    batchnorm_forward,
    layernorm_forward,
)
from reference.layers.spatial_normalization import (
    spatial_batchnorm_forward,
    spatial_groupnorm_forward,
)


@pytest.fixture
def generator() -> np.random.Generator:
    """Return a seeded generator."""
    return np.random.default_rng(0)


def test_training_gives_every_feature_the_mean_beta_and_the_deviation_gamma(
    generator: np.random.Generator,
) -> None:
    """Statistics are taken over the minibatch."""
    x = 4 * generator.standard_normal((200, 3)) + 10
    gamma, beta = np.array([1.0, 2.0, 3.0]), np.array([11.0, 12.0, 13.0])
    out, _ = batchnorm_forward(x, gamma, beta, {"mode": "train"})
    np.testing.assert_allclose(out.mean(axis=0), beta, rtol=1e-12)
    np.testing.assert_allclose(out.std(axis=0), gamma, rtol=1e-5)


def test_running_averages_move_by_the_complement_of_the_momentum(
    generator: np.random.Generator,
) -> None:
    """They start at 0, and the variance is the uncorrected one."""
    x = generator.standard_normal((6, 2))
    bn_param: dict[str, Any] = {"mode": "train", "momentum": 0.75}
    for _ in range(2):
        batchnorm_forward(x, np.ones(2), np.zeros(2), bn_param)
    moved = 1 - 0.75**2
    np.testing.assert_allclose(bn_param["running_mean"], moved * x.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(bn_param["running_var"], moved * x.var(axis=0, ddof=0), rtol=1e-12)


def test_training_replaces_the_running_averages_and_does_not_write_to_them() -> None:
    """A caller that kept the arrays of an earlier step still holds that step's values."""
    kept = np.zeros(2)
    bn_param = {"mode": "train", "running_mean": kept, "running_var": np.zeros(2)}
    batchnorm_forward(np.ones((3, 2)), np.ones(2), np.zeros(2), bn_param)
    np.testing.assert_array_equal(kept, 0)
    np.testing.assert_allclose(bn_param["running_mean"], 0.1)


def test_test_mode_uses_the_running_averages_and_keeps_them(
    generator: np.random.Generator,
) -> None:
    """One example alone is normalised like the same example among others."""
    bn_param = {"running_mean": np.array([1.0, 2.0]), "running_var": np.array([4.0, 9.0])}
    settings = bn_param | {"mode": "test"}
    x, gamma, beta = generator.standard_normal((5, 2)), np.array([2.0, 3.0]), np.array([1.0, -1.0])
    out, _ = batchnorm_forward(x, gamma, beta, settings)
    expected = gamma * (x - [1.0, 2.0]) / np.sqrt(np.array([4.0, 9.0]) + 1e-5) + beta
    np.testing.assert_allclose(out, expected, rtol=1e-12)
    alone, _ = batchnorm_forward(x[:1], gamma, beta, settings)
    np.testing.assert_array_equal(alone, out[:1])
    for name, average in bn_param.items():
        np.testing.assert_array_equal(settings[name], average)


@pytest.mark.parametrize("mode", ["train", "test"])
def test_both_backward_derivations_agree(generator: np.random.Generator, mode: str) -> None:
    """They are one formula, to rounding."""
    x, dout = 5 * generator.standard_normal((2, 100, 50)) + 12
    gamma, beta = generator.standard_normal((2, 50))
    _, cache = batchnorm_forward(x, gamma, beta, {"mode": mode})
    pairs = zip(batchnorm_backward(dout, cache), batchnorm_backward_alt(dout, cache), strict=True)
    for step_by_step, simplified in pairs:
        scale = np.abs(step_by_step).max()
        np.testing.assert_allclose(simplified, step_by_step, rtol=0, atol=1e-12 * scale)


def test_layer_normalization_is_batch_normalization_of_the_transpose(
    generator: np.random.Generator,
) -> None:
    """Examples and features change places."""
    x = generator.standard_normal((4, 6))
    out, _ = layernorm_forward(x, np.ones(6), np.zeros(6), {})
    transposed, _ = batchnorm_forward(x.T, np.ones(4), np.zeros(4), {"mode": "train"})
    np.testing.assert_allclose(out, transposed.T, rtol=1e-12)


def test_channels_are_normalised_over_minibatch_and_pixels(
    generator: np.random.Generator,
) -> None:
    """Integer scales and shifts, which the course's notebook passes, are accepted."""
    x = 4 * generator.standard_normal((2, 3, 4, 5)) + 10
    gamma, beta = np.array([3, 4, 5]), np.array([6, 7, 8])
    out, _ = spatial_batchnorm_forward(x, gamma, beta, {"mode": "train"})
    np.testing.assert_allclose(out.mean(axis=(0, 2, 3)), beta, rtol=1e-12)
    np.testing.assert_allclose(out.std(axis=(0, 2, 3)), gamma, rtol=1e-5)


def test_warmed_up_running_averages_normalise_new_images(
    generator: np.random.Generator,
) -> None:
    """After fifty minibatches test mode gives means near 0 and deviations near 1."""
    bn_param: dict[str, Any] = {"mode": "train"}
    for _ in range(50):
        x = 2.3 * generator.standard_normal((10, 4, 11, 12)) + 13
        spatial_batchnorm_forward(x, np.ones(4), np.zeros(4), bn_param)
    bn_param["mode"] = "test"
    x = 2.3 * generator.standard_normal((10, 4, 11, 12)) + 13
    out, _ = spatial_batchnorm_forward(x, np.ones(4), np.zeros(4), bn_param)
    assert np.abs(out.mean(axis=(0, 2, 3))).max() < 0.15
    assert np.abs(out.std(axis=(0, 2, 3)) - 1).max() < 0.1


def test_groups_are_normalised_image_by_image(generator: np.random.Generator) -> None:
    """Each group of each image has mean 0 and deviation 1 by itself."""
    x = 4 * generator.standard_normal((2, 6, 4, 5)) + 10
    out, _ = spatial_groupnorm_forward(x, np.ones((1, 6, 1, 1)), np.zeros((1, 6, 1, 1)), 2, {})
    grouped = out.reshape(2, 2, -1)
    np.testing.assert_allclose(grouped.mean(axis=2), 0, atol=1e-12)
    np.testing.assert_allclose(grouped.std(axis=2), 1, rtol=1e-5)


def test_flat_and_four_dimensional_scales_of_groups_mean_the_same(
    generator: np.random.Generator,
) -> None:
    """Editions differ in the shape of gamma and beta."""
    x, (gamma, beta) = generator.standard_normal((2, 4, 3, 3)), generator.standard_normal((2, 4))
    flat, _ = spatial_groupnorm_forward(x, gamma, beta, 2, {})
    shape = (1, 4, 1, 1)
    full, _ = spatial_groupnorm_forward(x, gamma.reshape(shape), beta.reshape(shape), 2, {})
    np.testing.assert_array_equal(flat, full)


X, V = np.ones((3, 2)), np.ones(2)
IMAGES, CHANNELS = np.ones((2, 4, 3, 3)), np.ones(4)


@pytest.mark.parametrize(
    ("layer", "arguments", "message"),
    [
        (batchnorm_forward, (X, V, V, {"mode": "eval"}), "'eval': expected 'train' or 'test'"),
        (batchnorm_forward, (X, V, V, {}), "None: expected 'train' or 'test'"),
        (batchnorm_forward, (X, np.ones(3), V, {"mode": "train"}), r"gamma has shape \(3,\)"),
        (batchnorm_forward, (X, V, np.ones((2, 1)), {"mode": "train"}), "beta has shape"),
        (batchnorm_forward, (IMAGES, CHANNELS, CHANNELS, {"mode": "train"}), "x has shape"),
        (batchnorm_forward, (np.ones((0, 2)), V, V, {"mode": "train"}), "at least one example"),
        (
            batchnorm_forward,
            (X, V, V, {"mode": "test", "running_mean": np.ones(3)}),
            r"bn_param\['running_mean'\] has shape \(3,\): expected \(2,\)",
        ),
        (layernorm_forward, (X, np.ones(3), V, {}), r"gamma has shape \(3,\): expected \(2,\)"),
        (spatial_batchnorm_forward, (X, V, V, {"mode": "train"}), r"expected \(N, C, H, W\)"),
        (spatial_groupnorm_forward, (IMAGES, CHANNELS, CHANNELS, 3, {}), "G is 3: expected a div"),
        (spatial_groupnorm_forward, (IMAGES, CHANNELS, CHANNELS, 0, {}), "G is 0: expected"),
        (spatial_groupnorm_forward, (IMAGES, V, CHANNELS, 2, {}), r"gamma has shape \(2,\)"),
    ],
)
def test_bad_arguments_are_named(
    layer: Callable[..., Any], arguments: tuple[Any, ...], message: str
) -> None:
    """The error says what was found and what was expected."""
    with pytest.raises(ValueError, match=message):
        layer(*arguments)

"""Every layer's backward pass against central differences of its own forward pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from reference.targets import resolve

CONV = {"stride": 1, "pad": 1}
POOL = {"pool_height": 2, "pool_width": 2, "stride": 2}


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer with shapes at which it is tried."""

    name: str
    """Canonical name without ``_forward``."""
    shapes: dict[str, tuple[int, ...]]
    """Arrays that it takes, in order."""
    options: tuple[Any, ...] = ()
    """What follows the arrays; dicts are copied for every call."""
    backward: str = ""
    """Name of the backward function, where it is not the usual one."""
    label: str = field(default="")

    def forward(self, arrays: dict[str, np.ndarray]) -> tuple[np.ndarray, Any]:
        """Call the forward function with fresh copies of its dicts."""
        options = [dict(o) if isinstance(o, dict) else o for o in self.options]
        result: tuple[np.ndarray, Any] = resolve(f"{self._forward_name()}")(
            *arrays.values(), *options
        )
        return result

    def gradients(self, dout: np.ndarray, cache: Any) -> dict[str, np.ndarray]:
        """Call the backward function; gradients by the name of their array."""
        name = self.backward or self._forward_name().replace("_forward", "_backward")
        found = resolve(name)(dout, cache)
        values = found if isinstance(found, tuple) else (found,)
        return dict(zip(self.shapes, values, strict=True))

    def _forward_name(self) -> str:
        if self.name.endswith("_naive"):
            return self.name.removesuffix("_naive") + "_forward_naive"
        return f"{self.name}_forward"


def spread(generator: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Return shuffled values with gaps between them and around 0, far from every kink."""
    size = int(np.prod(shape))
    values = (np.arange(size) - size / 2 + (0.5 if size % 2 == 0 else 0.25)) * (4 / size)
    return generator.permutation(values).reshape(shape)


X2, X4, G = (5, 4), (2, 4, 5, 6), (4,)
AFFINE = {"x": (3, 2, 2), "w": (4, 5), "b": (5,)}
CONVOLUTION = {"x": (2, 3, 6, 5), "w": (2, 3, 3, 3), "b": (2,)}
NORM = {"gamma": (5,), "beta": (5,)}
SINGLE_MEAN, SINGLE_VAR = np.full(4, 0.5, np.float32), np.full(4, 2.0, np.float32)
LAYERS = [
    Layer("layers:affine", AFFINE),
    Layer("layers:relu", {"x": X2}),
    Layer("layers:leaky_relu", {"x": X2}, (0.1,)),
    Layer("layers:sigmoid", {"x": X2}),
    Layer("layers:tanh", {"x": X2}),
    Layer("layers:batchnorm", {"x": X2, "gamma": G, "beta": G}, ({"mode": "train"},)),
    Layer(
        "layers:batchnorm",
        {"x": X2, "gamma": G, "beta": G},
        ({"mode": "train"},),
        backward="layers:batchnorm_backward_alt",
        label="batchnorm_alt",
    ),
    Layer(
        "layers:batchnorm",
        {"x": X2, "gamma": G, "beta": G},
        ({"mode": "test", "running_mean": SINGLE_MEAN, "running_var": SINGLE_VAR},),
        label="batchnorm_test_mode",
    ),
    Layer("layers:layernorm", {"x": X2, "gamma": G, "beta": G}, ({},)),
    Layer("layers:spatial_batchnorm", {"x": X4, "gamma": G, "beta": G}, ({"mode": "train"},)),
    Layer(
        "layers:spatial_groupnorm",
        {"x": X4, "gamma": (1, 4, 1, 1), "beta": (1, 4, 1, 1)},
        (2, {}),
    ),
    Layer("layers:dropout", {"x": X2}, ({"mode": "train", "p": 0.6, "seed": 7},)),
    Layer("layers:dropout", {"x": X2}, ({"mode": "test", "p": 0.6},), label="dropout_test_mode"),
    Layer("layers:conv_naive", CONVOLUTION, ({"stride": 2, "pad": 1},)),
    Layer("layers:max_pool_naive", {"x": X4}, (POOL,)),
    Layer(
        "layers:max_pool_naive",
        {"x": X4},
        ({"pool_height": 3, "pool_width": 2, "stride": 1},),
        label="max_pool_overlapping",
    ),
    Layer("layer_utils:affine_relu", AFFINE),
    Layer("layer_utils:affine_bn_relu", AFFINE | NORM, ({"mode": "train"},)),
    Layer(
        "layer_utils:affine_bn_relu_dropout",
        AFFINE | NORM,
        ({"mode": "train"}, {"mode": "train", "p": 0.6, "seed": 7}),
    ),
    Layer("layer_utils:conv_relu", CONVOLUTION, (CONV,)),
    Layer(
        "layer_utils:conv_bn_relu",
        CONVOLUTION | {"gamma": (2,), "beta": (2,)},
        (CONV, {"mode": "train"}),
    ),
    Layer("layer_utils:conv_relu_pool", CONVOLUTION, (CONV, POOL)),
    Layer(
        "layer_utils:conv_bn_relu_pool",
        CONVOLUTION | {"gamma": (2,), "beta": (2,)},
        (CONV, {"mode": "train"}, POOL),
    ),
]


def name_layer(layer: Layer) -> str:
    """Return the name under which a layer's tests run."""
    return layer.label or layer.name.split(":")[1]


every_layer = pytest.mark.parametrize("layer", LAYERS, ids=name_layer)


def draw(layer: Layer, seed: int | list[int]) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return arguments for a layer and an upstream gradient."""
    generator = np.random.default_rng(seed)
    arrays = {name: spread(generator, shape) for name, shape in layer.shapes.items()}
    out, _ = layer.forward(arrays)
    return arrays, generator.standard_normal(out.shape)


@every_layer
def test_gradients_equal_central_differences(
    layer: Layer, differentiate: Callable[..., np.ndarray]
) -> None:
    """Each entry of each gradient is the slope of the forward pass."""
    arrays, dout = draw(layer, seed=3)
    _, cache = layer.forward(arrays)
    for name, gradient in layer.gradients(dout, cache).items():
        slopes = differentiate(lambda: layer.forward(arrays)[0], arrays[name], dout)
        np.testing.assert_allclose(gradient, slopes, rtol=1e-6, atol=1e-7, err_msg=name)


@every_layer
def test_slope_along_random_directions_at_random_points(
    layer: Layer, seeds: Iterator[int], agree_along_a_direction: Callable[..., bool]
) -> None:
    """No seed makes a gradient disagree with the forward pass."""
    for seed in seeds:
        assert any(agree_at(layer, [seed, draw], agree_along_a_direction) for draw in range(5)), (
            f"five kinks in a row at seed {seed}"
        )


def agree_at(layer: Layer, seed: list[int], agree_along_a_direction: Callable[..., bool]) -> bool:
    """Compare at one point; False at a kink."""
    arrays, dout = draw(layer, seed)
    _, cache = layer.forward(arrays)
    return agree_along_a_direction(
        lambda moved: float((layer.forward(moved)[0] * dout).sum()),
        arrays,
        layer.gradients(dout, cache),
        np.random.default_rng([*seed, 1]),
    )


@every_layer
def test_float32_gives_float32_close_to_float64(layer: Layer) -> None:
    """Outputs and gradients keep the dtype and lose no more digits than it costs."""
    arrays, dout = draw(layer, seed=5)
    out, cache = layer.forward(arrays)
    single = {name: array.astype(np.float32) for name, array in arrays.items()}
    single_out, single_cache = layer.forward(single)
    pairs = {"out": (single_out, out)}
    exact = layer.gradients(dout, cache)
    for name, gradient in layer.gradients(dout.astype(np.float32), single_cache).items():
        pairs[name] = (gradient, exact[name])
    for name, (found, expected) in pairs.items():
        assert found.dtype == np.float32, name
        np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4, err_msg=name)


@every_layer
def test_inputs_stay_as_they_were(layer: Layer) -> None:
    """Neither pass writes to its arrays, and results share no memory with the upstream."""
    arrays, dout = draw(layer, seed=2)
    kept = {name: array.copy() for name, array in arrays.items()} | {"dout": dout.copy()}
    for array in (*arrays.values(), dout):
        array.flags.writeable = False
    _, cache = layer.forward(arrays)
    gradients = layer.gradients(dout, cache)
    for name, array in (arrays | {"dout": dout}).items():
        np.testing.assert_array_equal(array, kept[name])
    for gradient in gradients.values():
        assert not np.shares_memory(gradient, dout)


@pytest.mark.parametrize(
    "layer",
    # In test mode dropout keeps no mask, and with it no shape to compare.
    [layer for layer in LAYERS if layer.label != "dropout_test_mode"],
    ids=name_layer,
)
def test_upstream_gradient_of_another_shape_is_rejected(layer: Layer) -> None:
    """The error names the argument."""
    arrays, dout = draw(layer, seed=2)
    _, cache = layer.forward(arrays)
    with pytest.raises(ValueError, match="dout"):
        layer.gradients(dout[..., :-1], cache)


@every_layer
def test_non_contiguous_inputs_give_the_same_results(layer: Layer) -> None:
    """Memory layout is no part of a value."""
    arrays, dout = draw(layer, seed=2)
    out, cache = layer.forward(arrays)
    strided = {name: np.asfortranarray(array) for name, array in arrays.items()}
    strided_out, strided_cache = layer.forward(strided)
    np.testing.assert_allclose(strided_out, out, rtol=1e-12, atol=1e-12)
    expected = layer.gradients(dout, cache)
    for name, gradient in layer.gradients(np.asfortranarray(dout), strided_cache).items():
        np.testing.assert_allclose(gradient, expected[name], rtol=1e-12, atol=1e-12)

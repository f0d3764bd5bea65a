"""Convolution, normalisation, ReLU and pooling, combined to one forward and one backward pass.

The arguments, the dicts that change in place and the errors are those of the layers combined.
Which convolution and pooling functions do the work is the caller's choice; the caches carry
it, so that a backward pass always meets the caches of its own forward pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from grader.provided import fast_layers
from reference.arrays import Array, LayerOptions
from reference.layers.activations import relu_backward, relu_forward
from reference.layers.convolution import conv_backward_naive, conv_forward_naive
from reference.layers.normalization import NormalizationCache
from reference.layers.pooling import max_pool_backward_naive, max_pool_forward_naive
from reference.layers.spatial_normalization import (
    spatial_batchnorm_backward,
    spatial_batchnorm_forward,
)

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class WindowLayers:
    """One implementation of convolution and max pooling, with the naive layers' API."""

    conv_forward: Callable[[Array, Array, Array, LayerOptions], tuple[Array, Any]]
    """``(x, w, b, conv_param) -> (out, cache)``."""
    conv_backward: Callable[[Array, Any], tuple[Array, Array, Array]]
    """``(dout, cache) -> (dx, dw, db)``."""
    max_pool_forward: Callable[[Array, LayerOptions], tuple[Array, Any]]
    """``(x, pool_param) -> (out, cache)``."""
    max_pool_backward: Callable[[Array, Any], Array]
    """``(dout, cache) -> dx``."""


NAIVE = WindowLayers(
    conv_forward_naive, conv_backward_naive, max_pool_forward_naive, max_pool_backward_naive
)
PROVIDED = WindowLayers(
    fast_layers.conv_forward_fast,
    fast_layers.conv_backward_fast,
    fast_layers.max_pool_forward_fast,
    fast_layers.max_pool_backward_fast,
)
"""What a course hands out: NumPy without loops over pixels."""

ConvReluCache: TypeAlias = tuple[WindowLayers, Any, Array]
ConvBatchnormReluCache: TypeAlias = tuple[WindowLayers, Any, NormalizationCache, Array]


def conv_relu_forward(
    x: Array, w: Array, b: Array, conv_param: LayerOptions, *, layers: WindowLayers = NAIVE
) -> tuple[Array, ConvReluCache]:
    """Apply a convolution and a ReLU.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        Images.
    w : ndarray of shape (F, C, HH, WW)
        Filters.
    b : ndarray of shape (F,)
        Biases.
    conv_param : dict
        As for `conv_forward_naive`.
    layers : WindowLayers
        The convolution to use.

    Returns
    -------
    out : ndarray of shape (N, F, H', W')
        The activations.
    cache : tuple
        For `conv_relu_backward`.
    """
    a, conv_cache = layers.conv_forward(x, w, b, conv_param)
    out, relu_cache = relu_forward(a)
    return out, (layers, conv_cache, relu_cache)


def conv_relu_backward(dout: Array, cache: ConvReluCache) -> tuple[Array, Array, Array]:
    """Compute the gradients of convolution - ReLU.

    Parameters
    ----------
    dout : ndarray of shape (N, F, H', W')
        Upstream gradient.
    cache : tuple
        What `conv_relu_forward` returned.

    Returns
    -------
    dx, dw, db : ndarray
        Gradients with respect to images, filters and biases, of their shapes.
    """
    layers, conv_cache, relu_cache = cache
    return layers.conv_backward(relu_backward(dout, relu_cache), conv_cache)


def conv_bn_relu_forward(  # noqa: PLR0917 - the course's arguments
    x: Array,
    w: Array,
    b: Array,
    gamma: Array,
    beta: Array,
    conv_param: LayerOptions,
    bn_param: LayerOptions,
    *,
    layers: WindowLayers = NAIVE,
) -> tuple[Array, ConvBatchnormReluCache]:
    """Apply a convolution, spatial batch normalisation and a ReLU.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        Images.
    w : ndarray of shape (F, C, HH, WW)
        Filters.
    b, gamma, beta : ndarray of shape (F,)
        Biases of the convolution; scale and shift of the normalisation.
    conv_param : dict
        As for `conv_forward_naive`.
    bn_param : dict
        As for `spatial_batchnorm_forward`. Changed in place.
    layers : WindowLayers
        The convolution to use.

    Returns
    -------
    out : ndarray of shape (N, F, H', W')
        The activations.
    cache : tuple
        For `conv_bn_relu_backward`.
    """
    a, conv_cache = layers.conv_forward(x, w, b, conv_param)
    normalized, norm_cache = spatial_batchnorm_forward(a, gamma, beta, bn_param)
    out, relu_cache = relu_forward(normalized)
    return out, (layers, conv_cache, norm_cache, relu_cache)


def conv_bn_relu_backward(
    dout: Array, cache: ConvBatchnormReluCache
) -> tuple[Array, Array, Array, Array, Array]:
    """Compute the gradients of convolution - spatial batch normalisation - ReLU.

    Parameters
    ----------
    dout : ndarray of shape (N, F, H', W')
        Upstream gradient.
    cache : tuple
        What `conv_bn_relu_forward` returned.

    Returns
    -------
    dx, dw, db, dgamma, dbeta : ndarray
        Gradients with respect to the arguments of those names, of their shapes.
    """
    layers, conv_cache, norm_cache, relu_cache = cache
    dnormalized = relu_backward(dout, relu_cache)
    da, dgamma, dbeta = spatial_batchnorm_backward(dnormalized, norm_cache)
    dx, dw, db = layers.conv_backward(da, conv_cache)
    return dx, dw, db, dgamma, dbeta


def conv_relu_pool_forward(
    x: Array,
    w: Array,
    b: Array,
    conv_param: LayerOptions,
    pool_param: LayerOptions,
    *,
    layers: WindowLayers = NAIVE,
) -> tuple[Array, tuple[ConvReluCache, Any]]:
    """Apply a convolution, a ReLU and max pooling.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        Images.
    w : ndarray of shape (F, C, HH, WW)
        Filters.
    b : ndarray of shape (F,)
        Biases.
    conv_param, pool_param : dict
        As for `conv_forward_naive` and `max_pool_forward_naive`.
    layers : WindowLayers
        The convolution and the pooling to use.

    Returns
    -------
    out : ndarray of shape (N, F, H', W')
        The pooled activations.
    cache : tuple
        For `conv_relu_pool_backward`.
    """
    activations, block_cache = conv_relu_forward(x, w, b, conv_param, layers=layers)
    out, pool_cache = layers.max_pool_forward(activations, pool_param)
    return out, (block_cache, pool_cache)


def conv_relu_pool_backward(
    dout: Array, cache: tuple[ConvReluCache, Any]
) -> tuple[Array, Array, Array]:
    """Compute the gradients of convolution - ReLU - max pooling.

    Parameters
    ----------
    dout : ndarray of shape (N, F, H', W')
        Upstream gradient.
    cache : tuple
        What `conv_relu_pool_forward` returned.

    Returns
    -------
    dx, dw, db : ndarray
        Gradients with respect to images, filters and biases, of their shapes.
    """
    block_cache, pool_cache = cache
    layers = block_cache[0]
    return conv_relu_backward(layers.max_pool_backward(dout, pool_cache), block_cache)


def conv_bn_relu_pool_forward(  # noqa: PLR0917 - the course's arguments
    x: Array,
    w: Array,
    b: Array,
    gamma: Array,
    beta: Array,
    conv_param: LayerOptions,
    bn_param: LayerOptions,
    pool_param: LayerOptions,
    *,
    layers: WindowLayers = NAIVE,
) -> tuple[Array, tuple[ConvBatchnormReluCache, Any]]:
    """Apply a convolution, spatial batch normalisation, a ReLU and max pooling.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        Images.
    w : ndarray of shape (F, C, HH, WW)
        Filters.
    b, gamma, beta : ndarray of shape (F,)
        Biases of the convolution; scale and shift of the normalisation.
    conv_param, pool_param : dict
        As for `conv_forward_naive` and `max_pool_forward_naive`.
    bn_param : dict
        As for `spatial_batchnorm_forward`. Changed in place.
    layers : WindowLayers
        The convolution and the pooling to use.

    Returns
    -------
    out : ndarray of shape (N, F, H', W')
        The pooled activations.
    cache : tuple
        For `conv_bn_relu_pool_backward`.
    """
    activations, block_cache = conv_bn_relu_forward(
        x, w, b, gamma, beta, conv_param, bn_param, layers=layers
    )
    out, pool_cache = layers.max_pool_forward(activations, pool_param)
    return out, (block_cache, pool_cache)


def conv_bn_relu_pool_backward(
    dout: Array, cache: tuple[ConvBatchnormReluCache, Any]
) -> tuple[Array, Array, Array, Array, Array]:
    """Compute the gradients of convolution - spatial batch normalisation - ReLU - max pooling.

    Parameters
    ----------
    dout : ndarray of shape (N, F, H', W')
        Upstream gradient.
    cache : tuple
        What `conv_bn_relu_pool_forward` returned.

    Returns
    -------
    dx, dw, db, dgamma, dbeta : ndarray
        Gradients with respect to the arguments of those names, of their shapes.
    """
    block_cache, pool_cache = cache
    layers = block_cache[0]
    return conv_bn_relu_backward(layers.max_pool_backward(dout, pool_cache), block_cache)

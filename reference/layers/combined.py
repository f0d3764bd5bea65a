"""Layers that the course often uses in a row, combined to one forward and one backward pass.

The arguments, the dicts that change in place and the errors are those of the layers combined.
Each cache is a tuple of the single layers' caches, in forward order.
"""

from __future__ import annotations

from typing import TypeAlias

from reference.arrays import Array, LayerOptions
from reference.layers.activations import relu_backward, relu_forward
from reference.layers.dense import AffineCache, affine_backward, affine_forward
from reference.layers.dropout import DropoutCache, dropout_backward, dropout_forward
from reference.layers.normalization import (
    NormalizationCache,
    batchnorm_backward_alt,
    batchnorm_forward,
)

AffineReluCache: TypeAlias = tuple[AffineCache, Array]
AffineBatchnormReluCache: TypeAlias = tuple[AffineCache, NormalizationCache, Array]


def affine_relu_forward(x: Array, w: Array, b: Array) -> tuple[Array, AffineReluCache]:
    """Apply an affine layer and a ReLU.

    Parameters
    ----------
    x : ndarray of shape (N, d_1, ..., d_k)
        Input; D = d_1 * ... * d_k.
    w : ndarray of shape (D, M)
        Weights.
    b : ndarray of shape (M,)
        Biases.

    Returns
    -------
    out : ndarray of shape (N, M)
        The activations.
    cache : tuple
        For `affine_relu_backward`.
    """
    a, affine_cache = affine_forward(x, w, b)
    out, relu_cache = relu_forward(a)
    return out, (affine_cache, relu_cache)


def affine_relu_backward(dout: Array, cache: AffineReluCache) -> tuple[Array, Array, Array]:
    """Compute the gradients of affine - ReLU.

    Parameters
    ----------
    dout : ndarray of shape (N, M)
        Upstream gradient.
    cache : tuple
        What `affine_relu_forward` returned.

    Returns
    -------
    dx, dw, db : ndarray
        Gradients with respect to input, weights and biases, of their shapes.
    """
    affine_cache, relu_cache = cache
    return affine_backward(relu_backward(dout, relu_cache), affine_cache)


def affine_bn_relu_forward(  # noqa: PLR0917 - the course's arguments
    x: Array, w: Array, b: Array, gamma: Array, beta: Array, bn_param: LayerOptions
) -> tuple[Array, AffineBatchnormReluCache]:
    """Apply an affine layer, batch normalisation and a ReLU.

    Parameters
    ----------
    x : ndarray of shape (N, d_1, ..., d_k)
        Input; D = d_1 * ... * d_k.
    w : ndarray of shape (D, M)
        Weights.
    b, gamma, beta : ndarray of shape (M,)
        Biases of the affine layer; scale and shift of the normalisation.
    bn_param : dict
        As for `batchnorm_forward`. Changed in place.

    Returns
    -------
    out : ndarray of shape (N, M)
        The activations.
    cache : tuple
        For `affine_bn_relu_backward`.
    """
    a, affine_cache = affine_forward(x, w, b)
    normalized, norm_cache = batchnorm_forward(a, gamma, beta, bn_param)
    out, relu_cache = relu_forward(normalized)
    return out, (affine_cache, norm_cache, relu_cache)


def affine_bn_relu_backward(
    dout: Array, cache: AffineBatchnormReluCache
) -> tuple[Array, Array, Array, Array, Array]:
    """Compute the gradients of affine - batch normalisation - ReLU.

    Parameters
    ----------
    dout : ndarray of shape (N, M)
        Upstream gradient.
    cache : tuple
        What `affine_bn_relu_forward` returned.

    Returns
    -------
    dx, dw, db, dgamma, dbeta : ndarray
        Gradients with respect to the arguments of those names, of their shapes.
    """
    affine_cache, norm_cache, relu_cache = cache
    dnormalized = relu_backward(dout, relu_cache)
    da, dgamma, dbeta = batchnorm_backward_alt(dnormalized, norm_cache)
    dx, dw, db = affine_backward(da, affine_cache)
    return dx, dw, db, dgamma, dbeta


def affine_bn_relu_dropout_forward(  # noqa: PLR0917 - the course's arguments
    x: Array,
    w: Array,
    b: Array,
    gamma: Array,
    beta: Array,
    bn_param: LayerOptions,
    dropout_param: LayerOptions,
) -> tuple[Array, tuple[AffineBatchnormReluCache, DropoutCache]]:
    """Apply an affine layer, batch normalisation, a ReLU and dropout.

    Parameters
    ----------
    x : ndarray of shape (N, d_1, ..., d_k)
        Input; D = d_1 * ... * d_k.
    w : ndarray of shape (D, M)
        Weights.
    b, gamma, beta : ndarray of shape (M,)
        Biases of the affine layer; scale and shift of the normalisation.
    bn_param : dict
        As for `batchnorm_forward`. Changed in place.
    dropout_param : dict
        As for `dropout_forward`.

    Returns
    -------
    out : ndarray of shape (N, M)
        The activations that dropout kept, rescaled.
    cache : tuple
        For `affine_bn_relu_dropout_backward`.
    """
    activations, block_cache = affine_bn_relu_forward(x, w, b, gamma, beta, bn_param)
    out, dropout_cache = dropout_forward(activations, dropout_param)
    return out, (block_cache, dropout_cache)


def affine_bn_relu_dropout_backward(
    dout: Array, cache: tuple[AffineBatchnormReluCache, DropoutCache]
) -> tuple[Array, Array, Array, Array, Array]:
    """Compute the gradients of affine - batch normalisation - ReLU - dropout.

    Parameters
    ----------
    dout : ndarray of shape (N, M)
        Upstream gradient.
    cache : tuple
        What `affine_bn_relu_dropout_forward` returned.

    Returns
    -------
    dx, dw, db, dgamma, dbeta : ndarray
        Gradients with respect to the arguments of those names, of their shapes.
    """
    block_cache, dropout_cache = cache
    return affine_bn_relu_backward(dropout_backward(dout, dropout_cache), block_cache)

"""Batch and group normalisation of images, of shape (N, C, H, W)."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from reference.arrays import Array, LayerOptions
from reference.layers.normalization import (
    NormalizationCache,
    batchnorm_backward_alt,
    batchnorm_forward,
    layernorm_backward,
    layernorm_forward,
)
from reference.validation import require_integer, require_real, require_shape

GroupnormCache: TypeAlias = tuple[NormalizationCache, Array, Array]


def spatial_batchnorm_forward(
    x: Array, gamma: Array, beta: Array, bn_param: LayerOptions
) -> tuple[Array, NormalizationCache]:
    """Normalise each channel over minibatch, height and width, then scale and shift it.

    Every pixel counts as an example with C features, so that this is `batchnorm_forward` of
    N * H * W examples.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        Images.
    gamma, beta : ndarray of shape (C,)
        Scale and shift.
    bn_param : dict
        As for `batchnorm_forward`, with running averages of shape (C,). **Changed in
        place**: the running averages are stored under their keys as new arrays.

    Returns
    -------
    out : ndarray of shape (N, C, H, W)
        Normalised, scaled and shifted images.
    cache : NormalizationCache
        For `spatial_batchnorm_backward`.

    Raises
    ------
    ValueError
        If a shape does not fit, there is no pixel or the mode is unknown.

    References
    ----------
    S. Ioffe and C. Szegedy, "Batch normalization: accelerating deep network training by
    reducing internal covariate shift", ICML 2015, section 3.2.
    """
    require_real(x=x)
    require_shape("x", x, ("N", "C", "H", "W"))
    out, cache = batchnorm_forward(_to_rows(x), gamma, beta, bn_param)
    return _to_images(out, x.shape), cache


def spatial_batchnorm_backward(
    dout: Array, cache: NormalizationCache
) -> tuple[Array, Array, Array]:
    """Compute the gradients of spatial batch normalisation.

    Parameters
    ----------
    dout : ndarray of shape (N, C, H, W)
        Upstream gradient.
    cache : NormalizationCache
        What `spatial_batchnorm_forward` returned.

    Returns
    -------
    dx : ndarray of shape (N, C, H, W)
        Gradient with respect to the images.
    dgamma, dbeta : ndarray of shape (C,)
        Gradients with respect to scale and shift.

    Raises
    ------
    ValueError
        If `dout` is not a real-valued array of the images' shape.
    """
    require_real(dout=dout)
    require_shape("dout", dout, ("N", "C", "H", "W"))
    dx, dgamma, dbeta = batchnorm_backward_alt(_to_rows(dout), cache)
    return _to_images(dx, dout.shape), dgamma, dbeta


def spatial_groupnorm_forward(
    x: Array, gamma: Array, beta: Array, G: int, gn_param: LayerOptions
) -> tuple[Array, GroupnormCache]:
    """Normalise each image over groups of neighbouring channels, then scale and shift.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        Images.
    gamma, beta : ndarray of shape (1, C, 1, 1) or (C,)
        Scale and shift of each channel.
    G : int
        Number of groups, a divisor of C.
    gn_param : dict
        ``eps``: added to the variance, 1e-5 by default. Not changed.

    Returns
    -------
    out : ndarray of shape (N, C, H, W)
        Normalised, scaled and shifted images.
    cache : tuple
        For `spatial_groupnorm_backward`.

    Raises
    ------
    ValueError
        If a shape does not fit or `G` does not divide C.

    References
    ----------
    Y. Wu and K. He, "Group normalization", ECCV 2018.
    """
    require_real(x=x, gamma=gamma, beta=beta)
    require_shape("x", x, ("N", "C", "H", "W"))
    channels = x.shape[1]
    for name, array in (("gamma", gamma), ("beta", beta)):
        require_shape(name, array, (channels,) if array.ndim == 1 else (1, channels, 1, 1))
    groups = require_integer("G", G, 1)
    if channels % groups:
        raise ValueError(f"G is {G}: expected a divisor of the {channels} channels of x")
    # Each group of each image is an example of its own, to which layer normalisation applies.
    rows = x.reshape(x.shape[0] * groups, channels // groups * x.shape[2] * x.shape[3])
    unit, zero = np.ones(rows.shape[1], rows.dtype), np.zeros(rows.shape[1], rows.dtype)
    normalized_rows, row_cache = layernorm_forward(rows, unit, zero, gn_param)
    normalized = normalized_rows.reshape(x.shape)
    out = _per_channel(gamma) * normalized + _per_channel(beta)
    return out, (row_cache, normalized, gamma)


def spatial_groupnorm_backward(dout: Array, cache: GroupnormCache) -> tuple[Array, Array, Array]:
    """Compute the gradients of spatial group normalisation.

    Parameters
    ----------
    dout : ndarray of shape (N, C, H, W)
        Upstream gradient.
    cache : tuple
        What `spatial_groupnorm_forward` returned.

    Returns
    -------
    dx : ndarray of shape (N, C, H, W)
        Gradient with respect to the images.
    dgamma, dbeta : ndarray of the shape of `gamma`
        Gradients with respect to scale and shift.

    Raises
    ------
    ValueError
        If `dout` is not a real-valued array of the images' shape.
    """
    row_cache, normalized, gamma = cache
    require_real(dout=dout)
    require_shape("dout", dout, normalized.shape)
    dbeta = dout.sum(axis=(0, 2, 3)).reshape(gamma.shape)
    dgamma = (dout * normalized).sum(axis=(0, 2, 3)).reshape(gamma.shape)
    dnormalized = (dout * _per_channel(gamma)).reshape(row_cache.normalized.shape)
    dx, _, _ = layernorm_backward(dnormalized, row_cache)
    return dx.reshape(dout.shape), dgamma, dbeta


def _to_rows(images: Array) -> Array:
    return images.transpose(0, 2, 3, 1).reshape(-1, images.shape[1])


def _to_images(rows: Array, shape: tuple[int, ...]) -> Array:
    count, channels, height, width = shape
    return rows.reshape(count, height, width, channels).transpose(0, 3, 1, 2)


def _per_channel(vector: Array) -> Array:
    return vector.reshape(1, -1, 1, 1)

"""Batch normalisation and layer normalisation of inputs of shape (N, D)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from reference.validation import require_choice, require_examples, require_real, require_shape

if TYPE_CHECKING:
    from reference.arrays import Array, LayerOptions


class NormalizationCache(NamedTuple):
    """What the backward passes of the normalisations need.

    `axis` is the axis over which mean and variance were taken, or None if they came from
    running averages, which the backward pass holds constant.
    """

    centred: Array
    normalized: Array
    deviation: Array
    gamma: Array
    axis: int | None


def batchnorm_forward(
    x: Array, gamma: Array, beta: Array, bn_param: LayerOptions
) -> tuple[Array, NormalizationCache]:
    """Normalise each feature over the minibatch, then scale and shift it.

    In training the mean and the uncorrected variance of the minibatch are used, and the
    running averages move towards them: ``momentum * running + (1 - momentum) * batch``. In
    test mode the running averages are used.

    Parameters
    ----------
    x : ndarray of shape (N, D)
        Input.
    gamma, beta : ndarray of shape (D,)
        Scale and shift.
    bn_param : dict
        ``mode``: ``'train'`` or ``'test'``, required. ``eps``: added to the variance, 1e-5 by
        default. ``momentum``: 0.9 by default. ``running_mean``, ``running_var``: arrays of
        shape (D,), zeros by default. **Changed in place**: the running averages are stored
        under their keys as new arrays.

    Returns
    -------
    out : ndarray of shape (N, D)
        Normalised, scaled and shifted input.
    cache : NormalizationCache
        For `batchnorm_backward` and `batchnorm_backward_alt`.

    Raises
    ------
    ValueError
        If a shape does not fit, `x` holds no example or the mode is unknown.

    References
    ----------
    S. Ioffe and C. Szegedy, "Batch normalization: accelerating deep network training by
    reducing internal covariate shift", ICML 2015.
    """
    _require_features(x, gamma, beta)
    mode = require_choice("bn_param['mode']", bn_param.get("mode"), ("train", "test"))
    running_mean, running_var = _running_averages(x, bn_param)
    if mode == "train":
        require_examples("x", x)
        mean, var = x.mean(axis=0), x.var(axis=0)
        momentum = float(bn_param.get("momentum", 0.9))
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    bn_param["running_mean"], bn_param["running_var"] = running_mean, running_var
    # Plain floats as constants: a NumPy float64 would turn float32 arrays into float64.
    deviation = np.sqrt(var + float(bn_param.get("eps", 1e-5)))
    centred = x - mean
    normalized = centred / deviation
    axis = 0 if mode == "train" else None
    cache = NormalizationCache(centred, normalized, deviation, gamma, axis)
    return gamma * normalized + beta, cache


def batchnorm_backward(dout: Array, cache: NormalizationCache) -> tuple[Array, Array, Array]:
    """Compute the gradients of batch normalisation node by node of its graph.

    Parameters
    ----------
    dout : ndarray of shape (N, D)
        Upstream gradient.
    cache : NormalizationCache
        What `batchnorm_forward` returned, in either mode.

    Returns
    -------
    dx : ndarray of shape (N, D)
        Gradient with respect to the input.
    dgamma, dbeta : ndarray of shape (D,)
        Gradients with respect to scale and shift.

    Raises
    ------
    ValueError
        If `dout` is not a real-valued array of the input's shape.
    """
    centred, normalized, deviation, gamma, axis = cache
    _require_upstream(dout, centred)
    # Back through: out = gamma * normalized + beta.
    dbeta = dout.sum(axis=0)
    dgamma = (dout * normalized).sum(axis=0)
    dnormalized = dout * gamma
    # Back through: normalized = centred * inverse.
    inverse = 1 / deviation
    dcentred = dnormalized * inverse
    if axis is None:
        return dcentred, dgamma, dbeta
    dinverse = (dnormalized * centred).sum(axis=0)
    # Back through: inverse = 1 / deviation.
    ddeviation = -dinverse * inverse**2
    # Back through: deviation = sqrt(variance + eps).
    dvariance = 0.5 * ddeviation * inverse
    # Back through: variance = mean(centred**2). As `centred` is used twice, its gradients add up.
    examples = dout.shape[0]
    dcentred = dcentred + 2 * centred * dvariance / examples
    # Back through: centred = x - mean.
    dmean = -dcentred.sum(axis=0)
    # Back through: mean = mean(x). The same holds for `x`.
    dx = dcentred + dmean / examples
    return dx, dgamma, dbeta


def batchnorm_backward_alt(dout: Array, cache: NormalizationCache) -> tuple[Array, Array, Array]:
    """Compute the gradients of batch normalisation by the simplified formula.

    The graph of `batchnorm_backward` collapses: from the gradient with respect to the
    normalised input, take its mean and its component along the normalised input, and divide
    what is left by the standard deviation.

    Parameters
    ----------
    dout : ndarray of shape (N, D)
        Upstream gradient.
    cache : NormalizationCache
        What `batchnorm_forward` returned, in either mode.

    Returns
    -------
    dx : ndarray of shape (N, D)
        Gradient with respect to the input.
    dgamma, dbeta : ndarray of shape (D,)
        Gradients with respect to scale and shift.

    Raises
    ------
    ValueError
        If `dout` is not a real-valued array of the input's shape.
    """
    _require_upstream(dout, cache.centred)
    dgamma = (dout * cache.normalized).sum(axis=0)
    return _normalize_backward(dout * cache.gamma, cache), dgamma, dout.sum(axis=0)


def layernorm_forward(
    x: Array, gamma: Array, beta: Array, ln_param: LayerOptions
) -> tuple[Array, NormalizationCache]:
    """Normalise each example over its features, then scale and shift each feature.

    Training and testing do not differ.

    Parameters
    ----------
    x : ndarray of shape (N, D)
        Input.
    gamma, beta : ndarray of shape (D,)
        Scale and shift.
    ln_param : dict
        ``eps``: added to the variance, 1e-5 by default. Not changed.

    Returns
    -------
    out : ndarray of shape (N, D)
        Normalised, scaled and shifted input.
    cache : NormalizationCache
        For `layernorm_backward`.

    Raises
    ------
    ValueError
        If a shape does not fit.

    References
    ----------
    J. Ba, J. Kiros and G. Hinton, "Layer normalization", 2016, arXiv:1607.06450.
    """
    _require_features(x, gamma, beta)
    deviation = np.sqrt(x.var(axis=1, keepdims=True) + float(ln_param.get("eps", 1e-5)))
    centred = x - x.mean(axis=1, keepdims=True)
    normalized = centred / deviation
    cache = NormalizationCache(centred, normalized, deviation, gamma, axis=1)
    return gamma * normalized + beta, cache


def layernorm_backward(dout: Array, cache: NormalizationCache) -> tuple[Array, Array, Array]:
    """Compute the gradients of layer normalisation.

    Parameters
    ----------
    dout : ndarray of shape (N, D)
        Upstream gradient.
    cache : NormalizationCache
        What `layernorm_forward` returned.

    Returns
    -------
    dx : ndarray of shape (N, D)
        Gradient with respect to the input.
    dgamma, dbeta : ndarray of shape (D,)
        Gradients with respect to scale and shift.

    Raises
    ------
    ValueError
        If `dout` is not a real-valued array of the input's shape.
    """
    _require_upstream(dout, cache.centred)
    dgamma = (dout * cache.normalized).sum(axis=0)
    return _normalize_backward(dout * cache.gamma, cache), dgamma, dout.sum(axis=0)


def _normalize_backward(dnormalized: Array, cache: NormalizationCache) -> Array:
    dx = dnormalized
    if cache.axis is not None:
        along = (dnormalized * cache.normalized).mean(axis=cache.axis, keepdims=True)
        mean = dnormalized.mean(axis=cache.axis, keepdims=True)
        dx = dnormalized - mean - cache.normalized * along
    quotient: Array = dx / cache.deviation
    return quotient


def _running_averages(x: Array, bn_param: LayerOptions) -> tuple[Array, Array]:
    averages = []
    for name in ("running_mean", "running_var"):
        average = bn_param.get(name)
        if average is None:
            average = np.zeros(x.shape[1], dtype=x.dtype)
        require_shape(f"bn_param['{name}']", average, (x.shape[1],))
        averages.append(average)
    return averages[0], averages[1]


def _require_features(x: Array, gamma: Array, beta: Array) -> None:
    require_real(x=x, gamma=gamma, beta=beta)
    require_shape("x", x, ("N", "D"))
    require_shape("gamma", gamma, (x.shape[1],))
    require_shape("beta", beta, (x.shape[1],))


def _require_upstream(dout: Array, like: Array) -> None:
    require_real(dout=dout)
    require_shape("dout", dout, like.shape)

"""Elementwise nonlinearities: ReLU, leaky ReLU, sigmoid and tanh.

Each forward function takes an array of any shape and returns ``(out, cache)``; each
backward function takes the upstream gradient and that cache and returns the gradient with
respect to the input. Shapes and floating dtypes are kept, and nothing is changed in place.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from reference.arrays import Array
from reference.validation import require_real, require_shape

LeakyReluCache: TypeAlias = tuple[Array, float]


def relu_forward(x: Array) -> tuple[Array, Array]:
    """Compute ``max(x, 0)`` elementwise.

    Parameters
    ----------
    x : ndarray of any shape
        Input. NaN stays NaN.

    Returns
    -------
    out : ndarray of the shape and dtype of `x`
        The positive part of the input.
    cache : ndarray
        The input, for `relu_backward`.

    Raises
    ------
    ValueError
        If `x` is not a real-valued array.

    References
    ----------
    V. Nair and G. Hinton, "Rectified linear units improve restricted Boltzmann
    machines", ICML 2010.
    """
    require_real(x=x)
    out: Array = np.maximum(x, 0)
    return out, x


def relu_backward(dout: Array, cache: Array) -> Array:
    """Compute the gradient of a ReLU with respect to its input.

    The derivative at 0, where the function has a kink, is taken as 0.

    Parameters
    ----------
    dout : ndarray of any shape
        Upstream gradient.
    cache : ndarray of the shape of `dout`
        What `relu_forward` returned.

    Returns
    -------
    dx : ndarray of the shape and dtype of `dout`
        The upstream gradient where the input was positive, and 0 elsewhere.

    Raises
    ------
    ValueError
        If `dout` is not a real-valued array of the input's shape.
    """
    _require_upstream(dout, cache)
    # A choice, not a product with the mask: infinity times 0 would be NaN.
    return np.where(cache > 0, dout, 0)


def leaky_relu_forward(x: Array, alpha: float = 0.01) -> tuple[Array, LeakyReluCache]:
    """Compute ``x`` where it is positive and ``alpha * x`` elsewhere.

    Parameters
    ----------
    x : ndarray of any shape
        Input.
    alpha : float
        Slope for negative inputs.

    Returns
    -------
    out : ndarray of the shape and dtype of `x`
        The activations.
    cache : tuple
        ``(x, alpha)``, for `leaky_relu_backward`.

    Raises
    ------
    ValueError
        If `x` is not a real-valued array.

    References
    ----------
    A. Maas, A. Hannun and A. Ng, "Rectifier nonlinearities improve neural network
    acoustic models", ICML 2013.
    """
    require_real(x=x)
    slope = float(alpha)
    return np.where(x > 0, x, slope * x), (x, slope)


def leaky_relu_backward(dout: Array, cache: LeakyReluCache) -> Array:
    """Compute the gradient of a leaky ReLU with respect to its input.

    Parameters
    ----------
    dout : ndarray of any shape
        Upstream gradient.
    cache : tuple
        What `leaky_relu_forward` returned.

    Returns
    -------
    dx : ndarray of the shape and dtype of `dout`
        Gradient with respect to the input; its slope at 0 is `alpha`.

    Raises
    ------
    ValueError
        If `dout` is not a real-valued array of the input's shape.
    """
    x, slope = cache
    _require_upstream(dout, x)
    return np.where(x > 0, dout, slope * dout)


def sigmoid_forward(x: Array) -> tuple[Array, Array]:
    """Compute the logistic function ``1 / (1 + exp(-x))``.

    Parameters
    ----------
    x : ndarray of any shape
        Input, of any magnitude: no exponential overflows.

    Returns
    -------
    out : ndarray of the shape and dtype of `x`
        Values from 0 to 1.
    cache : ndarray
        The output, from which the derivative follows.

    Raises
    ------
    ValueError
        If `x` is not a real-valued array.
    """
    require_real(x=x)
    decay = np.exp(-np.abs(x))
    out = np.where(x >= 0, 1 / (1 + decay), decay / (1 + decay))
    return out, out


def sigmoid_backward(dout: Array, cache: Array) -> Array:
    """Compute the gradient of a sigmoid with respect to its input.

    Parameters
    ----------
    dout : ndarray of any shape
        Upstream gradient.
    cache : ndarray of the shape of `dout`
        What `sigmoid_forward` returned.

    Returns
    -------
    dx : ndarray of the shape and dtype of `dout`
        ``dout * out * (1 - out)``.

    Raises
    ------
    ValueError
        If `dout` is not a real-valued array of the input's shape.
    """
    _require_upstream(dout, cache)
    dx: Array = dout * cache * (1 - cache)
    return dx


def tanh_forward(x: Array) -> tuple[Array, Array]:
    """Compute the hyperbolic tangent.

    Parameters
    ----------
    x : ndarray of any shape
        Input.

    Returns
    -------
    out : ndarray of the shape and dtype of `x`
        Values from -1 to 1.
    cache : ndarray
        The output, from which the derivative follows.

    Raises
    ------
    ValueError
        If `x` is not a real-valued array.
    """
    require_real(x=x)
    out: Array = np.tanh(x)
    return out, out


def tanh_backward(dout: Array, cache: Array) -> Array:
    """Compute the gradient of a hyperbolic tangent with respect to its input.

    Parameters
    ----------
    dout : ndarray of any shape
        Upstream gradient.
    cache : ndarray of the shape of `dout`
        What `tanh_forward` returned.

    Returns
    -------
    dx : ndarray of the shape and dtype of `dout`
        ``dout * (1 - out**2)``.

    Raises
    ------
    ValueError
        If `dout` is not a real-valued array of the input's shape.
    """
    _require_upstream(dout, cache)
    # The factored form of 1 - out**2 keeps its digits where out is close to 1 or -1.
    dx: Array = dout * (1 - cache) * (1 + cache)
    return dx


def _require_upstream(dout: Array, like: Array) -> None:
    require_real(dout=dout)
    require_shape("dout", dout, like.shape)

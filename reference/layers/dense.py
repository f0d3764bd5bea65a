"""The affine (fully connected) layer."""

from __future__ import annotations

import math
from typing import TypeAlias

from reference.arrays import Array
from reference.validation import require_batch, require_real, require_shape

AffineCache: TypeAlias = tuple[Array, Array, Array]


def affine_forward(x: Array, w: Array, b: Array) -> tuple[Array, AffineCache]:
    """Compute ``x @ w + b`` with each example of `x` flattened to a row.

    Parameters
    ----------
    x : ndarray of shape (N, d_1, ..., d_k)
        A minibatch of N examples; D = d_1 * ... * d_k.
    w : ndarray of shape (D, M)
        Weights.
    b : ndarray of shape (M,)
        Biases.

    Returns
    -------
    out : ndarray of shape (N, M)
        Has the common dtype of the arguments.
    cache : tuple
        ``(x, w, b)``, for `affine_backward`.

    Raises
    ------
    ValueError
        If an argument is not a real-valued array or the shapes do not fit.
    """
    require_real(x=x, w=w, b=b)
    require_batch("x", x)
    require_shape("w", w, (math.prod(x.shape[1:]), "M"))
    require_shape("b", b, (w.shape[1],))
    out: Array = x.reshape(x.shape[0], w.shape[0]) @ w + b
    return out, (x, w, b)


def affine_backward(dout: Array, cache: AffineCache) -> tuple[Array, Array, Array]:
    """Compute the gradients of an affine layer.

    Parameters
    ----------
    dout : ndarray of shape (N, M)
        Upstream gradient.
    cache : tuple
        What `affine_forward` returned.

    Returns
    -------
    dx : ndarray of shape (N, d_1, ..., d_k)
        Gradient with respect to the input.
    dw : ndarray of shape (D, M)
        Gradient with respect to the weights.
    db : ndarray of shape (M,)
        Gradient with respect to the biases.

    Raises
    ------
    ValueError
        If `dout` is not a real-valued array of the shape of the layer's output.
    """
    x, w, _ = cache
    require_real(dout=dout)
    require_shape("dout", dout, (x.shape[0], w.shape[1]))
    dx = (dout @ w.T).reshape(x.shape)
    dw = x.reshape(x.shape[0], w.shape[0]).T @ dout
    db = dout.sum(axis=0)
    return dx, dw, db

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any, Callable

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class AffineCache:
    x: Array
    w: Array
    b: Array

    @property
    def matrix(self) -> Array:
        return self.x.reshape(self.x.shape[0], -1)


def averaged(loss: Callable[..., tuple[Array, Array]]) -> Callable[..., tuple[float, Array]]:
    """Turn losses per example into their mean, and the gradient with it."""

    @functools.wraps(loss)
    def wrapper(x: Array, y: Array) -> tuple[float, Array]:
        per_example, grad = loss(x, y)
        return float(np.mean(per_example)), grad / per_example.size

    return wrapper


def affine_forward(x: Array, w: Array, b: Array) -> tuple[Array, AffineCache]:
    cache = AffineCache(x, w, b)
    return np.tensordot(cache.matrix, w, axes=1) + b, cache


def affine_backward(dout: Array, cache: AffineCache) -> tuple[Array, Array, Array]:
    dx = np.tensordot(dout, cache.w, axes=([1], [1])).reshape(cache.x.shape)
    dw = np.tensordot(cache.matrix, dout, axes=([0], [0]))
    return dx, dw, np.einsum("nm->m", dout)


def relu_forward(x: Array) -> tuple[Array, Array]:
    out = np.clip(x, 0, None)
    return out, out


def relu_backward(dout: Array, cache: Array) -> Array:
    # The output is positive where the input is.
    return np.where(cache > 0, dout, np.zeros((), dout.dtype))


@averaged
def svm_loss(x: Array, y: Array) -> tuple[Array, Array]:
    rows = np.arange(y.size)
    margins = np.maximum(x - x[rows, y][:, np.newaxis] + 1, 0)
    # The right class always adds exactly 1.
    per_example = margins.sum(axis=1) - 1
    grad = np.where(margins > 0, 1.0, 0.0)
    grad[rows, y] -= grad.sum(axis=1)
    return per_example, grad


@averaged
def softmax_loss(x: Array, y: Array) -> tuple[Array, Array]:
    rows = np.arange(y.size)
    shifted = x - np.max(x, axis=-1, keepdims=True)
    partition = np.exp(shifted).sum(axis=-1, keepdims=True)
    log_p = shifted - np.log(partition)
    grad = np.exp(log_p)
    grad[rows, y] -= 1
    return -log_p[rows, y], grad

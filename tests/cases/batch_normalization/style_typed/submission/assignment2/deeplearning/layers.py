from __future__ import annotations

from enum import Enum
from typing import Any, NamedTuple, Optional

import numpy
from numpy import ndarray


class Mode(str, Enum):
    TRAIN = "train"
    TEST = "test"


class Statistics(NamedTuple):
    mean: ndarray
    variance: ndarray
    count: int


class Memory(NamedTuple):
    normal: ndarray
    inverse: ndarray
    gamma: ndarray
    count: int


def over_examples(x: ndarray) -> Statistics:
    count, _ = x.shape
    mean = numpy.einsum("nd->d", x) / count
    centred = x - mean
    return Statistics(mean, numpy.einsum("nd,nd->d", centred, centred) / count, count)


def over_features(x: ndarray) -> Statistics:
    mean, variance, count = over_examples(x.T)
    return Statistics(mean[:, None], variance[:, None], count)


def standardise(x: ndarray, statistics: Statistics, gamma: ndarray, beta: ndarray, eps: float):
    inverse = numpy.reciprocal(numpy.sqrt(statistics.variance + eps))
    normal = numpy.multiply(x - statistics.mean, inverse)
    return gamma * normal + beta, Memory(normal, inverse, gamma, statistics.count)


def batchnorm_forward(x: ndarray, gamma: ndarray, beta: ndarray, bn_param: dict[str, Any]):
    zeros = numpy.zeros(x.shape[1], dtype=x.dtype)
    mean = bn_param.get("running_mean", zeros)
    variance = bn_param.get("running_var", zeros)
    mode = Mode(bn_param["mode"])
    eps: float = bn_param.get("eps", 1e-5)
    if mode is Mode.TEST:
        known = Statistics(mean, variance, 0)
        out, _ = standardise(x=x, statistics=known, gamma=gamma, beta=beta, eps=eps)
        memory: Optional[Memory] = None
    else:
        batch = over_examples(x)
        out, memory = standardise(x=x, statistics=batch, gamma=gamma, beta=beta, eps=eps)
        momentum: float = bn_param.get("momentum", 0.9)
        mean = momentum * mean + (1 - momentum) * batch.mean
        variance = momentum * variance + (1 - momentum) * batch.variance
    bn_param |= {"running_mean": mean, "running_var": variance}
    return out, memory


def batchnorm_backward(dout: ndarray, cache: Memory):
    normal, inverse, gamma, count = cache
    dnormal = gamma * dout
    # x - mean was divided by the deviation, which x - mean has made as well
    dcentred = dnormal * inverse
    ddeviation = -numpy.einsum("nd,nd->d", dnormal, normal) * inverse
    dcentred += normal * (ddeviation / count)
    dx = dcentred - numpy.einsum("nd->d", dcentred) / count
    return dx, numpy.einsum("nd,nd->d", dout, normal), numpy.einsum("nd->d", dout)


def batchnorm_backward_alt(dout: ndarray, cache: Memory):
    dgamma = numpy.tensordot(dout, cache.normal, axes=(0, 0)).diagonal().copy()
    dbeta = dout.sum(axis=0)
    inner = cache.count * dout - dbeta - cache.normal * dgamma
    return cache.gamma * cache.inverse * inner / cache.count, dgamma, dbeta


def layernorm_forward(x: ndarray, gamma: ndarray, beta: ndarray, ln_param: dict[str, Any]):
    return standardise(x, over_features(x), gamma=gamma, beta=beta, eps=ln_param.get("eps", 1e-5))


def layernorm_backward(dout: ndarray, cache: Memory):
    normal, inverse, gamma, count = cache
    d = gamma * dout
    sums = numpy.einsum("nd->n", d)[:, None] + normal * numpy.einsum("nd,nd->n", d, normal)[:, None]
    return inverse * (d - sums / count), (dout * normal).sum(axis=0), dout.sum(axis=0)


def affine_forward(x: ndarray, w: ndarray, b: ndarray):
    return numpy.dot(x.reshape(len(x), w.shape[0]), w) + b, (x, w)


def affine_backward(dout: ndarray, cache):
    x, w = cache
    dw = numpy.dot(x.reshape(len(x), w.shape[0]).T, dout)
    return numpy.dot(dout, w.T).reshape(x.shape), dw, dout.sum(axis=0)


def relu_forward(x: ndarray):
    return numpy.maximum(x, 0.0), x > 0


def relu_backward(dout: ndarray, cache: ndarray) -> ndarray:
    return cache * dout


def softmax_loss(x: ndarray, y: ndarray) -> tuple[float, ndarray]:
    rows = numpy.arange(len(y))
    shifted = x - x.max(axis=1, keepdims=True)
    total = numpy.exp(shifted).sum(axis=1)
    dx = numpy.exp(shifted) / total[:, None]
    dx[rows, y] -= 1
    return float(numpy.sum(numpy.log(total) - shifted[rows, y])) / len(y), dx / len(y)

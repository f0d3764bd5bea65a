from dataclasses import dataclass
from typing import Optional

import numpy as np


@dataclass
class Dropped:
    keep: Optional[np.ndarray]
    p: float


def dropout_forward(x: np.ndarray, dropout_param: dict) -> tuple[np.ndarray, Dropped]:
    p = dropout_param["p"]
    if dropout_param["mode"] == "test":
        return x.copy(), Dropped(None, p)
    seed = dropout_param.get("seed")
    # the global generator stays as it is when the mask has to repeat
    random = np.random if seed is None else np.random.RandomState(seed)
    keep = random.random_sample(x.shape) < p
    return np.where(keep, x / p, 0).astype(x.dtype), Dropped(keep, p)


def dropout_backward(dout: np.ndarray, cache: Dropped) -> np.ndarray:
    if cache.keep is None:
        return dout.copy()
    return np.where(cache.keep, dout / cache.p, 0)


@dataclass
class Normal:
    z: np.ndarray
    std: np.ndarray
    gamma: np.ndarray
    axis: int


def _normal(x, gamma, beta, axis, eps):
    centred = x - x.mean(axis, keepdims=True)
    variance = (centred ** 2).mean(axis, keepdims=True)
    cache = Normal(centred / np.sqrt(variance + eps), np.sqrt(variance + eps), gamma, axis)
    return gamma * cache.z + beta, cache, variance


def batchnorm_forward(x, gamma, beta, bn_param):
    eps = bn_param.get("eps", 1e-5)
    mean = bn_param.setdefault("running_mean", np.zeros(x.shape[1], x.dtype))
    var = bn_param.setdefault("running_var", np.zeros(x.shape[1], x.dtype))
    if bn_param["mode"] == "test":
        return gamma * (x - mean) / np.sqrt(var + eps) + beta, None
    out, cache, variance = _normal(x, gamma, beta, 0, eps)
    keep = bn_param.get("momentum", 0.9)
    bn_param["running_mean"] = keep * mean + (1 - keep) * x.mean(axis=0)
    bn_param["running_var"] = keep * var + (1 - keep) * variance[0]
    return out, cache


def batchnorm_backward(dout, cache):
    d = dout * cache.gamma
    mean = d.mean(cache.axis, keepdims=True)
    slope = (d * cache.z).mean(cache.axis, keepdims=True)
    return (d - mean - slope * cache.z) / cache.std, (dout * cache.z).sum(0), dout.sum(0)


def batchnorm_backward_alt(dout, cache):
    return batchnorm_backward(dout, cache)


def layernorm_forward(x, gamma, beta, ln_param):
    return _normal(x, gamma, beta, 1, ln_param.get("eps", 1e-5))[:2]


def layernorm_backward(dout, cache):
    return batchnorm_backward(dout, cache)


def affine_forward(x, w, b):
    return np.tensordot(x.reshape(x.shape[0], -1), w, 1) + b, (x, w)


def affine_backward(dout, cache):
    x, w = cache
    return (np.tensordot(dout, w.T, 1).reshape(x.shape),
            np.tensordot(x.reshape(x.shape[0], -1).T, dout, 1), dout.sum(axis=0))


def relu_forward(x):
    return np.where(x > 0, x, 0), x


def relu_backward(dout, cache):
    return np.where(cache > 0, dout, 0)


def softmax_loss(x, y):
    z = np.logaddexp.reduce(x, axis=1)
    hot = np.eye(x.shape[1])[y]
    return np.mean(z - (x * hot).sum(axis=1)), (np.exp(x - z[:, None]) - hot) / len(x)

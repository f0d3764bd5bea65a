from __future__ import annotations

import enum
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


class Mode(str, enum.Enum):
    TRAIN = 'train'
    TEST = 'test'


@dataclass
class AffineCache:
    x: NDArray
    w: NDArray

    @property
    def flat(self) -> NDArray:
        return self.x.reshape(self.x.shape[0], -1)


@dataclass
class NormCache:
    x_hat: NDArray
    inv_std: NDArray
    gamma: NDArray
    mode: Mode


@dataclass
class DropoutCache:
    mode: Mode
    keep: float
    mask: NDArray | None = field(default=None, repr=False)


def affine_forward(x: NDArray, w: NDArray, b: NDArray):
    cache = AffineCache(x=x, w=w)
    return np.add(cache.flat @ w, b), cache


def affine_backward(dout: NDArray, cache: AffineCache):
    dx: NDArray = (cache.w @ dout.T).T.reshape(cache.x.shape)
    dw: NDArray = (dout.T @ cache.flat).T
    db: NDArray = dout.sum(axis=0)
    return dx, dw, db


def relu_forward(x: NDArray):
    return np.maximum(x, np.zeros(1, dtype=x.dtype)), x


def relu_backward(dout: NDArray, cache: NDArray) -> NDArray:
    return np.where(np.signbit(-cache), dout, 0) * (cache != 0)


def softmax_loss(x: NDArray, y: NDArray):
    rows = np.arange(x.shape[0])
    margin = x - x[rows, y][:, None]           # scores against the right class's
    top = margin.max(axis=1, keepdims=True)    # at least 0
    weights = np.exp(margin - top)
    total = weights.sum(axis=1, keepdims=True)
    loss = float(np.mean(np.log(total) + top))
    dx = weights / total
    dx[rows, y] -= 1.0
    return loss, dx / x.shape[0]


def batchnorm_forward(x: NDArray, gamma: NDArray, beta: NDArray, bn_param: dict):
    mode = Mode(bn_param['mode'])
    momentum: float = bn_param.get('momentum', 0.9)
    eps: float = bn_param.get('eps', 1e-5)
    zero = np.zeros(x.shape[1], dtype=x.dtype)
    moments = {'mean': bn_param.get('running_mean', zero), 'var': bn_param.get('running_var', zero)}
    for name, statistic in moments.items():
        if mode is Mode.TRAIN:
            new = getattr(x, name)(axis=0)
            bn_param[f'running_{name}'] = momentum * statistic + (1 - momentum) * new
            moments[name] = new
        else:
            bn_param[f'running_{name}'] = statistic
    inv_std = 1 / np.sqrt(moments['var'] + eps)
    x_hat = (x - moments['mean']) * inv_std
    return x_hat * gamma + beta, NormCache(x_hat, inv_std, gamma, mode)


def batchnorm_backward(dout: NDArray, cache: NormCache):
    d_hat = dout * cache.gamma
    if cache.mode is Mode.TRAIN:
        # project out the constant vector and x_hat, feature by feature
        d_hat = d_hat - d_hat.mean(axis=0)
        d_hat = d_hat - cache.x_hat * np.mean(d_hat * cache.x_hat, axis=0)
    return d_hat * cache.inv_std, np.sum(dout * cache.x_hat, axis=0), np.sum(dout, axis=0)


def dropout_forward(x: NDArray, dropout_param: dict):
    mode, keep = Mode(dropout_param['mode']), 1 - dropout_param['p']
    if 'seed' in dropout_param:
        np.random.seed(dropout_param['seed'])
    cache = DropoutCache(mode, keep)
    if mode is Mode.TRAIN:
        cache.mask = np.random.random_sample(x.shape) < keep
        return np.where(cache.mask, x / keep, 0).astype(x.dtype), cache
    return x, cache


def dropout_backward(dout: NDArray, cache: DropoutCache) -> NDArray:
    if cache.mode is Mode.TEST:
        return dout
    return np.where(cache.mask, dout / cache.keep, 0)

# -*- coding: utf-8 -*-
from __future__ import annotations

from collections import namedtuple
from typing import Tuple

import numpy as np
from numpy import ndarray

仿射缓存 = namedtuple('仿射缓存', 'x w b 展平')


def affine_forward(x: ndarray, w: ndarray, b: ndarray) -> Tuple[ndarray, 仿射缓存]:
    # 把每个样本拉成一行，再补一列 1，偏置当作最后一行权重
    展平 = np.hstack((x.reshape(x.shape[0], -1), np.ones((x.shape[0], 1))))
    权重 = np.vstack((w, b))
    out = np.einsum('nd,dm->nm', 展平, 权重)
    return out, 仿射缓存(x, w, b, 展平)


def affine_backward(dout: ndarray, cache: 仿射缓存) -> Tuple[ndarray, ndarray, ndarray]:
    dw_ext = np.einsum('nd,nm->dm', cache.展平, dout)  # 最后一行就是偏置的梯度
    dx = np.einsum('nm,dm->nd', dout, cache.w)
    return dx.reshape(cache.x.shape), dw_ext[:-1], dw_ext[-1]


def relu_forward(x: ndarray):
    out = x.copy()
    out[out < 0] = 0  # 负数置零
    return out, x


def relu_backward(dout: ndarray, cache: ndarray) -> ndarray:
    return np.multiply(dout, np.sign(np.maximum(cache, 0)))


def svm_loss(x: ndarray, y: ndarray):
    N, C = x.shape
    正确 = np.take_along_axis(x, y[:, None], axis=1)
    间隔 = np.maximum(0, x - 正确 + 1)
    np.put_along_axis(间隔, y[:, None], 0, axis=1)
    dx = np.zeros_like(x)
    dx[间隔 > 0] = 1
    np.put_along_axis(dx, y[:, None], -dx.sum(axis=1, keepdims=True), axis=1)
    return np.einsum('ij->', 间隔) / N, dx / N


def softmax_loss(x: ndarray, y: ndarray):
    N = x.shape[0]
    x = x - x.max(1)[:, None]  # 防止溢出；这里是新数组，不改动输入
    e = np.exp(x)
    和 = np.einsum('ij->i', e)
    损失 = np.log(和) - np.take_along_axis(x, y[:, None], axis=1)[:, 0]
    dx = e / 和[:, None]
    dx -= np.arange(x.shape[1]) == y[:, None]
    return np.sum(损失) / N, dx / N

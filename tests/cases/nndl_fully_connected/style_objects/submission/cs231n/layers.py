from builtins import range
from collections import namedtuple
import numpy as np

AffineCache = namedtuple("AffineCache", ["x", "w", "b"])


def affine_forward(x, w, b):
    num_train = x.shape[0]
    out = np.empty((num_train, w.shape[1]), dtype=np.result_type(x, w, b))
    for i in range(num_train):
        out[i] = np.ravel(x[i]).dot(w)
        out[i] += b
    return out, AffineCache(x, w, b)


def affine_backward(dout, cache):
    rows = cache.x.reshape(cache.x.shape[0], np.prod(cache.x.shape[1:]))
    dx = np.dot(cache.w, dout.T).T.reshape(cache.x.shape)
    dw = np.dot(dout.T, rows).T
    db = dout.T.sum(axis=1)
    return dx, dw, db


def relu_forward(x):
    out = x.copy()
    out[out < 0] = 0
    return out, x


def relu_backward(dout, cache):
    dx = np.array(dout, copy=True)
    dx[cache <= 0] = 0
    return dx


def svm_loss(x, y):
    num_train = x.shape[0]
    loss = 0
    dx = np.zeros(x.shape, x.dtype)
    for i in range(num_train):
        for j in range(x.shape[1]):
            margin = x[i, j] - x[i, y[i]] + 1
            if j != y[i] and margin > 0:
                loss += margin / num_train
                dx[i, j] += 1 / num_train
                dx[i, y[i]] -= 1 / num_train
    return loss, dx


def softmax_loss(x, y):
    loss = 0
    dx = np.zeros(x.shape, x.dtype)
    for i, (row, label) in enumerate(zip(x, y)):
        top = row.max()
        e = np.exp(row - top)
        loss += (np.log(e.sum()) + top - row[label]) / len(x)
        dx[i] = e / e.sum()
        dx[i, label] -= 1
    dx /= len(x)
    return loss, dx

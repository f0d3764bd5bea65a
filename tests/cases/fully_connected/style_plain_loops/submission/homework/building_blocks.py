import math

import numpy as np


def affine_forward(x, w, b):
    rows = []
    for example in x:
        rows.append(example.flatten().dot(w) + b)
    return np.array(rows), (x, w, b, len(rows), 'affine')


def affine_backward(dout, cache):
    x, w, b, n, _ = cache
    dx = np.zeros(x.shape, dtype=dout.dtype)
    dw = np.zeros(w.shape, dtype=dout.dtype)
    db = np.zeros(b.shape, dtype=dout.dtype)
    for i in range(n):
        dx[i] = w.dot(dout[i]).reshape(x.shape[1:])
        dw += np.outer(x[i], dout[i])
        db += dout[i]
    return dx, dw, db


def relu_forward(x):
    out = np.zeros_like(x)
    positive = np.nonzero(x > 0)
    out[positive] = x[positive]
    return out, (positive, x.shape)


def relu_backward(dout, cache):
    positive, shape = cache
    dx = np.zeros(shape, dout.dtype)
    dx[positive] = dout[positive]
    return dx


def svm_loss(x, y):
    n, c = x.shape
    total, dx = 0.0, np.zeros((n, c))
    for i in range(n):
        for j in set(range(c)) - {int(y[i])}:
            margin = 1 + x[i][j] - x[i][y[i]]
            if margin <= 0:
                continue
            total += margin
            dx[i][j] += 1.0 / n
            dx[i][y[i]] -= 1.0 / n
    return total / n, dx


def softmax_loss(x, y):
    n, c = x.shape
    losses, dx = [], np.zeros((n, c))
    for i in range(n):
        biggest = max(x[i])
        exps = [math.exp(v - biggest) for v in x[i]]
        total = math.fsum(exps)
        losses.append(math.log(total) - (float(x[i, y[i]]) - float(biggest)))
        for j in range(c):
            dx[i, j] = (exps[j] / total - (1 if j == y[i] else 0)) / n
    return sum(losses) / n, dx


def affine_relu_forward(x, w, b):
    a, c1 = affine_forward(x, w, b)
    r, c2 = relu_forward(a)
    return r, (c1, c2)


def affine_relu_backward(dout, cache):
    c1, c2 = cache
    dx, dw, db = affine_backward(relu_backward(dout, c2), c1)
    return dx, dw, db

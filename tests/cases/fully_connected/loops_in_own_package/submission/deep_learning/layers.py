import math
import numpy as np


def affine_forward(x, w, b):
    # no numpy tricks here, I want to see every index
    n_examples = x.shape[0]
    n_out = w.shape[1]
    out = np.zeros((n_examples, n_out))
    for n in range(n_examples):
        row = x[n].flatten()
        for m in range(n_out):
            total = b[m]
            for d in range(len(row)):
                total += row[d] * w[d, m]
            out[n, m] = total
    return out, (x, w, b)


def affine_backward(dout, cache):
    x, w, b = cache
    n_examples, n_out = dout.shape
    dx = np.zeros(x.shape)
    dw = np.zeros(w.shape)
    db = np.zeros(b.shape)
    for n in range(n_examples):
        row = x[n].flatten()
        drow = np.zeros(len(row))
        for m in range(n_out):
            db[m] += dout[n, m]
            for d in range(len(row)):
                drow[d] += dout[n, m] * w[d, m]
                dw[d, m] += dout[n, m] * row[d]
        dx[n] = drow.reshape(x[n].shape)
    return dx, dw, db


def relu_forward(x):
    out = np.zeros(x.shape)
    for index, value in np.ndenumerate(x):
        if value > 0:
            out[index] = value
    return out, x


def relu_backward(dout, x):
    dx = np.zeros(x.shape)
    for index, value in np.ndenumerate(x):
        if value > 0:
            dx[index] = dout[index]
    return dx


def svm_loss(x, y):
    loss = 0.0
    dx = np.zeros(x.shape)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            if j == y[i]:
                continue
            margin = x[i, j] - x[i, y[i]] + 1
            if margin > 0:
                loss += margin
                dx[i, j] += 1
                dx[i, y[i]] -= 1
    return loss / x.shape[0], dx / x.shape[0]


def softmax_loss(x, y):
    loss = 0.0
    dx = np.zeros(x.shape)
    for i in range(x.shape[0]):
        biggest = max(x[i])
        e = [math.exp(s - biggest) for s in x[i]]
        for j in range(x.shape[1]):
            p = e[j] / sum(e)
            dx[i, j] = p - (1 if j == y[i] else 0)
            if j == y[i]:
                loss -= math.log(p)
    return loss / x.shape[0], dx / x.shape[0]

'''Layers of the network. Every forward returns (out, cache).'''
import numpy as np


def flatten(x):
    return x.reshape(len(x), int(np.prod(x.shape[1:])))


def affine_forward(x, w, b):
    return np.matmul(flatten(x), w) + b, (x, w)


def affine_backward(dout, cache):
    x, w = cache
    return (np.matmul(dout, w.transpose()).reshape(*x.shape),
            np.matmul(flatten(x).transpose(), dout),
            dout.sum(0))


def relu_forward(x):
    positive = x > 0
    return np.where(positive, x, 0.0), positive


def relu_backward(dout, positive):
    return dout * positive


def svm_loss(scores, y):
    n = len(y)
    rows = np.arange(n)
    m = scores - scores[rows, y].reshape(n, 1) + 1
    m[rows, y] = 0
    active = (m > 0).astype(scores.dtype)
    active[rows, y] = -active.sum(axis=1)
    return np.clip(m, 0, None).sum() / n, active / n


def softmax_loss(scores, y):
    n = len(y)
    z = scores - scores.max(axis=1)[:, None]
    logp = z - np.log(np.exp(z).sum(axis=1))[:, None]
    onehot = np.eye(scores.shape[1])[y]
    return -(logp * onehot).sum() / n, (np.exp(logp) - onehot) / n

import numpy as np

from .norm import forward as batchnorm_forward, backward as batchnorm_backward

try:
    from scipy.special import logsumexp
except ImportError:
    def logsumexp(a, axis):
        top = a.max(axis=axis, keepdims=True)
        return np.squeeze(top, axis) + np.log(np.exp(a - top).sum(axis=axis))


def affine_forward(x, w, b):
    return np.inner(x.reshape(len(x), -1), w.T) + b, (x, w)


def affine_backward(dout, cache):
    x, w = cache
    return np.inner(dout, w).reshape(x.shape), np.inner(x.reshape(len(x), -1).T, dout.T), dout.sum(0)


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    return np.select([cache > 0], [dout], 0)


def dropout_forward(x, dropout_param):
    drop, mode = dropout_param['p'], dropout_param['mode']
    if mode == 'train':
        random = np.random
        if 'seed' in dropout_param:
            random = np.random.default_rng(dropout_param['seed'])
        kept = random.random(x.shape) > drop
        mask = kept / np.mean([1 - drop])
    else:
        mask = 1.0
    return x * mask, mask


def dropout_backward(dout, cache):
    return dout * cache


def softmax_loss(x, y):
    which = np.arange(len(y)), y
    lse = logsumexp(x, axis=1)
    dx = np.exp(x - lse[:, None]) / len(y)
    dx[which] -= 1 / len(y)
    return (lse - x[which]).mean(), dx

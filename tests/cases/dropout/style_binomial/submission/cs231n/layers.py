import numpy as np


def affine_forward(x, w, b):
    out = x.reshape(len(x), -1).dot(w) + b
    return out, (x, w, b)


def affine_backward(dout, cache):
    x, w, b = cache
    dx = dout.dot(w.T).reshape(x.shape)
    dw = x.reshape(len(x), -1).T.dot(dout)
    db = dout.sum(axis=0)
    return dx, dw, db


def relu_forward(x):
    return np.maximum(0, x), x


def relu_backward(dout, cache):
    return np.where(cache > 0, dout, 0)


def dropout_forward(x, dropout_param):
    p = dropout_param['p']
    if 'seed' in dropout_param:
        np.random.seed(dropout_param['seed'])
    if dropout_param['mode'] == 'train':
        mask = np.random.binomial(1, p, size=x.shape) / p
        out = x * mask
    else:
        mask = 1
        out = x
    return out.astype(x.dtype, copy=False), mask


def dropout_backward(dout, cache):
    return dout * cache


def softmax_loss(x, y):
    logits = x - np.max(x, axis=1, keepdims=True)
    log_probs = logits - np.log(np.sum(np.exp(logits), axis=1, keepdims=True))
    n = np.arange(x.shape[0])
    dx = np.exp(log_probs)
    dx[n, y] -= 1
    return -np.mean(log_probs[n, y]), dx / len(n)

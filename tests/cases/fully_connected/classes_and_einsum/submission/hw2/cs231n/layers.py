"""My layers. I like objects, so the functions the course asks for are thin wrappers."""
import sys

import numpy as np

print('loading layers.py', sys.version_info[:2])


class Affine:
    def forward(self, x, w, b):
        flat = np.einsum('n...->n...', x).reshape(len(x), -1)
        return np.einsum('nd,dm->nm', flat, w) + b.ravel()

    def backward(self, dout, x, w, b):
        flat = x.reshape(len(x), -1)
        return {
            'x': np.einsum('nm,dm->nd', dout, w).reshape(x.shape),
            'w': np.einsum('nm,nd->dm', dout, flat),
            'b': np.einsum('nm->m', dout).reshape(b.shape),
        }


class Relu:
    @staticmethod
    def gate(x):
        return np.heaviside(x, 0.0)


AFFINE = Affine()


def affine_forward(x, w, b):
    print('affine_forward', x.shape, w.shape)
    cache = {'x': x, 'w': w, 'b': b}
    return AFFINE.forward(x, w, b), cache


def affine_backward(dout, cache):
    print('affine_backward', dout.shape)
    g = AFFINE.backward(dout, **cache)
    return g['x'], g['w'], g['b']


def relu_forward(x):
    gate = Relu.gate(x)
    return x * gate, {'gate': gate, 'shape': x.shape}


def relu_backward(dout, cache):
    assert dout.shape == cache['shape']
    return dout * cache['gate']


def _one_hot(y, classes):
    return (np.arange(classes) == y[:, None]).astype(float)


def svm_loss(x, y):
    hot = _one_hot(y, x.shape[1])
    right = np.einsum('nc,nc->n', x, hot)
    violation = (x - right[:, None] + 1) * (1 - hot)
    on = Relu.gate(violation)
    dx = on - hot * on.sum(axis=1, keepdims=True)
    return (violation * on).sum() / len(x), dx / len(x)


def softmax_loss(x, y):
    hot = _one_hot(y, x.shape[1])
    top = x.max(axis=1, keepdims=True)
    log_sum = top + np.log(np.exp(x - top).sum(axis=1, keepdims=True))
    loss = np.einsum('nc,nc->', log_sum - x, hot) / len(x)
    return np.array([loss]), (np.exp(x - log_sum) - hot) / len(x)

import numpy as np
from ..layers import *
from ..layer_utils import *


class TwoLayerNet(object):
    def __init__(self, input_dim=3 * 32 * 32, hidden_dim=100, num_classes=10,
                 weight_scale=1e-3, reg=0.0):
        self.reg = reg
        self.params = {
            'W1': np.random.randn(input_dim, hidden_dim).astype(FLOAT) * FLOAT(weight_scale),
            'b1': np.zeros(hidden_dim, FLOAT),
            'W2': np.random.randn(hidden_dim, num_classes).astype(FLOAT) * FLOAT(weight_scale),
            'b2': np.zeros(num_classes, FLOAT),
        }

    def loss(self, X, y=None):
        W1, b1, W2, b2 = f32(*(self.params[k] for k in ('W1', 'b1', 'W2', 'b2')))
        h, c1 = affine_relu_forward(X, W1, b1)
        scores, c2 = affine_forward(h, W2, b2)
        if y is None:
            return scores
        loss, d = softmax_loss(scores, y)
        loss += FLOAT(0.5 * self.reg) * ((W1 * W1).sum() + (W2 * W2).sum())
        dh, dW2, db2 = affine_backward(d, c2)
        _, dW1, db1 = affine_relu_backward(dh, c1)
        reg = FLOAT(self.reg)
        return loss, {'W1': dW1 + reg * W1, 'b1': db1, 'W2': dW2 + reg * W2, 'b2': db2}


class FullyConnectedNet(object):
    def __init__(self, hidden_dims, input_dim=3 * 32 * 32, num_classes=10, dropout=1,
                 normalization=None, reg=0.0, weight_scale=1e-2, dtype=np.float32, seed=None):
        self.reg, self.L, self.params = FLOAT(reg), len(hidden_dims) + 1, {}
        dims = [input_dim] + list(hidden_dims) + [num_classes]
        for i in range(self.L):
            W = np.random.randn(dims[i], dims[i + 1]).astype(FLOAT) * FLOAT(weight_scale)
            self.params['W%d' % (i + 1)] = W
            self.params['b%d' % (i + 1)] = np.zeros(dims[i + 1], FLOAT)

    def loss(self, X, y=None):
        p = {k: FLOAT(v) for k, v in self.params.items()}
        out, caches = FLOAT(X), []
        for i in range(1, self.L):
            out, c = affine_relu_forward(out, p['W%d' % i], p['b%d' % i])
            caches.append(c)
        scores, c = affine_forward(out, p['W%d' % self.L], p['b%d' % self.L])
        if y is None:
            return scores
        loss, d = softmax_loss(scores, y)
        grads = {}
        d, grads['W%d' % self.L], grads['b%d' % self.L] = affine_backward(d, c)
        for i in reversed(range(1, self.L)):
            d, grads['W%d' % i], grads['b%d' % i] = affine_relu_backward(d, caches[i - 1])
        for i in range(1, self.L + 1):
            loss += FLOAT(0.5) * self.reg * (p['W%d' % i] ** 2).sum()
            grads['W%d' % i] += self.reg * p['W%d' % i]
        return loss, grads

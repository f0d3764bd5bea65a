import numpy as np

from ..layers import *


class Counted(object):
    calls = 0

    def loss(self, X, y=None):
        self.calls += 1
        scores, tape = self.climb(X.astype(self.dtype), 'test' if y is None else 'train')
        return scores if y is None else self.descend(*softmax_loss(scores, y), tape)


class FullyConnectedNet(Counted):
    def __init__(self, hidden_dims, input_dim=3*32*32, num_classes=10,
                 dropout_keep_ratio=1, normalization=None, reg=0.0,
                 weight_scale=1e-2, dtype=np.float32, seed=None):
        self.kind, self.reg, self.dtype = normalization, reg, dtype
        self.last = len(hidden_dims) + 1
        self.params, rows = {}, input_dim
        self.bn_params = [{} for _ in hidden_dims] if normalization else []
        for i, columns in enumerate([*hidden_dims, num_classes], 1):
            self['W', i] = np.random.randn(rows, columns) * weight_scale
            self['b', i] = np.zeros(columns)
            if normalization and i < self.last:
                self['gamma', i], self['beta', i] = np.ones(columns), np.zeros(columns)
            rows = columns

    def __setitem__(self, key, value):
        self.params['%s%d' % key] = value.astype(self.dtype)

    def __getitem__(self, key):
        return self.params['%s%d' % key]

    def climb(self, h, mode):
        tape = []
        for i in range(1, self.last + 1):
            h, cache = affine_forward(h, self['W', i], self['b', i])
            tape.append((affine_backward, cache, ['W%d' % i, 'b%d' % i]))
            if i == self.last:
                break
            if self.kind:
                batch = self.kind == 'batchnorm'
                self.bn_params[i - 1]['mode'] = mode
                h, cache = (batchnorm_forward if batch else layernorm_forward)(
                    h, self['gamma', i], self['beta', i], self.bn_params[i - 1])
                tape.append((batchnorm_backward if batch else layernorm_backward, cache,
                             ['gamma%d' % i, 'beta%d' % i]))
            h, cache = relu_forward(h)
            tape.append((relu_backward, cache, None))
        return h, tape

    def descend(self, loss, d, tape):
        grads = {}
        for backward, cache, names in tape[::-1]:
            if names is None:
                d = backward(d, cache)
            else:
                d, grads[names[0]], grads[names[1]] = backward(d, cache)
        for i in range(1, self.last + 1):
            loss = loss + 0.5 * self.reg * np.sum(self['W', i] ** 2)
            grads['W%d' % i] = grads['W%d' % i] + self.reg * self['W', i]
        return loss, grads

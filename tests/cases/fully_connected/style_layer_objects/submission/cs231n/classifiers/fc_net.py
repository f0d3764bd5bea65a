import numpy as np

from ..layers import *
from ..layer_utils import Chain


class _Net:
    """What both networks share: a chain is built anew from the parameters at every call."""

    def _start(self, sizes, scale, dtype):
        self.depth = len(sizes) - 1
        self.params = {}
        for i in range(self.depth):
            w = scale * np.random.randn(sizes[i], sizes[i + 1])
            self.params['W%d' % (i + 1)] = w.astype(dtype)
            self.params['b%d' % (i + 1)] = np.zeros(sizes[i + 1], dtype)

    def loss(self, X, y=None):
        chain, dense = Chain(), []
        for i in range(1, self.depth + 1):
            dense.append(Dense(self.params[f'W{i}'], self.params[f'b{i}']))
            chain += [dense[-1], Rectifier()]
        chain.pop()
        scores = chain.forward(X.astype(self.params['W1'].dtype))
        if y is None:
            return scores
        loss, d = softmax_loss(scores, y)
        chain.backward(d)
        grads = {}
        for i, layer in enumerate(dense, 1):
            loss += self.reg / 2 * np.vdot(layer.w, layer.w)
            grads[f'W{i}'] = layer.dw + self.reg * layer.w
            grads[f'b{i}'] = layer.db
        return loss, grads


class TwoLayerNet(_Net):
    def __init__(self, input_dim=3 * 32 * 32, hidden_dim=100, num_classes=10,
                 weight_scale=1e-3, reg=0.0):
        self.reg = reg
        self._start((input_dim, hidden_dim, num_classes), weight_scale, np.float64)


class FullyConnectedNet(_Net):
    def __init__(self, hidden_dims, input_dim=3 * 32 * 32, num_classes=10,
                 dropout_keep_ratio=1, normalization=None, reg=0.0,
                 weight_scale=1e-2, dtype=np.float32, seed=None):
        self.reg = reg
        self.dtype = dtype
        self._start((input_dim, *hidden_dims, num_classes), weight_scale, dtype)

from cs231n.layers import *
from cs231n.layer_utils import *
import numpy as np


def descend(params, reg, x, y, layer, last):
    """Scores at the bottom of the recursion; (loss, gradient of x, grads) on the way up."""
    W, b = params['W%d' % layer], params['b%d' % layer]
    if layer == last:
        scores, cache = affine_forward(x, W, b)
        if y is None:
            return scores
        loss, d = softmax_loss(scores, y)
        grads = {}
        back = affine_backward
    else:
        out, cache = affine_relu_forward(x, W, b)
        below = descend(params, reg, out, y, layer + 1, last)
        if y is None:
            return below
        loss, d, grads = below
        back = affine_relu_backward
    d, dW, db = back(d, cache)
    grads['W%d' % layer] = dW + reg * W
    grads['b%d' % layer] = db
    return loss + 0.5 * reg * np.linalg.norm(W) ** 2, d, grads


class TwoLayerNet(object):
    def __init__(self, input_dim=3*32*32, hidden_dim=100, num_classes=10,
                 weight_scale=1e-3, reg=0.0):
        self.params = dict(
            W1=np.random.normal(0.0, weight_scale, (input_dim, hidden_dim)),
            b1=np.zeros((hidden_dim,)),
            W2=np.random.normal(0.0, weight_scale, (hidden_dim, num_classes)),
            b2=np.zeros((num_classes,)))
        self.reg = reg

    def loss(self, X, y=None):
        result = descend(self.params, self.reg, X, y, 1, 2)
        if y is None:
            return result
        return result[0], result[2]


class FullyConnectedNet(object):
    def __init__(self, hidden_dims, input_dim=3*32*32, num_classes=10,
                 dropout=0, use_batchnorm=False, reg=0.0,
                 weight_scale=1e-2, dtype=np.float32, seed=None):
        self.reg = reg
        self.dtype = dtype
        self.num_layers = 1 + len(hidden_dims)
        self.params = {}
        self._grow([input_dim] + list(hidden_dims) + [num_classes], 1, weight_scale)

    def _grow(self, dims, layer, scale):
        if len(dims) < 2:
            return
        W = np.random.normal(loc=0.0, scale=scale, size=dims[:2])
        self.params['W%d' % layer] = W.astype(self.dtype)
        self.params['b%d' % layer] = np.zeros(dims[1], dtype=self.dtype)
        self._grow(dims[1:], layer + 1, scale)

    def loss(self, X, y=None):
        result = descend(self.params, self.reg, X.astype(self.dtype), y, 1, self.num_layers)
        return result if y is None else (result[0], result[2])

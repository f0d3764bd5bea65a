import numpy as np
from layers.layers import *
from layers.layer_utils import *


class TwoLayerNet(object):
    def __init__(self, input_dim=3072, hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0):
        self.reg = reg
        self.params = dict(
            W1=np.random.randn(input_dim, hidden_dim) * weight_scale,
            b1=np.zeros(hidden_dim),
            W2=np.random.randn(hidden_dim, num_classes) * weight_scale,
            b2=np.zeros(num_classes),
        )

    def loss(self, X, y=None):
        p = self.params
        out1, cache1 = affine_relu_forward(X, p['W1'], p['b1'])
        scores, cache2 = affine_forward(out1, p['W2'], p['b2'])
        if y is None:
            return scores
        loss, dscores = softmax_loss(scores, y)
        dout1, dW2, db2 = affine_backward(dscores, cache2)
        dW1, db1 = affine_relu_backward(dout1, cache1)[1:]
        penalty = sum((p[name] ** 2).sum() for name in ('W1', 'W2'))
        grads = {'W1': dW1 + self.reg * p['W1'], 'b1': db1,
                 'W2': dW2 + self.reg * p['W2'], 'b2': db2}
        return loss + self.reg * penalty / 2, grads


class FullyConnectedNet(object):
    def __init__(self, hidden_dims, input_dim=3072, num_classes=10, dropout=0, use_batchnorm=False,
                 reg=0.0, weight_scale=1e-2, dtype=np.float32, seed=None):
        self.reg = reg
        self.dtype = dtype
        self.num_layers = len(hidden_dims) + 1
        sizes = [input_dim] + list(hidden_dims) + [num_classes]
        self.params = {}
        for k, (a, b) in enumerate(zip(sizes[:-1], sizes[1:]), 1):
            self.params['W{}'.format(k)] = (np.random.randn(a, b) * weight_scale).astype(dtype)
            self.params['b{}'.format(k)] = np.zeros(b, dtype=dtype)

    def loss(self, X, y=None):
        out, stack = X.astype(self.dtype), []
        for k in range(1, self.num_layers + 1):
            step = affine_forward if k == self.num_layers else affine_relu_forward
            out, cache = step(out, self.params['W{}'.format(k)], self.params['b{}'.format(k)])
            stack.append(cache)
        if y is None:
            return out
        loss, d = softmax_loss(out, y)
        grads = {}
        for k in range(self.num_layers, 0, -1):
            back = affine_backward if k == self.num_layers else affine_relu_backward
            W = self.params['W{}'.format(k)]
            d, dW, db = back(d, stack.pop())
            grads['W{}'.format(k)], grads['b{}'.format(k)] = dW + self.reg * W, db
            loss += self.reg * (W * W).sum() / 2
        return loss, grads

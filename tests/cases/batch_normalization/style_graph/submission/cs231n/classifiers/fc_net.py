from builtins import range
from builtins import object
import numpy as np

from ..layers import *


class FullyConnectedNet(object):
    def __init__(self, hidden_dims, input_dim=3*32*32, num_classes=10,
                 dropout=1, normalization=None, reg=0.0,
                 weight_scale=1e-2, dtype=np.float32, seed=None):
        self.normalization = normalization
        self.use_dropout = dropout != 1
        self.reg = reg
        self.num_layers = 1 + len(hidden_dims)
        self.dtype = dtype
        self.params = {}

        dims = [input_dim] + list(hidden_dims) + [num_classes]
        for i in range(self.num_layers):
            self.params['W%d' % (i+1)] = weight_scale * np.random.randn(dims[i], dims[i+1])
            self.params['b%d' % (i+1)] = np.zeros(dims[i+1])
            if self.normalization is not None and i < self.num_layers - 1:
                self.params['gamma%d' % (i+1)] = np.ones(dims[i+1])
                self.params['beta%d' % (i+1)] = np.zeros(dims[i+1])

        self.bn_params = []
        if self.normalization == 'batchnorm':
            self.bn_params = [{'mode': 'train'} for i in range(self.num_layers - 1)]
        if self.normalization == 'layernorm':
            self.bn_params = [{} for i in range(self.num_layers - 1)]

        for k, v in self.params.items():
            self.params[k] = v.astype(dtype)

    def loss(self, X, y=None):
        h = X.astype(self.dtype)
        mode = 'test' if y is None else 'train'
        if self.normalization == 'batchnorm':
            for bn_param in self.bn_params:
                bn_param['mode'] = mode

        forward = {'batchnorm': batchnorm_forward, 'layernorm': layernorm_forward}
        backward = {'batchnorm': batchnorm_backward, 'layernorm': layernorm_backward}
        affines, norms, relus = [], [], []
        for i in range(1, self.num_layers):
            h, cache = affine_forward(h, self.params['W%d' % i], self.params['b%d' % i])
            affines.append(cache)
            if self.normalization:
                h, cache = forward[self.normalization](
                    h, self.params['gamma%d' % i], self.params['beta%d' % i], self.bn_params[i-1])
                norms.append(cache)
            h, cache = relu_forward(h)
            relus.append(cache)
        n = self.num_layers
        scores, cache = affine_forward(h, self.params['W%d' % n], self.params['b%d' % n])
        if mode == 'test':
            return scores

        loss, dh = softmax_loss(scores, y)
        grads = {}
        dh, grads['W%d' % n], grads['b%d' % n] = affine_backward(dh, cache)
        for i in range(n - 1, 0, -1):
            dh = relu_backward(dh, relus.pop())
            if self.normalization:
                dh, grads['gamma%d' % i], grads['beta%d' % i] = \
                    backward[self.normalization](dh, norms.pop())
            dh, grads['W%d' % i], grads['b%d' % i] = affine_backward(dh, affines.pop())
        for i in range(1, n + 1):
            W = self.params['W%d' % i]
            loss += 0.5 * self.reg * np.sum(W * W)
            grads['W%d' % i] += self.reg * W
        return loss, grads

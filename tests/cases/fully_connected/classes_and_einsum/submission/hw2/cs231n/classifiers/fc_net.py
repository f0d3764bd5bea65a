from collections import OrderedDict

import numpy as np

from ..layers import *
from ..layer_utils import *


class Network:
    """What both networks share."""

    def build(self, sizes, scale, dtype=float):
        self.depth = len(sizes) - 1
        self.params = OrderedDict()
        for k in range(self.depth):
            self.params[f'W{k}'] = np.random.normal(0, scale, sizes[k:k + 2]).astype(dtype)
            self.params[f'b{k}'] = np.zeros((1, sizes[k + 1]), dtype=dtype)

    def loss(self, X, y=None):
        caches, out = [], X
        for k in range(self.depth):
            forward = affine_relu_forward if k + 1 < self.depth else affine_forward
            out, cache = forward(out, self.params[f'W{k}'], self.params[f'b{k}'])
            caches.append(cache)
        if y is None:
            return out
        loss, d = softmax_loss(out, y)
        grads = OrderedDict()
        for k in range(self.depth)[::-1]:
            backward = affine_relu_backward if k + 1 < self.depth else affine_backward
            d, grads[f'W{k}'], grads[f'b{k}'] = backward(d, caches[k])
            grads[f'W{k}'] += self.reg * self.params[f'W{k}']
            loss = loss + 0.5 * self.reg * np.vdot(self.params[f'W{k}'], self.params[f'W{k}'])
        print(f'loss {loss}')
        return loss, grads


class TwoLayerNet(Network):
    def __init__(self, input_dim=3072, hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0):
        self.reg = reg
        self.build((input_dim, hidden_dim, num_classes), weight_scale)


class FullyConnectedNet(Network):
    def __init__(self, hidden_dims, input_dim=3072, num_classes=10, dropout_keep_ratio=1,
                 normalization=None, reg=0.0, weight_scale=1e-2, dtype=np.float32, seed=None):
        self.reg = reg
        self.build((input_dim, *hidden_dims, num_classes), weight_scale, dtype)

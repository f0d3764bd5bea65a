import numpy as np

from ..layers import *


class FullyConnectedNet(object):
    def __init__(self, hidden_dims, input_dim=3 * 32 * 32, num_classes=10,
                 dropout_keep_ratio=1, normalization=None, reg=0.0,
                 weight_scale=1e-2, dtype=np.float32, seed=None):
        self.use_dropout = dropout_keep_ratio != 1
        self.reg = reg
        self.num_layers = 1 + len(hidden_dims)
        self.dtype = dtype
        self.params = {}
        dims = [input_dim] + hidden_dims + [num_classes]
        for i in range(1, len(dims)):
            self.params[f'W{i}'] = np.random.normal(0, weight_scale, size=(dims[i - 1], dims[i]))
            self.params[f'b{i}'] = np.zeros(dims[i])
        self.dropout_param = {}
        if self.use_dropout:
            self.dropout_param = {'mode': 'train', 'p': dropout_keep_ratio}
            if seed is not None:
                self.dropout_param['seed'] = seed
        for k, v in self.params.items():
            self.params[k] = v.astype(dtype)

    def loss(self, X, y=None):
        h = X.astype(self.dtype)
        if self.use_dropout:
            self.dropout_param['mode'] = 'test' if y is None else 'train'
        caches = {}
        for i in range(1, self.num_layers + 1):
            h, caches['fc', i] = affine_forward(h, self.params[f'W{i}'], self.params[f'b{i}'])
            if i == self.num_layers:
                break
            h, caches['relu', i] = relu_forward(h)
            if self.use_dropout:
                h, caches['drop', i] = dropout_forward(h, self.dropout_param)
        if y is None:
            return h
        loss, dh = softmax_loss(h, y)
        grads = {}
        for i in range(self.num_layers, 0, -1):
            if ('drop', i) in caches:
                dh = dropout_backward(dh, caches['drop', i])
            if ('relu', i) in caches:
                dh = relu_backward(dh, caches['relu', i])
            dh, grads[f'W{i}'], grads[f'b{i}'] = affine_backward(dh, caches['fc', i])
            W = self.params[f'W{i}']
            loss += 0.5 * self.reg * np.sum(W * W)
            grads[f'W{i}'] += self.reg * W
        return loss, grads

import numpy as np

from cs231n.layers import *


class Layer(object):
    """One of the functions, with the names of its parameters."""

    def __init__(self, forward, backward, names=(), settings=None):
        self.forward_function, self.backward_function = forward, backward
        self.names, self.settings = names, settings

    def forward(self, x, params):
        arguments = [params[name] for name in self.names]
        if self.settings is not None:
            arguments.append(self.settings)
        out, self.cache = self.forward_function(x, *arguments)
        return out

    def backward(self, d, grads):
        result = self.backward_function(d, self.cache)
        if not self.names:
            return result
        for name, grad in zip(self.names, result[1:]):
            grads[name] = grad
        return result[0]


class FullyConnectedNet(object):
    def __init__(self, hidden_dims, input_dim=3*32*32, num_classes=10,
                 dropout_keep_ratio=1, normalization=None, reg=0.0,
                 weight_scale=1e-2, dtype=np.float32, seed=None):
        self.reg = reg
        self.dtype = dtype
        self.params = {}
        self.bn_params = []
        self.layers = []
        before = input_dim
        for i, width in enumerate(hidden_dims, start=1):
            self.add_affine(i, before, width, weight_scale)
            if normalization is not None:
                self.add_norm(i, width, normalization)
            self.layers.append(Layer(relu_forward, relu_backward))
            before = width
        self.add_affine(len(hidden_dims) + 1, before, num_classes, weight_scale)
        self.num_layers = len(hidden_dims) + 1

    def add_affine(self, i, rows, columns, scale):
        self.params['W%d' % i] = (np.random.randn(rows, columns) * scale).astype(self.dtype)
        self.params['b%d' % i] = np.zeros(columns, self.dtype)
        self.layers.append(Layer(affine_forward, affine_backward, ('W%d' % i, 'b%d' % i)))

    def add_norm(self, i, width, kind):
        self.params['gamma%d' % i] = np.ones(width, self.dtype)
        self.params['beta%d' % i] = np.zeros(width, self.dtype)
        self.bn_params.append({'mode': 'train'})
        functions = {'batchnorm': (batchnorm_forward, batchnorm_backward),
                     'layernorm': (layernorm_forward, layernorm_backward)}[kind]
        self.layers.append(Layer(*functions, ('gamma%d' % i, 'beta%d' % i), self.bn_params[-1]))

    def loss(self, X, y=None):
        for bn_param in self.bn_params:
            bn_param['mode'] = 'test' if y is None else 'train'
        out = X.astype(self.dtype)
        for layer in self.layers:
            out = layer.forward(out, self.params)
        if y is None:
            return out
        grads = {}
        loss, d = softmax_loss(out, y)
        for layer in reversed(self.layers):
            d = layer.backward(d, grads)
        for name in [n for n in self.params if n[0] == 'W']:
            loss += 0.5 * self.reg * np.sum(self.params[name] ** 2)
            grads[name] = grads[name] + self.reg * self.params[name]
        return loss, grads

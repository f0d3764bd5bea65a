import numpy as np
from .layer_utils import *
from .layers import *


class Parameters(dict):
    """Un diccionario que sabe cuáles son pesos."""

    def weights(self):
        return [k for k in self if k[0] == 'W']


class TwoLayerNet(object):
    def __init__(self, input_dim=3*32*32, hidden_dim=100, num_classes=10,
                 weight_scale=1e-3, reg=0.0):
        self.params = Parameters()
        self.reg = reg
        self.params.update(
            W1=np.random.randn(input_dim, hidden_dim) * weight_scale,
            W2=np.random.randn(hidden_dim, num_classes) * weight_scale,
            b1=np.zeros(hidden_dim), b2=np.zeros(num_classes))

    def loss(self, X, y=None):
        p = self.params
        hidden, cache_1 = affine_relu_forward(X, p['W1'], p['b1'])
        scores, cache_2 = affine_forward(hidden, p['W2'], p['b2'])
        if y is None:
            return scores
        loss, d = softmax_loss(scores, y)
        grads = dict.fromkeys(p)
        d, grads['W2'], grads['b2'] = affine_backward(d, cache_2)
        d, grads['W1'], grads['b1'] = affine_relu_backward(d, cache_1)
        for k in ('W1', 'W2'):
            loss += self.reg * np.mean(p[k] ** 2) * p[k].size / 2
            grads[k] = grads[k] + self.reg * p[k]
        return loss, grads


class FullyConnectedNet(object):
    def __init__(self, hidden_dims, input_dim=3*32*32, num_classes=10, dropout_keep_ratio=1,
                 normalization=None, reg=0.0, weight_scale=1e-2, dtype=np.float32, seed=None):
        self.normalization = normalization
        self.reg = reg
        self.dtype = dtype
        self.num_layers = len(hidden_dims) + 1
        self.params = Parameters()
        entra = input_dim
        for n, sale in enumerate(list(hidden_dims) + [num_classes], 1):
            self.params['W%s' % n] = np.asarray(
                np.random.normal(0, weight_scale, size=(entra, sale)), dtype=dtype)
            self.params['b%s' % n] = np.zeros((sale,), dtype=dtype)
            entra = sale

    def loss(self, X, y=None):
        x = np.array(X, dtype=self.dtype)
        memoria = []
        for n in range(1, self.num_layers + 1):
            capa = affine_relu_forward if n < self.num_layers else affine_forward
            x, recuerdo = capa(x, self.params['W%s' % n], self.params['b%s' % n])
            memoria.append(recuerdo)
        if y is None:
            return x
        loss, d = softmax_loss(x, y)
        grads = {}
        n = self.num_layers
        while memoria:
            atras = affine_backward if n == self.num_layers else affine_relu_backward
            d, grads['W%s' % n], grads['b%s' % n] = atras(d, memoria.pop())
            n -= 1
        for k in self.params.weights():
            W = self.params[k]
            loss += 0.5 * self.reg * W.ravel().dot(W.ravel())
            grads[k] += self.reg * W
        return loss, grads

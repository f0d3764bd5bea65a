import numpy as np

from ..layers import *
from ..layer_utils import *


class TwoLayerNet(object):
    """A two-layer network: affine - relu - affine - softmax."""

    def __init__(self, input_dim=3*32*32, hidden_dim=100, num_classes=10,
                 weight_scale=1e-3, reg=0.0):
        self.params = {}
        self.reg = reg
        self.params['W1'] = weight_scale * np.random.randn(input_dim, hidden_dim)
        self.params['b1'] = np.zeros(hidden_dim)
        self.params['W2'] = weight_scale * np.random.randn(hidden_dim, num_classes)
        self.params['b2'] = np.zeros(num_classes)

    def loss(self, X, y=None):
        W1, b1 = self.params['W1'], self.params['b1']
        W2, b2 = self.params['W2'], self.params['b2']
        hidden, cache1 = affine_relu_forward(X, W1, b1)
        scores, cache2 = affine_forward(hidden, W2, b2)

        # If y is None then we are in test mode so just return scores
        if y is None:
            return scores

        grads = {}
        loss, dscores = softmax_loss(scores, y)
        loss += self.reg * (np.sum(W1 * W1) + np.sum(W2 * W2))
        dhidden, grads['W2'], grads['b2'] = affine_backward(dscores, cache2)
        dX, grads['W1'], grads['b1'] = affine_relu_backward(dhidden, cache1)
        grads['W2'] += self.reg * W2
        grads['W1'] += self.reg * W1
        return loss, grads


class FullyConnectedNet(object):
    """
    A network of any depth:

    {affine - [batch norm] - relu - [dropout]} x (L - 1) - affine - softmax
    """

    def __init__(self, hidden_dims, input_dim=3*32*32, num_classes=10,
                 dropout=1, normalization=None, reg=0.0,
                 weight_scale=1e-2, dtype=np.float32, seed=None):
        self.normalization = normalization
        self.use_dropout = dropout != 1
        self.reg = reg
        self.num_layers = 1 + len(hidden_dims)
        self.dtype = dtype
        self.params = {}

        dims = [input_dim] + hidden_dims + [num_classes]
        for i in range(self.num_layers):
            self.params['W%d' % (i + 1)] = weight_scale * np.random.randn(dims[i], dims[i + 1])
            self.params['b%d' % (i + 1)] = np.zeros(dims[i + 1])
            if self.normalization == 'batchnorm' and i < self.num_layers - 1:
                self.params['gamma%d' % (i + 1)] = np.ones(dims[i + 1])
                self.params['beta%d' % (i + 1)] = np.zeros(dims[i + 1])

        self.dropout_param = {}
        if self.use_dropout:
            self.dropout_param = {'mode': 'train', 'p': dropout}
            if seed is not None:
                self.dropout_param['seed'] = seed

        self.bn_params = []
        if self.normalization == 'batchnorm':
            self.bn_params = [{'mode': 'train'} for i in range(self.num_layers - 1)]

        for k, v in self.params.items():
            self.params[k] = v.astype(dtype)

    def loss(self, X, y=None):
        X = X.astype(self.dtype)
        mode = 'test' if y is None else 'train'
        if self.use_dropout:
            self.dropout_param['mode'] = mode
        if self.normalization == 'batchnorm':
            for bn_param in self.bn_params:
                bn_param['mode'] = mode

        caches = []
        out = X
        for layer in range(1, self.num_layers):
            W, b = self.params['W%d' % layer], self.params['b%d' % layer]
            out, fc_cache = affine_forward(out, W, b)
            bn_cache, do_cache = None, None
            if self.normalization == 'batchnorm':
                out, bn_cache = batchnorm_forward(out, self.params['gamma%d' % layer],
                                                  self.params['beta%d' % layer],
                                                  self.bn_params[layer - 1])
            out, relu_cache = relu_forward(out)
            if self.use_dropout:
                out, do_cache = dropout_forward(out, self.dropout_param)
            caches.append((fc_cache, bn_cache, relu_cache, do_cache))
        last = self.num_layers
        scores, last_cache = affine_forward(out, self.params['W%d' % last], self.params['b%d' % last])

        if mode == 'test':
            return scores

        grads = {}
        loss, dout = softmax_loss(scores, y)
        dout, grads['W%d' % last], grads['b%d' % last] = affine_backward(dout, last_cache)
        for layer in range(self.num_layers - 1, 0, -1):
            fc_cache, bn_cache, relu_cache, do_cache = caches[layer - 1]
            if self.use_dropout:
                dout = dropout_backward(dout, do_cache)
            dout = relu_backward(dout, relu_cache)
            if self.normalization == 'batchnorm':
                dout, grads['gamma%d' % layer], grads['beta%d' % layer] = batchnorm_backward(dout, bn_cache)
            dout, grads['W%d' % layer], grads['b%d' % layer] = affine_backward(dout, fc_cache)
        for layer in range(1, self.num_layers + 1):
            w = self.params['W%d' % layer]
            loss += 0.5 * self.reg * np.sum(w * w)
            grads['W%d' % layer] += self.reg * w
        return loss, grads

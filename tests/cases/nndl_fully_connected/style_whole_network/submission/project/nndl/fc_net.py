import numpy as np
from nndl.layers import *
from nndl.layer_utils import *

class TwoLayerNet(object):
    def __init__(self, input_dim=3*32*32, hidden_dims=100, num_classes=10,
                 dropout=0, weight_scale=1e-3, reg=0.0):
        self.params = {}
        self.reg = reg
        for i, size in enumerate([(input_dim, hidden_dims), (hidden_dims, num_classes)], start=1):
            self.params['W{}'.format(i)] = weight_scale * np.random.randn(*size)
            self.params['b{}'.format(i)] = np.zeros(size[1])

    def loss(self, X, y=None):
        W1, W2 = self.params['W1'], self.params['W2']
        h, cache1 = block_forward(X, W1, self.params['b1'])
        scores, cache2 = affine_forward(h, W2, self.params['b2'])
        if y is None:
            return scores
        grads = {}
        loss, dscores = softmax_loss(scores, y)
        loss += .5 * self.reg * np.sum(W1 * W1) + .5 * self.reg * np.sum(W2 * W2)
        dh, dW2, grads['b2'] = affine_backward(dscores, cache2)
        _, dW1, grads['b1'], _, _ = block_backward(dh, cache1)
        grads['W2'] = dW2 + self.reg * W2
        grads['W1'] = dW1 + self.reg * W1
        return loss, grads

class FullyConnectedNet(object):
    def __init__(self, hidden_dims, input_dim=3*32*32, num_classes=10,
                 dropout=1, use_batchnorm=False, reg=0.0,
                 weight_scale=1e-2, dtype=np.float32, seed=None):
        self.use_batchnorm = use_batchnorm
        self.use_dropout = dropout < 1
        self.reg = reg
        self.num_layers = 1 + len(hidden_dims)
        self.dtype = dtype
        self.params = {}
        dims = np.hstack((input_dim, hidden_dims, num_classes))
        for i in range(self.num_layers):
            self.params['b%d' % (i + 1)] = np.zeros(dims[i + 1])
            self.params['W%d' % (i + 1)] = np.random.randn(dims[i], dims[i + 1]) * weight_scale
            if self.use_batchnorm and i < self.num_layers - 1:
                self.params['gamma%d' % (i + 1)] = np.ones(dims[i + 1])
                self.params['beta%d' % (i + 1)] = np.zeros(dims[i + 1])
        self.dropout_param = {}
        if self.use_dropout:
            self.dropout_param = {'mode': 'train', 'p': dropout}
            if seed is not None:
                self.dropout_param['seed'] = seed
        self.bn_params = []
        if self.use_batchnorm:
            self.bn_params = [{'mode': 'train'} for i in np.arange(self.num_layers - 1)]
        for k, v in self.params.items():
            self.params[k] = v.astype(dtype)

    def loss(self, X, y=None):
        X = X.astype(self.dtype)
        mode = 'test' if y is None else 'train'
        if self.use_dropout:
            self.dropout_param['mode'] = mode
        for bn_param in self.bn_params:
            bn_param['mode'] = mode

        caches = {}
        out = X
        for i in range(1, self.num_layers):
            bn = None
            if self.use_batchnorm:
                bn = (self.params['gamma%d' % i], self.params['beta%d' % i], self.bn_params[i - 1])
            out, caches[i] = block_forward(out, self.params['W%d' % i], self.params['b%d' % i], bn,
                                           self.dropout_param)
        L = self.num_layers
        scores, caches[L] = affine_forward(out, self.params['W%d' % L], self.params['b%d' % L])
        if mode == 'test':
            return scores

        loss, grads = 0.0, {}
        loss, dout = softmax_loss(scores, y)
        dout, grads['W%d' % L], grads['b%d' % L] = affine_backward(dout, caches[L])
        for i in range(L - 1, 0, -1):
            dout, grads['W%d' % i], grads['b%d' % i], dgamma, dbeta = block_backward(dout, caches[i])
            if self.use_batchnorm:
                grads['gamma%d' % i], grads['beta%d' % i] = dgamma, dbeta
        for i in range(1, L + 1):
            W = self.params['W%d' % i]
            loss += 0.5 * self.reg * np.sum(np.power(W, 2))
            grads['W%d' % i] += self.reg * W
        return loss, grads

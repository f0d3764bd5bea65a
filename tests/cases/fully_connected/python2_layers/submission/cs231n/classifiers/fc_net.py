import numpy as np
from ..layers import *
from ..layer_utils import *

class TwoLayerNet(object):
    def __init__(self, input_dim=3*32*32, hidden_dim=100, num_classes=10,
                 weight_scale=1e-3, reg=0.0):
        self.params = {}
        self.reg = reg
        self.params['W1'] = np.random.normal(0.0, weight_scale, [input_dim, hidden_dim])
        self.params['W2'] = np.random.normal(0.0, weight_scale, [hidden_dim, num_classes])
        self.params['b1'] = np.zeros([hidden_dim])
        self.params['b2'] = np.zeros([num_classes])

    def loss(self, X, y=None):
        l1, c1 = affine_forward(X, self.params['W1'], self.params['b1'])
        l1r, c1r = relu_forward(l1)
        scores, c2 = affine_forward(l1r, self.params['W2'], self.params['b2'])
        if y is None:
            return scores
        grads = {}
        loss, dscores = softmax_loss(scores, y)
        loss += self.reg * 0.5 * np.sum(self.params['W1']**2)
        loss += self.reg * 0.5 * np.sum(self.params['W2']**2)
        dl1r, grads['W2'], grads['b2'] = affine_backward(dscores, c2)
        dl1 = relu_backward(dl1r, c1r)
        dx, grads['W1'], grads['b1'] = affine_backward(dl1, c1)
        for p in ['W1', 'W2']:
            grads[p] = grads[p] + self.reg * self.params[p]
        return loss, grads

class FullyConnectedNet(object):
    def __init__(self, hidden_dims, input_dim=3*32*32, num_classes=10,
                 dropout_keep_ratio=1, normalization=None, reg=0.0,
                 weight_scale=1e-2, dtype=np.float32, seed=None):
        self.normalization = normalization
        self.use_dropout = dropout_keep_ratio != 1
        self.reg = reg
        self.num_layers = 1 + len(hidden_dims)
        self.dtype = dtype
        self.params = {}
        all_dims = np.hstack((input_dim, hidden_dims, num_classes))
        for i in range(self.num_layers):
            self.params[f'W{i+1}'] = weight_scale * np.random.randn(all_dims[i], all_dims[i+1])
            self.params[f'b{i+1}'] = np.zeros(all_dims[i+1])
        for k, v in self.params.items():
            self.params[k] = v.astype(dtype)

    def loss(self, X, y=None):
        X = X.astype(self.dtype)
        A, cache = {0: X}, {}
        for i in range(1, self.num_layers):
            A[i], cache[i] = affine_relu_forward(A[i-1], self.params[f'W{i}'], self.params[f'b{i}'])
        n = self.num_layers
        scores, cache[n] = affine_forward(A[n-1], self.params[f'W{n}'], self.params[f'b{n}'])
        if y is None:
            return scores
        loss, dA = softmax_loss(scores, y)
        loss += 0.5*self.reg*sum([np.sum(self.params[f'W{i}']**2) for i in range(1, n+1)])
        grads = {}
        dA, grads[f'W{n}'], grads[f'b{n}'] = affine_backward(dA, cache[n])
        for i in range(n-1, 0, -1):
            dA, grads[f'W{i}'], grads[f'b{i}'] = affine_relu_backward(dA, cache[i])
        for i in range(1, n+1):
            grads[f'W{i}'] += self.reg*self.params[f'W{i}']
        return loss, grads

import numpy as np
from deep_learning.layers import *
from deep_learning.layer_utils import *


class TwoLayerNet:
    def __init__(self, input_dim=3072, hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0):
        self.reg = reg
        self.params = {}
        self.params['b1'] = np.zeros(hidden_dim)
        self.params['b2'] = np.zeros(num_classes)
        self.params['W1'] = np.random.randn(input_dim, hidden_dim) * weight_scale
        self.params['W2'] = np.random.randn(hidden_dim, num_classes) * weight_scale

    def loss(self, X, y=None):
        h, ch = affine_relu_forward(X, self.params['W1'], self.params['b1'])
        scores, cs = affine_forward(h, self.params['W2'], self.params['b2'])
        if y is None:
            return scores
        loss, ds = softmax_loss(scores, y)
        dh, dW2, db2 = affine_backward(ds, cs)
        dX, dW1, db1 = affine_relu_backward(dh, ch)
        for W, dW in ((self.params['W1'], dW1), (self.params['W2'], dW2)):
            for i in np.ndindex(*W.shape):
                loss += 0.5 * self.reg * W[i] ** 2
                dW[i] += self.reg * W[i]
        return loss, {'W1': dW1, 'W2': dW2, 'b1': db1, 'b2': db2}


class FullyConnectedNet:
    def __init__(self, hidden_dims, input_dim=3072, num_classes=10, dropout=0, use_batchnorm=False,
                 reg=0.0, weight_scale=1e-2, dtype=np.float32, seed=None):
        self.reg = reg
        self.dtype = dtype
        self.sizes = [input_dim] + [h for h in hidden_dims] + [num_classes]
        self.params = {}
        for k in range(1, len(self.sizes)):
            shape = (self.sizes[k - 1], self.sizes[k])
            self.params['W' + str(k)] = (np.random.randn(*shape) * weight_scale).astype(dtype)
            self.params['b' + str(k)] = np.zeros(self.sizes[k]).astype(dtype)

    def loss(self, X, y=None):
        depth = len(self.sizes) - 1
        memory = []
        value = X.astype(self.dtype)
        for k in range(1, depth + 1):
            W, b = self.params['W' + str(k)], self.params['b' + str(k)]
            value, kept = affine_forward(value, W, b)
            memory.append(kept)
            if k < depth:
                value, kept = relu_forward(value)
                memory.append(kept)
        if y is None:
            return value
        loss, d = softmax_loss(value, y)
        grads = {}
        for k in range(depth, 0, -1):
            if k < depth:
                d = relu_backward(d, memory.pop())
            d, dW, db = affine_backward(d, memory.pop())
            W = self.params['W' + str(k)]
            loss += 0.5 * self.reg * float((W ** 2).sum())
            grads['W' + str(k)] = dW + self.reg * W
            grads['b' + str(k)] = db
        return loss, grads

import numpy as np

from . import building_blocks as bb


class FullyConnectedNet(object):
    def __init__(self, hidden_dims, input_dim=3072, num_classes=10, dropout=0,
                 use_batchnorm=False, reg=0.0, weight_scale=1e-2, dtype=np.float32, seed=None):
        self.params, self.reg, self.dtype = {}, reg, dtype
        self.num_layers = 0
        before = input_dim
        for after in list(hidden_dims) + [num_classes]:
            self.num_layers += 1
            w = np.random.randn(before, after) * weight_scale
            self.params['W' + str(self.num_layers)] = w.astype(dtype)
            self.params['b' + str(self.num_layers)] = np.zeros(after).astype(dtype)
            before = after

    def loss(self, X, y=None):
        out = X.astype(self.dtype)
        caches = {}
        for layer in range(1, self.num_layers + 1):
            w, b = self.params['W%d' % layer], self.params['b%d' % layer]
            if layer < self.num_layers:
                out, caches[layer] = bb.affine_relu_forward(out, w, b)
            else:
                out, caches[layer] = bb.affine_forward(out, w, b)
        if y is None:
            return out
        loss, dout = bb.softmax_loss(out, y)
        grads = {}
        for layer in range(self.num_layers, 0, -1):
            w = self.params['W%d' % layer]
            if layer < self.num_layers:
                dout, dw, db = bb.affine_relu_backward(dout, caches[layer])
            else:
                dout, dw, db = bb.affine_backward(dout, caches[layer])
            loss += 0.5 * self.reg * np.sum(w * w)
            grads['W%d' % layer], grads['b%d' % layer] = dw + self.reg * w, db
        return loss, grads


class TwoLayerNet(object):
    """Two layers are a network of any depth with one hidden layer."""

    def __init__(self, input_dim=3072, hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0):
        self.net = FullyConnectedNet([hidden_dim], input_dim=input_dim, num_classes=num_classes,
                                     weight_scale=weight_scale, dtype=np.float64)
        self.reg = reg

    @property
    def params(self):
        return self.net.params

    @params.setter
    def params(self, value):
        self.net.params = value

    def loss(self, X, y=None):
        self.net.reg = self.reg
        return self.net.loss(X, y)

import numpy as np
from nndl.layers import *
from nndl.layer_utils import *
from nndl.conv_layer_utils import *


class Weights(dict):
    """A dictionary that knows which of its entries are weights."""

    def weights(self):
        return [name for name in self if name.startswith('W')]

    def squares(self):
        return sum(float(np.sum(self[name].astype(np.float64) ** 2)) for name in self.weights())


class ThreeLayerConvNet(object):

    def __init__(self, input_dim=(3, 32, 32), num_filters=32, filter_size=7, hidden_dim=100,
                 num_classes=10, weight_scale=1e-3, reg=0.0, dtype=np.float32, use_batchnorm=False):
        C, H, W = input_dim
        self.dtype, self.reg = dtype, reg
        self._conv = dict(stride=1, pad=(filter_size - 1) // 2)
        self._pool = dict(pool_height=2, pool_width=2, stride=2)
        gaussian = lambda *size: (np.random.randn(*size) * weight_scale).astype(dtype)
        self.params = Weights(
            b1=np.zeros(num_filters, dtype), b2=np.zeros(hidden_dim, dtype),
            b3=np.zeros(num_classes, dtype), W3=gaussian(hidden_dim, num_classes),
            W2=gaussian(num_filters * (H // 2) * (W // 2), hidden_dim),
            W1=gaussian(num_filters, C, filter_size, filter_size))

    def loss(self, X, y=None):
        p, grads = self.params, Weights()
        h, c1 = conv_relu_pool_forward(X.astype(self.dtype), p['W1'], p['b1'], self._conv, self._pool)
        h, c2 = affine_relu_forward(h, p['W2'], p['b2'])
        scores, c3 = affine_forward(h, p['W3'], p['b3'])
        if y is None:
            return scores
        loss, d = softmax_loss(scores, y)
        loss += 0.5 * self.reg * p.squares()
        d, grads['W3'], grads['b3'] = affine_backward(d, c3)
        d, grads['W2'], grads['b2'] = affine_relu_backward(d, c2)
        d, grads['W1'], grads['b1'] = conv_relu_pool_backward(d, c1)
        for name in grads.weights():
            grads[name] += self.reg * p[name]
        return loss, grads

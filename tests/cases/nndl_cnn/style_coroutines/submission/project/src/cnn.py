import numpy as np

from src.layers import *
from src.conv_layer_utils import *


class ThreeLayerConvNet(object):
    def __init__(self, input_dim=(3, 32, 32), num_filters=32, filter_size=7, hidden_dim=100,
                 num_classes=10, weight_scale=1e-3, reg=0.0, dtype=np.float32):
        self.params, self.reg, self.dtype = {}, reg, dtype
        C, H, W = input_dim
        for k, shape in enumerate([(num_filters, C, filter_size, filter_size),
                                   (num_filters * (H // 2) * (W // 2), hidden_dim),
                                   (hidden_dim, num_classes)]):
            self.params['W%i' % (k + 1)] = np.random.normal(0, weight_scale, shape).astype(dtype)
            self.params['b%i' % (k + 1)] = np.zeros(shape[0] if k == 0 else shape[1], dtype)

    def loss(self, X, y=None):
        p = self.params
        conv = {'stride': 1, 'pad': (p['W1'].shape[-1] - 1) // 2}
        pool = {'pool_height': 2, 'pool_width': 2, 'stride': 2}
        h, back1 = conv_relu_pool_forward(X, p['W1'], p['b1'], conv, pool)
        h, back2 = affine_relu_forward(h, p['W2'], p['b2'])
        h, back3 = affine_forward(h, p['W3'], p['b3'])
        if y is None:
            return h
        loss, d = softmax_loss(h, y)
        grads = {}
        for k, back in zip('321', (back3, back2, back1)):
            d, grads['W' + k], grads['b' + k] = back.send(d)
            grads['W' + k] = grads['W' + k] + self.reg * p['W' + k]
            loss += self.reg * np.sum(p['W' + k] ** 2) / 2
        return loss, grads

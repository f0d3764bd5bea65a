import numpy as np
import matplotlib.pyplot as plt

from comp411.layers import *
from comp411.layer_utils import *


class ThreeLayerConvNet(object):
    def __init__(self, input_dim=(3, 32, 32), num_filters=32, filter_size=7, hidden_dim=100,
                 num_classes=10, weight_scale=1e-3, reg=0.0, dtype=np.float32):
        C, H, W = input_dim
        self.reg = reg
        self.dtype = dtype
        self.params = {
            'W1': np.random.normal(0, weight_scale, [num_filters, C, filter_size, filter_size]),
            'b1': np.zeros(num_filters),
            'W2': np.random.normal(0, weight_scale, [num_filters * (H // 2) * (W // 2), hidden_dim]),
            'b2': np.zeros(hidden_dim),
            'W3': np.random.normal(0, weight_scale, [hidden_dim, num_classes]),
            'b3': np.zeros(num_classes),
        }
        for name in self.params:
            self.params[name] = self.params[name].astype(dtype)

    def build(self):
        p = self.params
        pad = (p['W1'].shape[2] - 1) // 2
        return [
            FastConv(p['W1'], p['b1'], {'stride': 1, 'pad': pad}), Relu(),
            FastMaxPool({'pool_height': 2, 'pool_width': 2, 'stride': 2}),
            Affine(p['W2'], p['b2']), Relu(),
            Affine(p['W3'], p['b3']),
        ]

    def loss(self, X, y=None):
        layers = self.build()
        net = Sequential(*layers)
        scores = net(X.astype(self.dtype))
        if y is None:
            return scores
        top = Softmax(y)
        loss = top(scores)
        net.backward(top.backward())
        grads = {}
        with_weights = [layer for layer in layers if hasattr(layer, 'w')]
        for k, layer in enumerate(with_weights, 1):
            loss += self.reg * np.linalg.norm(layer.w.ravel()) ** 2 / 2
            grads['W' + str(k)] = layer.dw + self.reg * layer.w
            grads['b' + str(k)] = layer.db
        return loss, grads

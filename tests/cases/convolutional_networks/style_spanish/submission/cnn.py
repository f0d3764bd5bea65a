# -*- coding: utf-8 -*-
import numpy as np

from layers import *
from layer_utils import *


class ThreeLayerConvNet(object):
    """conv - relu - max pool 2x2 - afín - relu - afín - softmax"""

    def __init__(self, input_dim=(3, 32, 32), num_filters=32, filter_size=7, hidden_dim=100,
                 num_classes=10, weight_scale=1e-3, reg=0.0, dtype=np.float32):
        self.params = {}
        self.reg = reg
        self.dtype = dtype
        C, H, W = input_dim
        generador = np.random.default_rng()
        formas = [(num_filters, C, filter_size, filter_size),
                  (num_filters * (H // 2) * (W // 2), hidden_dim),
                  (hidden_dim, num_classes)]
        for i, forma in enumerate(formas, 1):
            self.params[f"W{i}"] = generador.normal(0.0, weight_scale, forma).astype(dtype)
        for i, n in enumerate([num_filters, hidden_dim, num_classes], 1):
            self.params[f"b{i}"] = np.zeros(n, dtype)

    def loss(self, X, y=None):
        W1, b1, W2, b2, W3, b3 = [self.params[k] for k in "W1 b1 W2 b2 W3 b3".split()]
        conv_param = {"stride": 1, "pad": (W1.shape[-1] - 1) // 2}
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}

        # hacia adelante
        h1, c1 = conv_relu_pool_forward(X, W1, b1, conv_param, pool_param)
        h2, c2 = affine_relu_forward(h1, W2, b2)
        scores, c3 = affine_forward(h2, W3, b3)
        if y is None:
            return scores

        # hacia atrás
        loss, d = softmax_loss(scores, y)
        loss += self.reg * sum(np.square(M).sum() for M in (W1, W2, W3)) / 2
        d, dW3, db3 = affine_backward(d, c3)
        d, dW2, db2 = affine_relu_backward(d, c2)
        d, dW1, db1 = conv_relu_pool_backward(d, c1)
        grads = dict(W1=dW1 + self.reg * W1, W2=dW2 + self.reg * W2, W3=dW3 + self.reg * W3,
                     b1=db1, b2=db2, b3=db3)
        return loss, grads

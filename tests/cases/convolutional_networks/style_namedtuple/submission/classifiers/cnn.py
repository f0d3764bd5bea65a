from functools import partial

import numpy as np

from layers.layers import *
from layers.layer_utils import *

conv_param_for = lambda filter_size: dict(stride=1, pad=(filter_size - 1) // 2)
POOL_PARAM = dict(pool_height=2, pool_width=2, stride=2)


class ThreeLayerConvNet(object):

    def __init__(self, input_dim=(3, 32, 32), num_filters=32, filter_size=7, hidden_dim=100,
                 num_classes=10, weight_scale=1e-3, reg=0.0, dtype=np.float32):
        self.params = {}
        self.reg = reg
        self.dtype = dtype
        C, H, W = input_dim
        sizes = [(num_filters, C, filter_size, filter_size),
                 (num_filters * (H // 2) * (W // 2), hidden_dim),
                 (hidden_dim, num_classes)]
        for layer, size in zip('123', sizes):
            self.params['W' + layer] = (weight_scale * np.random.randn(*size)).astype(dtype)
            self.params['b' + layer] = np.zeros(size[0 if layer == '1' else -1], dtype=dtype)

    def loss(self, X, y=None):
        params = self.params
        steps = [
            (partial(conv_relu_pool_forward, conv_param=conv_param_for(params['W1'].shape[-1]),
                     pool_param=POOL_PARAM), conv_relu_pool_backward),
            (affine_relu_forward, affine_relu_backward),
            (affine_forward, affine_backward),
        ]
        caches = []
        for layer, (forward, _) in enumerate(steps, start=1):
            X, cache = forward(X, w=params[f'W{layer}'], b=params[f'b{layer}'])
            caches.append(cache)
        if y is None:
            return X

        grads = {}
        loss, dout = softmax_loss(X, y)
        for layer in range(len(steps), 0, -1):
            w = params[f'W{layer}']
            dout, dw, grads[f'b{layer}'] = steps[layer - 1][1](dout, caches.pop())
            grads[f'W{layer}'] = dw + self.reg * w
            loss = loss + self.reg * 0.5 * np.einsum('i,i', w.ravel(), w.ravel())
        return loss, grads

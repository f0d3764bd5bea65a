import numpy as np
from cs231n.layers import *
from cs231n.layer_utils import *


class ThreeLayerConvNet(object):
    def __init__(self, input_dim=(3, 32, 32), num_filters=32, filter_size=7,
                 hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0, dtype=np.float32):
        self.params = {}
        self.reg = reg
        self.dtype = dtype
        C, H, W = input_dim
        self.params['W1'] = np.random.randn(num_filters, C, filter_size, filter_size)
        self.params['W2'] = np.random.randn(num_filters * (H // 2) * (W // 2), hidden_dim)
        self.params['W3'] = np.random.randn(hidden_dim, num_classes)
        for w in self.params.values():
            w *= weight_scale
        self.params['b1'] = np.zeros(num_filters)
        self.params['b2'] = np.zeros(hidden_dim)
        self.params['b3'] = np.zeros(num_classes)
        for k, v in self.params.items():
            self.params[k] = v.astype(dtype)

    def loss(self, X, y=None):
        globals_ = self.params
        W1, W2, W3 = globals_['W1'], globals_['W2'], globals_['W3']
        b1, b2, b3 = globals_['b1'], globals_['b2'], globals_['b3']
        conv_param = {'stride': 1, 'pad': (W1.shape[2] - 1) / 2}
        pool_param = {'pool_height': 2, 'pool_width': 2, 'stride': 2}
        l1, cache1 = conv_relu_pool_forward(X, W1, b1, conv_param, pool_param)
        l2, cache2 = affine_relu_forward(l1, W2, b2)
        scores, cache3 = affine_forward(l2, W3, b3)
        if y is None:
            return scores
        loss, dscores = softmax_loss(scores, y)
        loss += 0.5 * self.reg * np.sum(W1 ** 2)
        loss += 0.5 * self.reg * np.sum(W2 ** 2)
        loss += 0.5 * self.reg * np.sum(W3 ** 2)
        dl2, dW3, db3 = affine_backward(dscores, cache3)
        dl1, dW2, db2 = affine_relu_backward(dl2, cache2)
        dX, dW1, db1 = conv_relu_pool_backward(dl1, cache1)
        dW1 += self.reg * W1
        dW2 += self.reg * W2
        dW3 += self.reg * W3
        return loss, {'W1': dW1, 'b1': db1, 'W2': dW2, 'b2': db2, 'W3': dW3, 'b3': db3}

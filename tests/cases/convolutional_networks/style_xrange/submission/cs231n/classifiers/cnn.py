from builtins import object
import numpy as np

from cs231n.layers import *
from cs231n.fast_layers import *
from cs231n.layer_utils import *


class ThreeLayerConvNet(object):
    def __init__(self, input_dim=(3, 32, 32), num_filters=32, filter_size=7,
                 hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0,
                 dtype=np.float32):
        self.params = {}
        self.reg = reg
        self.dtype = dtype
        C, H, W = input_dim
        F, HH, WW = num_filters, filter_size, filter_size

        self.params['W1'] = np.random.normal(0, weight_scale, (F, C, HH, WW))
        self.params['b1'] = np.zeros(F)
        self.params['W2'] = np.random.normal(0, weight_scale, (F * int(H / 2) * int(W / 2), hidden_dim))
        self.params['b2'] = np.zeros(hidden_dim)
        self.params['W3'] = np.random.normal(0, weight_scale, (hidden_dim, num_classes))
        self.params['b3'] = np.zeros(num_classes)
        for k, v in self.params.items():
            self.params[k] = v.astype(dtype)

    def loss(self, X, y=None):
        W1, b1 = self.params['W1'], self.params['b1']
        W2, b2 = self.params['W2'], self.params['b2']
        W3, b3 = self.params['W3'], self.params['b3']
        filter_size = W1.shape[2]
        conv_param = {'stride': 1, 'pad': (filter_size - 1) // 2}
        pool_param = {'pool_height': 2, 'pool_width': 2, 'stride': 2}

        a1, cache1 = conv_forward_fast(X, W1, b1, conv_param)
        r1, cache2 = relu_forward(a1)
        p1, cache3 = max_pool_forward_fast(r1, pool_param)
        a2, cache4 = affine_forward(p1, W2, b2)
        r2, cache5 = relu_forward(a2)
        scores, cache6 = affine_forward(r2, W3, b3)
        if y is None:
            return scores

        grads = {}
        data_loss, dscores = softmax_loss(scores, y)
        reg_loss = 0
        for Wi in [W1, W2, W3]:
            reg_loss += 0.5 * self.reg * np.sum(Wi ** 2)
        loss = data_loss + reg_loss

        dr2, dW3, db3 = affine_backward(dscores, cache6)
        da2 = relu_backward(dr2, cache5)
        dp1, dW2, db2 = affine_backward(da2, cache4)
        dr1 = max_pool_backward_fast(dp1, cache3)
        da1 = relu_backward(dr1, cache2)
        dX, dW1, db1 = conv_backward_fast(da1, cache1)

        grads['W1'] = dW1 + self.reg * W1
        grads['W2'] = dW2 + self.reg * W2
        grads['W3'] = dW3 + self.reg * W3
        grads['b1'], grads['b2'], grads['b3'] = db1, db2, db3
        return loss, grads

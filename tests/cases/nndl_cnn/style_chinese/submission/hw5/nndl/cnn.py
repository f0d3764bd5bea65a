# coding: utf-8
import numpy as np

from nndl.layers import *
from nndl.conv_layers import *
from utils.fast_layers import *
from nndl.layer_utils import *
from nndl.conv_layer_utils import *
import pdb


class ThreeLayerConvNet(object):
    """三层卷积网络"""

    def __init__(self, input_dim=(3, 32, 32), num_filters=32, filter_size=7,
                 hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0,
                 dtype=np.float32, use_batchnorm=False):
        self.use_batchnorm = use_batchnorm
        self.params = {}
        self.reg = reg
        self.dtype = dtype

        C, H, W = input_dim
        stride = 1
        pad = (filter_size - 1) // 2
        # 卷积之后的大小
        conv_h = (H + 2 * pad - filter_size) // stride + 1
        conv_w = (W + 2 * pad - filter_size) // stride + 1
        # 池化之后的大小
        pool_h = (conv_h - 2) // 2 + 1
        pool_w = (conv_w - 2) // 2 + 1
        self.params['W1'] = np.random.randn(num_filters, C, filter_size, filter_size) * weight_scale
        self.params['b1'] = np.zeros(num_filters)
        self.params['W2'] = np.random.randn(num_filters * pool_h * pool_w, hidden_dim) * weight_scale
        self.params['b2'] = np.zeros(hidden_dim)
        self.params['W3'] = np.random.randn(hidden_dim, num_classes) * weight_scale
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

        out1, cache1 = conv_relu_pool_forward(X, W1, b1, conv_param, pool_param)
        N, F, Hp, Wp = out1.shape
        out2, cache2 = affine_relu_forward(out1.reshape(N, F * Hp * Wp), W2, b2)
        scores, cache3 = affine_forward(out2, W3, b3)
        if y is None:
            return scores

        loss, grads = 0, {}
        loss, dscores = softmax_loss(scores, y)
        # 正则化只作用于权重
        loss += 0.5 * self.reg * (np.sum(W1 ** 2) + np.sum(W2 ** 2) + np.sum(W3 ** 2))
        dout2, dW3, db3 = affine_backward(dscores, cache3)
        dout1, dW2, db2 = affine_relu_backward(dout2, cache2)
        dX, dW1, db1 = conv_relu_pool_backward(dout1.reshape(N, F, Hp, Wp), cache1)
        grads['W1'], grads['b1'] = dW1 + self.reg * W1, db1
        grads['W2'], grads['b2'] = dW2 + self.reg * W2, db2
        grads['W3'], grads['b3'] = dW3 + self.reg * W3, db3
        return loss, grads

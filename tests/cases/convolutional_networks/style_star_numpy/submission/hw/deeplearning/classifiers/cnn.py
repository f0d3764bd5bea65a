import numpy as np
from numpy.random import randn
from deeplearning.layers import *
from deeplearning.layer_utils import *


class ThreeLayerConvNet:
    def __init__(self, input_dim=(3, 32, 32), num_filters=32, filter_size=7, hidden_dim=100,
                 num_classes=10, weight_scale=1e-3, reg=0.0, dtype=np.float32):
        C, H, W = input_dim
        self.reg = reg
        self.dtype = dtype
        self.params = {}
        fan = [num_filters, hidden_dim, num_classes]
        self.params.update(('b%d' % (i + 1), zeros(n, dtype)) for i, n in enumerate(fan))
        self.params.update(
            W1=array(weight_scale * randn(num_filters, C, filter_size, filter_size), dtype),
            W2=array(weight_scale * randn(num_filters * (H // 2) * (W // 2), hidden_dim), dtype),
            W3=array(weight_scale * randn(hidden_dim, num_classes), dtype))

    def loss(self, X, y=None):
        W1, W2, W3 = (self.params[k] for k in ('W1', 'W2', 'W3'))
        b1, b2, b3 = (self.params[k] for k in ('b1', 'b2', 'b3'))
        conv_param = {'stride': 1, 'pad': (W1.shape[2] - 1) // 2}
        pool_param = {'pool_height': 2, 'pool_width': 2, 'stride': 2}

        h, conv_cache = conv_relu_pool_forward(X, W1, b1, conv_param, pool_param)
        h, affine_cache = affine_relu_forward(h, W2, b2)
        scores, out_cache = affine_forward(h, W3, b3)
        if y is None:
            return scores

        loss, d = softmax_loss(scores, y)
        d, dW3, db3 = affine_backward(d, out_cache)
        d, dW2, db2 = affine_relu_backward(d, affine_cache)
        d, dW1, db1 = conv_relu_pool_backward(d, conv_cache)
        for W, dW in zip((W1, W2, W3), (dW1, dW2, dW3)):
            loss += 0.5 * self.reg * dot(W.ravel(), W.ravel())
            dW += self.reg * W
        grads = {'W1': dW1, 'b1': db1, 'W2': dW2, 'b2': db2, 'W3': dW3, 'b3': db3}
        return loss, grads

import numpy as np

from .conv_layer_utils import conv_relu_pool_forward
from .layer_utils import affine_relu_forward
from .layers import affine_forward, softmax_loss


class ThreeLayerConvNet:

    def __init__(self, input_dim=(3, 32, 32), num_filters=32, filter_size=7, hidden_dim=100,
                 num_classes=10, weight_scale=1e-3, reg=0.0, dtype=np.float32):
        C, H, W = input_dim
        draw = lambda *shape: np.random.normal(scale=weight_scale, size=shape).astype(dtype)
        zeros = lambda n: np.zeros(n).astype(dtype)
        self.params = dict(
            W1=draw(num_filters, C, filter_size, filter_size), b1=zeros(num_filters),
            W2=draw(num_filters * (H // 2) * (W // 2), hidden_dim), b2=zeros(hidden_dim),
            W3=draw(hidden_dim, num_classes), b3=zeros(num_classes))
        self.reg = reg
        self.dtype = dtype
        conv_param = dict(stride=1, pad=(filter_size - 1) // 2)
        pool_param = dict(pool_height=2, pool_width=2, stride=2)
        self.layers = [
            lambda h, w, b: conv_relu_pool_forward(h, w, b, conv_param, pool_param),
            affine_relu_forward,
            affine_forward,
        ]

    def loss(self, X, y=None):
        grads = {}

        def run(k, h):
            """Run layers k and up; return the loss and the gradient of h, or the scores."""
            if k > 3:
                return h if y is None else softmax_loss(h, y)
            w, b = self.params['W%d' % k], self.params['b%d' % k]
            out, back = self.layers[k - 1](h, w, b)
            result = run(k + 1, out)
            if y is None:
                return result
            loss, dout = result
            dh, grads['W%d' % k], grads['b%d' % k] = back(dout)
            grads['W%d' % k] += self.reg * w
            return loss + self.reg / 2 * np.vdot(w, w), dh

        result = run(1, X.astype(self.dtype))
        return result if y is None else (result[0], grads)

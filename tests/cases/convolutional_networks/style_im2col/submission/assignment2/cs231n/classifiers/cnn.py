import numpy

from ..layers import *
from ..fast_layers import *
from ..layer_utils import *


class ThreeLayerConvNet(object):
    """conv - relu - pool - affine - relu - affine - softmax"""

    def __init__(self, input_dim=(3, 32, 32), num_filters=32, filter_size=7, hidden_dim=100,
                 num_classes=10, weight_scale=1e-3, reg=0.0, dtype=numpy.float32):
        self.reg, self.dtype = reg, dtype
        self.conv_param = {'stride': 1, 'pad': (filter_size - 1) // 2}
        self.pool_param = {'pool_height': 2, 'pool_width': 2, 'stride': 2}
        C, H, W = input_dim
        # what is left after convolution (one row less if the filter is even) and pooling
        after = [(size + 2 * self.conv_param['pad'] - filter_size + 1) // 2 for size in (H, W)]
        shapes = {'W1': (num_filters, C, filter_size, filter_size),
                  'W2': (num_filters * after[0] * after[1], hidden_dim),
                  'W3': (hidden_dim, num_classes)}
        self.params = {}
        for name, shape in shapes.items():
            self.params[name] = (weight_scale * numpy.random.standard_normal(shape)).astype(dtype)
            n_out = shape[0] if name == 'W1' else shape[1]
            self.params['b' + name[1]] = numpy.zeros(n_out, dtype=dtype)

    def loss(self, X, y=None):
        p = self.params
        X = X.astype(self.dtype)
        h, cache1 = conv_relu_pool_forward(x=X, w=p['W1'], b=p['b1'], conv_param=self.conv_param,
                                           pool_param=self.pool_param)
        h, cache2 = affine_relu_forward(x=h, w=p['W2'], b=p['b2'])
        scores, cache3 = affine_forward(x=h, w=p['W3'], b=p['b3'])
        if y is None:
            return scores
        loss, dh = softmax_loss(x=scores, y=y)
        grads = {}
        dh, grads['W3'], grads['b3'] = affine_backward(dout=dh, cache=cache3)
        dh, grads['W2'], grads['b2'] = affine_relu_backward(dout=dh, cache=cache2)
        _, grads['W1'], grads['b1'] = conv_relu_pool_backward(dout=dh, cache=cache1)
        for name in ('W1', 'W2', 'W3'):
            loss += 0.5 * self.reg * numpy.linalg.norm(p[name]) ** 2
            grads[name] = grads[name] + self.reg * p[name]
        return loss, grads

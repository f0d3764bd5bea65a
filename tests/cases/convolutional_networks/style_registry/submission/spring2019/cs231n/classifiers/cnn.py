import numpy as np

import cs231n.layers as layers
import cs231n.layer_utils as utils


class ThreeLayerConvNet(object):
    pool_param = {'pool_height': 2, 'pool_width': 2, 'stride': 2}

    def __init__(self, input_dim=(3, 32, 32), num_filters=32, filter_size=7, hidden_dim=100,
                 num_classes=10, weight_scale=1e-3, reg=0.0, dtype=np.float32):
        self.__dict__.update(reg=reg, dtype=dtype, filter_size=filter_size)
        C, H, W = input_dim
        self.params = {}
        self._add(1, (num_filters, C, filter_size, filter_size), num_filters, weight_scale)
        self._add(2, (num_filters * (H // 2) * (W // 2), hidden_dim), hidden_dim, weight_scale)
        self._add(3, (hidden_dim, num_classes), num_classes, weight_scale)

    def _add(self, k, shape, width, scale):
        self.params['W{}'.format(k)] = self.dtype(scale) * np.random.randn(*shape).astype(self.dtype)
        self.params['b{}'.format(k)] = np.zeros((width,), dtype=self.dtype)

    def _forward(self, X):
        P = self.params
        conv_param = {'stride': 1, 'pad': (self.filter_size - 1) // 2}
        h1, self.c1 = utils.conv_relu_pool_forward(X, P['W1'], P['b1'], conv_param, self.pool_param)
        h2, self.c2 = utils.affine_relu_forward(h1, P['W2'], P['b2'])
        scores, self.c3 = layers.affine_forward(h2, P['W3'], P['b3'])
        return scores

    def _backward(self, dscores):
        grads = {}
        dh2, grads['W3'], grads['b3'] = layers.affine_backward(dscores, self.c3)
        dh1, grads['W2'], grads['b2'] = utils.affine_relu_backward(dh2, self.c2)
        _, grads['W1'], grads['b1'] = utils.conv_relu_pool_backward(dh1, self.c1)
        for name in grads:
            if name.startswith('W'):
                grads[name] = grads[name] + self.reg * self.params[name]
        return grads

    def loss(self, X, y=None):
        scores = self._forward(X)
        if y is None:
            return scores
        loss, dscores = layers.softmax_loss(scores, y)
        penalty = [np.sum(np.power(self.params[n], 2)) for n in self.params if n.startswith('W')]
        return loss + 0.5 * self.reg * np.sum(penalty), self._backward(dscores)

import numpy as np
from . import conv_layer_utils, layer_utils, layers


class ThreeLayerConvNet(object):
    def __init__(self, input_dim=(3, 32, 32), num_filters=32, filter_size=7, hidden_dim=100,
                 num_classes=10, weight_scale=1e-3, reg=0.0, dtype=np.float32,
                 use_batchnorm=False):
        C, H, W = input_dim
        self.reg, self.dtype = reg, dtype
        W1 = np.random.standard_normal((num_filters, C, filter_size, filter_size))
        W2 = np.random.standard_normal((num_filters * (H // 2) * (W // 2), hidden_dim))
        W3 = np.random.standard_normal((hidden_dim, num_classes))
        self.params = {}
        for i, weights in enumerate([W1, W2, W3], start=1):
            self.params['W%s' % i] = np.asarray(weights * weight_scale, dtype)
        for i, n in ((1, num_filters), (2, hidden_dim), (3, num_classes)):
            self.params['b%s' % i] = np.asarray([0] * n, dtype)

    def loss(self, X, y=None):
        get = self.params.__getitem__
        side = get('W1').shape[-1]
        a, conv = conv_layer_utils.conv_relu_pool_forward(
            X, get('W1'), get('b1'), {'stride': 1, 'pad': side // 2 if side % 2 else side // 2 - 1},
            {'pool_height': 2, 'pool_width': 2, 'stride': 2})
        a, hidden = layer_utils.affine_relu_forward(a, get('W2'), get('b2'))
        a, last = layers.affine_forward(a, get('W3'), get('b3'))
        if y is None:
            return a
        loss, d = layers.softmax_loss(a, y)
        d, dW3, db3 = layers.affine_backward(d, last)
        d, dW2, db2 = layer_utils.affine_relu_backward(d, hidden)
        d, dW1, db1 = conv_layer_utils.conv_relu_pool_backward(d, conv)
        grads = {'W1': dW1, 'W2': dW2, 'W3': dW3, 'b1': db1, 'b2': db2, 'b3': db3}
        for name in ['W1', 'W2', 'W3']:
            grads[name] += self.reg * get(name)
            loss += self.reg / 2. * np.linalg.norm(get(name).flatten(), 2) ** 2
        return loss, grads

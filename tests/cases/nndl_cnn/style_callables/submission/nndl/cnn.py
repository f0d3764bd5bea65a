import numpy as np
from nndl.layer_utils import *


class ThreeLayerConvNet(object):
    def __init__(self, input_dim=(3, 32, 32), num_filters=32, filter_size=7, hidden_dim=100,
                 num_classes=10, weight_scale=1e-3, reg=0.0, dtype=np.float32, **unused):
        C, H, W = input_dim
        self._reg, self.dtype = reg, dtype
        self._filters = np.random.randn(num_filters, C, filter_size, filter_size) * weight_scale
        self._hidden = np.random.randn(num_filters * (H // 2) * (W // 2), hidden_dim) * weight_scale
        self._classes = np.random.randn(hidden_dim, num_classes) * weight_scale
        self._params = {'W1': self._filters, 'W2': self._hidden, 'W3': self._classes,
                        'b1': np.zeros(num_filters), 'b2': np.zeros(hidden_dim),
                        'b3': np.zeros(num_classes)}
        self._params = {name: np.array(value, dtype=dtype) for name, value in self._params.items()}

    @property
    def params(self):
        return self._params

    @params.setter
    def params(self, value):
        self._params = value

    @property
    def reg(self):
        return self._reg

    @reg.setter
    def reg(self, value):
        self._reg = value

    def forward(self, X):
        p = self.params
        pad = (p['W1'].shape[2] - 1) // 2
        a, first = conv_relu_pool_forward(X, p['W1'], p['b1'], {'stride': 1, 'pad': pad},
                                          {'pool_height': 2, 'pool_width': 2, 'stride': 2})
        a, second = affine_relu_forward(a, p['W2'], p['b2'])
        scores, third = affine_forward(a, p['W3'], p['b3'])
        return scores, (first, second, third)

    def loss(self, X, y=None):
        scores, (first, second, third) = self.forward(X)
        if y is None:
            return scores
        loss, d = softmax_loss(scores, y)
        d, dW3, db3 = affine_backward(d, third)
        d, dW2, db2 = affine_relu_backward(d, second)
        d, dW1, db1 = conv_relu_pool_backward(d, first)
        grads = dict(W1=dW1, b1=db1, W2=dW2, b2=db2, W3=dW3, b3=db3)
        for name, w in self.params.items():
            if w.ndim > 1:
                loss += 0.5 * self.reg * np.sum(w * w)
                grads[name] = grads[name] + self.reg * w
        return loss, grads

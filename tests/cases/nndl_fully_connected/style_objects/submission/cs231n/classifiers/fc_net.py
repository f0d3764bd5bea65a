from builtins import object, range
import numpy as np
from .. import layers, layer_utils


class Layer(object):
    """Knows its number and where the parameters live."""

    forward_function = staticmethod(layer_utils.affine_relu_forward)
    backward_function = staticmethod(layer_utils.affine_relu_backward)

    def __init__(self, net, number):
        self.net, self.number = net, number

    @property
    def W(self):
        return self.net.params["W" + str(self.number)]

    @property
    def b(self):
        return self.net.params["b" + str(self.number)]

    def __call__(self, x):
        out, self.cache = self.forward_function(x, self.W, self.b)
        return out

    def back(self, dout, grads):
        dx, dw, db = self.backward_function(dout, self.cache)
        grads["W" + str(self.number)] = dw + self.net.reg * self.W
        grads["b" + str(self.number)] = db
        return dx

    def penalty(self):
        return 0.5 * self.net.reg * np.sum(np.square(self.W))


class LastLayer(Layer):
    forward_function = staticmethod(layers.affine_forward)
    backward_function = staticmethod(layers.affine_backward)


class FullyConnectedNet(object):
    def __init__(self, hidden_dims, input_dim=3 * 32 * 32, num_classes=10,
                 dropout_keep_ratio=1, normalization=None, reg=0.0, weight_scale=1e-2,
                 dtype=np.float32, seed=None):
        self.normalization = normalization
        self.use_dropout = dropout_keep_ratio != 1
        self.reg = reg
        self.num_layers = 1 + len(hidden_dims)
        self.dtype = dtype
        self.params = {}
        sizes = [input_dim, *hidden_dims, num_classes]
        for i, (rows, cols) in enumerate(zip(sizes[:-1], sizes[1:])):
            self.params["W" + str(i + 1)] = weight_scale * np.random.randn(rows, cols)
            self.params["b" + str(i + 1)] = np.zeros(cols)
        for k, v in self.params.items():
            self.params[k] = v.astype(dtype)
        self.layers = [Layer(self, i + 1) for i in range(len(hidden_dims))]
        self.layers.append(LastLayer(self, self.num_layers))

    def loss(self, X, y=None):
        out = X.astype(self.dtype)
        for layer in self.layers:
            out = layer(out)
        if y is None:
            return out
        loss, dout = layers.softmax_loss(out, y)
        grads = {}
        for layer in self.layers[::-1]:
            loss += layer.penalty()
            dout = layer.back(dout, grads)
        return loss, grads


class TwoLayerNet(FullyConnectedNet):
    """A special case."""

    def __init__(self, input_dim=3 * 32 * 32, hidden_dim=100, num_classes=10,
                 weight_scale=1e-3, reg=0.0):
        super().__init__([hidden_dim], input_dim, num_classes, reg=reg,
                         weight_scale=weight_scale, dtype=np.float64)

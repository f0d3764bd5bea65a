import numpy as np

from ..layers import Affine, Dropout, Relu, Softmax


class FullyConnectedNet(object):
    def __init__(self, hidden_dims, input_dim=3*32*32, num_classes=10,
                 dropout=1, normalization=None, reg=0.0,
                 weight_scale=1e-2, dtype=np.float32, seed=None):
        self.reg = reg
        self.dtype = dtype
        self.num_layers = 1 + len(hidden_dims)
        self.use_dropout = dropout != 1
        widths = (input_dim,) + tuple(hidden_dims) + (num_classes,)
        self.params = {'W%d' % (i + 1): np.random.randn(*widths[i:i + 2]).astype(dtype) * dtype(weight_scale)
                       for i in range(self.num_layers)}
        self.params.update(('b%d' % (i + 1), np.zeros(widths[i + 1], dtype=dtype))
                           for i in range(self.num_layers))
        self.dropout_param = {}
        if self.use_dropout:
            self.dropout_param = {'mode': 'train', 'p': dropout}
            if seed is not None:
                self.dropout_param['seed'] = seed

    def loss(self, X, y=None):
        p, out, back = self.params, X.astype(self.dtype), []
        if self.use_dropout:
            self.dropout_param['mode'] = 'train' if y is not None else 'test'
        for i in range(1, self.num_layers):
            out, a = Affine.forward(out, p['W%d' % i], p['b%d' % i])
            out, r = Relu.forward(out)
            d = {}
            if self.use_dropout:
                out, d = Dropout.forward(out, self.dropout_param)
            back.append((i, a, r, d))
        n = self.num_layers
        scores, a = Affine.forward(out, p['W%d' % n], p['b%d' % n])
        if y is None:
            return scores
        loss, g = Softmax.loss(scores, y)
        grads = {}
        g, grads['W%d' % n], grads['b%d' % n] = Affine.backward(g, a)
        for i, a, r, d in back[::-1]:
            g = Relu.backward(Dropout.backward(g, d), r)
            g, grads['W%d' % i], grads['b%d' % i] = Affine.backward(g, a)
        for i in range(1, n + 1):
            w = p['W%d' % i]
            loss += self.reg * (w ** 2).sum() / 2
            grads['W%d' % i] += self.reg * w
        return loss, grads

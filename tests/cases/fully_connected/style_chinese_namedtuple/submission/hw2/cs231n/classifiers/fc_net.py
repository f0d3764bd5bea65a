from functools import reduce

import numpy as np

from cs231n.layers import affine_forward, affine_backward, softmax_loss
from cs231n.layer_utils import affine_relu_forward, affine_relu_backward


class TwoLayerNet(object):
    """ 两层网络 """

    def __init__(self, input_dim=3072, hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0):
        rng = np.random
        self.params = {'b1': np.zeros(hidden_dim), 'b2': np.zeros(num_classes)}
        self.params.update(W1=rng.randn(input_dim, hidden_dim) * weight_scale,
                           W2=rng.randn(hidden_dim, num_classes) * weight_scale)
        self.reg = reg

    def loss(self, X, y=None):
        W1, b1, W2, b2 = [self.params[k] for k in ('W1', 'b1', 'W2', 'b2')]
        h, cache1 = affine_relu_forward(x=X, w=W1, b=b1)
        scores, cache2 = affine_forward(x=h, w=W2, b=b2)
        if y is None:
            return scores
        loss, d = softmax_loss(scores, y)
        # 正则项
        loss += .5 * self.reg * (np.linalg.norm(W1) ** 2 + np.linalg.norm(W2) ** 2)
        grads = {}
        dh, grads['W2'], grads['b2'] = affine_backward(d, cache2)
        _, grads['W1'], grads['b1'] = affine_relu_backward(dh, cache1)
        for k in 'W1', 'W2':
            grads[k] = grads[k] + self.reg * self.params[k]
        return loss, grads


class FullyConnectedNet(object):

    def __init__(self, hidden_dims, input_dim=3072, num_classes=10, dropout=1,
                 normalization=None, reg=0.0, weight_scale=1e-2, dtype=np.float32, seed=None):
        self.normalization = normalization
        self.use_dropout = dropout != 1
        self.reg, self.dtype = reg, dtype
        self.num_layers = len(hidden_dims) + 1
        dims = [input_dim, *hidden_dims, num_classes]
        self.params = {}
        for i, (入, 出) in enumerate(zip(dims[:-1], dims[1:])):
            self.params.setdefault(f'W{i + 1}', (np.random.randn(入, 出) * weight_scale).astype(dtype))
            self.params.setdefault(f'b{i + 1}', np.zeros((出,), dtype=dtype))

    def _层(self, i):
        return self.params[f'W{i}'], self.params[f'b{i}']

    def loss(self, X, y=None):
        X = X.astype(self.dtype)

        def 前进(状态, i):
            h, caches = 状态
            out, cache = affine_relu_forward(h, *self._层(i))
            return out, caches + [cache]

        h, caches = reduce(前进, range(1, self.num_layers), (X, []))
        scores, cache = affine_forward(h, *self._层(self.num_layers))
        if y is None:
            return scores
        loss, d = softmax_loss(scores, y)
        grads = {}
        d, dW, grads[f'b{self.num_layers}'] = affine_backward(d, cache)
        grads[f'W{self.num_layers}'] = dW
        for i, cache in reversed(list(enumerate(caches, start=1))):
            d, grads[f'W{i}'], grads[f'b{i}'] = affine_relu_backward(d, cache)
        权重 = [k for k in grads if k.startswith('W')]
        for k in 权重:
            grads[k] += self.reg * self.params[k]
        return loss + .5 * self.reg * sum(np.sum(np.square(self.params[k])) for k in 权重), grads

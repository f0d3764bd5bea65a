import numpy as np

from ..layers import *


class FullyConnectedNet:
    def __init__(self, hidden_dims, input_dim=3 * 32 * 32, num_classes=10,
                 dropout_keep_ratio=1, normalization=None, reg=0.0,
                 weight_scale=1e-2, dtype=np.float32, seed=None):
        self.normalization, self.reg, self.dtype = normalization, reg, dtype
        self.num_layers = len(hidden_dims) + 1
        self.bn_params = [{'mode': 'train'} for _ in hidden_dims] if normalization else []
        sizes = np.array([input_dim, *hidden_dims, num_classes])
        self.params = {}
        for i, (a, b) in enumerate(zip(sizes, sizes[1:]), 1):
            self.params[f'W{i}'] = np.random.normal(0, weight_scale, (a, b)).astype(dtype)
            self.params[f'b{i}'] = np.zeros(b, dtype)
        if normalization:
            for i, size in enumerate(hidden_dims, 1):
                self.params.update({f'gamma{i}': np.ones(size, dtype), f'beta{i}': np.zeros(size, dtype)})

    def _get(self, i, *names):
        return [self.params[name + str(i)] for name in names]

    def _block(self, x, i):
        """Affine, normalisation and ReLU; also how to go back."""
        a, affine = affine_forward(x, *self._get(i, 'W', 'b'))
        if self.normalization:
            forward = batchnorm_forward if self.normalization == 'batchnorm' else layernorm_forward
            a, norm = forward(a, *self._get(i, 'gamma', 'beta'), self.bn_params[i - 1])
        h, relu = relu_forward(a)

        def back(dh, grads):
            d = relu_backward(dh, relu)
            if self.normalization:
                d, grads[f'gamma{i}'], grads[f'beta{i}'] = batchnorm_backward_alt(d, norm)
            dx, grads[f'W{i}'], grads[f'b{i}'] = affine_backward(d, affine)
            return dx

        return h, back

    def loss(self, X, y=None):
        for settings in self.bn_params:
            settings['mode'] = 'train' if y is not None else 'test'
        h, backs = X.astype(self.dtype), []
        for i in range(1, self.num_layers):
            h, back = self._block(h, i)
            backs.insert(0, back)
        L = self.num_layers
        scores, cache = affine_forward(h, *self._get(L, 'W', 'b'))
        if y is None:
            return scores
        grads = {}
        loss, d = softmax_loss(scores, y)
        d, grads[f'W{L}'], grads[f'b{L}'] = affine_backward(d, cache)
        for back in backs:
            d = back(d, grads)
        for i in range(1, L + 1):
            W, = self._get(i, 'W')
            loss += self.reg / 2 * length(W) ** 2
            grads[f'W{i}'] = grads[f'W{i}'] + self.reg * W
        return loss, grads

import numpy as np
import pdb

from .layers import *
from .layer_utils import *


class FullyConnectedNet(object):
    def __init__(self, hidden_dims, input_dim=3*32*32, num_classes=10,
                 dropout=1, normalization=None, reg=0.0,
                 weight_scale=1e-2, dtype=np.float32, seed=None):
        self.normalization = normalization
        self.reg = reg
        self.dtype = dtype
        self.num_layers = len(hidden_dims) + 1
        dims = np.hstack([input_dim, hidden_dims, num_classes]).astype(int)
        self.params = {}
        for i in range(self.num_layers):
            k, 出 = str(i + 1), dims[i + 1]
            self.params['W' + k] = np.random.normal(0, weight_scale, dims[i:i + 2]).astype(dtype)
            self.params['b' + k] = np.zeros(出).astype(dtype)
            if normalization and i + 1 < self.num_layers:
                self.params['gamma' + k] = np.ones(出).astype(dtype)
                self.params['beta' + k] = np.zeros(出).astype(dtype)
        self.bn_params = [dict(mode='train') for _ in hidden_dims] if normalization else []
        self.dropout_param = {}
        if dropout != 1:
            self.dropout_param = dict(mode='train', p=dropout)
            if seed is not None:
                self.dropout_param['seed'] = seed

    def loss(self, X, y=None):
        mode = 'test' if y is None else 'train'
        for param in self.bn_params + ([self.dropout_param] if self.dropout_param else []):
            param['mode'] = mode
        out, caches = X.astype(self.dtype), []
        for i in range(1, self.num_layers):
            k = str(i)
            out, cache = block_forward(
                out, self.params['W' + k], self.params['b' + k], self.normalization,
                self.params.get('gamma' + k), self.params.get('beta' + k),
                self.bn_params[i - 1] if self.bn_params else None, self.dropout_param)
            caches.append(cache)
        k = str(self.num_layers)
        scores, cache = affine_forward(out, self.params['W' + k], self.params['b' + k])
        if mode == 'test':
            return scores

        loss, d = softmax_loss(scores, y)
        grads = {}
        d, grads['W' + k], grads['b' + k] = affine_backward(d, cache)
        for i in range(self.num_layers - 1, 0, -1):
            d, 小 = block_backward(d, caches[i - 1])
            for name in 小:
                grads[name + str(i)] = 小[name]
        for name, w in self.params.items():
            if name.startswith('W'):
                loss += 0.5 * self.reg * np.linalg.norm(w) ** 2
                grads[name] = grads[name] + self.reg * w
        return loss, grads

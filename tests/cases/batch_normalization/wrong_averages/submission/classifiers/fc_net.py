from builtins import range
from builtins import object
import numpy as np

from layers.layers import *


class FullyConnectedNet(object):
    """{affine - [norm] - relu} x (L - 1) - affine - softmax"""

    def __init__(self, hidden_dims, input_dim=3 * 32 * 32, num_classes=10,
                 dropout_keep_ratio=1, normalization=None, reg=0.0,
                 weight_scale=1e-2, dtype=np.float32, seed=None):
        self.normalization = normalization
        self.use_dropout = dropout_keep_ratio != 1
        self.reg = reg
        self.num_layers = 1 + len(hidden_dims)
        self.dtype = dtype
        self.params = {}

        sizes = [input_dim] + list(hidden_dims) + [num_classes]
        for i in range(self.num_layers):
            k = str(i + 1)
            self.params["W" + k] = weight_scale * np.random.randn(sizes[i], sizes[i + 1])
            self.params["b" + k] = np.zeros(sizes[i + 1])
            if normalization and i < self.num_layers - 1:
                self.params["gamma" + k] = np.ones(sizes[i + 1])
                self.params["beta" + k] = np.zeros(sizes[i + 1])

        self.bn_params = []
        if self.normalization == "batchnorm":
            self.bn_params = [{"mode": "train"} for i in range(self.num_layers - 1)]
        if self.normalization == "layernorm":
            self.bn_params = [{} for i in range(self.num_layers - 1)]

        for k, v in self.params.items():
            self.params[k] = v.astype(dtype)

    def loss(self, X, y=None):
        X = X.astype(self.dtype)
        mode = "test" if y is None else "train"
        if self.normalization == "batchnorm":
            for bn_param in self.bn_params:
                bn_param["mode"] = mode

        h, caches = X, []
        for i in range(1, self.num_layers):
            h, fc = affine_forward(h, self.params[f"W{i}"], self.params[f"b{i}"])
            norm = None
            if self.normalization:
                forward = batchnorm_forward if self.normalization == "batchnorm" else layernorm_forward
                h, norm = forward(
                    h, self.params[f"gamma{i}"], self.params[f"beta{i}"], dict(self.bn_params[i - 1])
                )
            h, relu = relu_forward(h)
            caches.append((fc, norm, relu))
        L = self.num_layers
        scores, last = affine_forward(h, self.params[f"W{L}"], self.params[f"b{L}"])
        if mode == "test":
            return scores

        loss, dout = softmax_loss(scores, y)
        grads = {}
        dout, grads[f"W{L}"], grads[f"b{L}"] = affine_backward(dout, last)
        for i in range(L - 1, 0, -1):
            fc, norm, relu = caches[i - 1]
            dout = relu_backward(dout, relu)
            if self.normalization:
                backward = (
                    batchnorm_backward_alt if self.normalization == "batchnorm" else layernorm_backward
                )
                dout, grads[f"gamma{i}"], grads[f"beta{i}"] = backward(dout, norm)
            dout, grads[f"W{i}"], grads[f"b{i}"] = affine_backward(dout, fc)
        for i in range(1, L + 1):
            W = self.params[f"W{i}"]
            loss += 0.5 * self.reg * np.sum(W * W)
            grads[f"W{i}"] += self.reg * W
        return loss, grads

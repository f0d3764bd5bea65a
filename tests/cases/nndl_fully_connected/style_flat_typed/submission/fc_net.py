from __future__ import annotations

from functools import reduce

import numpy as np

from layer_utils import affine_relu_backward, affine_relu_forward
from layers import affine_backward, affine_forward, softmax_loss


class TwoLayerNet:
    def __init__(self, input_dim: int = 3072, hidden_dim: int = 100, num_classes: int = 10,
                 weight_scale: float = 1e-3, reg: float = 0.0) -> None:
        rng = np.random.RandomState()
        self.reg = reg
        self.params: dict[str, np.ndarray] = dict(
            W1=rng.normal(scale=weight_scale, size=(input_dim, hidden_dim)),
            W2=rng.normal(scale=weight_scale, size=(hidden_dim, num_classes)),
            b1=np.zeros(hidden_dim),
            b2=np.zeros(num_classes),
        )

    def loss(self, X, y=None):
        W1, b1, W2, b2 = (self.params[k] for k in ("W1", "b1", "W2", "b2"))
        hidden, hidden_cache = affine_relu_forward(X, W1, b1)
        scores, scores_cache = affine_forward(hidden, W2, b2)
        if y is None:
            return scores
        loss, dscores = softmax_loss(scores, y)
        dhidden, dW2, db2 = affine_backward(dscores, scores_cache)
        dX, dW1, db1 = affine_relu_backward(dhidden, hidden_cache)
        loss += self.reg * (np.vdot(W1, W1) + np.vdot(W2, W2)) / 2
        return loss, dict(W1=dW1 + self.reg * W1, W2=dW2 + self.reg * W2, b1=db1, b2=db2)


class FullyConnectedNet:
    def __init__(self, hidden_dims, input_dim=3 * 32 * 32, num_classes=10, dropout=1,
                 normalization=None, reg=0.0, weight_scale=1e-2, dtype=np.float32, seed=None):
        self.reg, self.dtype = reg, dtype
        dims = (input_dim,) + tuple(hidden_dims) + (num_classes,)
        self.names = [(f"W{i}", f"b{i}") for i in range(1, len(dims))]
        self.params = {}
        for (W, b), shape in zip(self.names, zip(dims, dims[1:])):
            self.params[W] = (weight_scale * np.random.standard_normal(shape)).astype(dtype)
            self.params[b] = np.zeros(shape[-1], dtype)

    def loss(self, X, y=None):
        *inner, (W_last, b_last) = self.names
        tape = []

        def step(x, names):
            out, cache = affine_relu_forward(x, *(self.params[name] for name in names))
            tape.append((names, cache))
            return out

        hidden = reduce(step, inner, X.astype(self.dtype))
        scores, cache = affine_forward(hidden, self.params[W_last], self.params[b_last])
        if y is None:
            return scores

        loss, dout = softmax_loss(scores, y)
        grads = {}
        dout, grads[W_last], grads[b_last] = affine_backward(dout, cache)
        while tape:
            (W, b), cache = tape.pop()
            dout, grads[W], grads[b] = affine_relu_backward(dout, cache)
        for W, _ in self.names:
            grads[W] = grads[W] + self.reg * self.params[W]
        return loss + 0.5 * self.reg * sum((self.params[W] ** 2).sum() for W, _ in self.names), grads

from __future__ import annotations

import numpy as np

from layers import *
from layer_utils import *


class Parameters(dict):
    """Weights and biases by name; knows what of it is regularised."""

    @property
    def weights(self) -> dict[str, np.ndarray]:
        return {name: value for name, value in self.items() if name[0] == "W"}

    @property
    def layers(self) -> int:
        return len(self.weights)

    def penalty(self, reg: float) -> float:
        return 0.5 * reg * sum(float(np.sum(w * w)) for w in self.weights.values())

    @classmethod
    def random(cls, sizes, scale, dtype):
        self = cls()
        for number, (rows, columns) in enumerate(zip(sizes, sizes[1:]), 1):
            self[f"W{number}"] = (scale * np.random.randn(rows, columns)).astype(dtype)
            self[f"b{number}"] = np.zeros(columns, dtype)
        return self


class FullyConnectedNet:
    def __init__(self, hidden_dims, input_dim=3 * 32 * 32, num_classes=10, *,
                 dropout_keep_ratio: float = 1, normalization: str | None = None,
                 reg: float = 0.0, weight_scale: float = 1e-2, dtype=np.float32,
                 seed: int | None = None) -> None:
        self.reg = reg
        self.dtype = dtype
        sizes = [input_dim, *hidden_dims, num_classes]
        self.params = Parameters.random(sizes, weight_scale, dtype)

    @property
    def num_layers(self) -> int:
        return Parameters(self.params).layers

    def _arguments(self, number: int):
        return self.params[f"W{number}"], self.params[f"b{number}"]

    def loss(self, X, y=None):
        hidden, caches = X.astype(self.dtype), {}
        for number in range(1, self.num_layers):
            hidden, caches[number] = affine_relu_forward(hidden, *self._arguments(number))
        scores, caches[self.num_layers] = affine_forward(
            hidden, *self._arguments(self.num_layers)
        )
        if y is None:
            return scores
        return self._learn(scores, y, caches)

    def _learn(self, scores, y, caches):
        loss, upstream = softmax_loss(scores, y)
        grads = {}
        for number in sorted(caches, reverse=True):
            backward = affine_backward if number == self.num_layers else affine_relu_backward
            upstream, dw, db = backward(upstream, caches[number])
            grads[f"W{number}"] = dw + self.reg * self.params[f"W{number}"]
            grads[f"b{number}"] = db
        return loss + Parameters(self.params).penalty(self.reg), grads


class TwoLayerNet(FullyConnectedNet):
    def __init__(self, input_dim=3 * 32 * 32, hidden_dim=100, num_classes=10,
                 weight_scale=1e-3, reg=0.0):
        super().__init__([hidden_dim], input_dim, num_classes, reg=reg,
                         weight_scale=weight_scale, dtype=np.float64)

from __future__ import annotations

from dataclasses import InitVar, dataclass, field

import numpy as np
from numpy.typing import NDArray

from nndl.conv_layer_utils import *
from nndl.layers import softmax_loss


@dataclass
class ThreeLayerConvNet:
    input_dim: InitVar[tuple[int, int, int]] = (3, 32, 32)
    num_filters: InitVar[int] = 32
    filter_size: int = 7
    hidden_dim: InitVar[int] = 100
    num_classes: InitVar[int] = 10
    weight_scale: InitVar[float] = 1e-3
    reg: float = 0.0
    dtype: type = np.float32
    use_batchnorm: bool = False
    params: dict[str, NDArray] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self, input_dim, num_filters, hidden_dim, num_classes, weight_scale):
        C, H, W = input_dim
        shapes = {'1': (num_filters, C, self.filter_size, self.filter_size),
                  '2': (num_filters * (H // 2) * (W // 2), hidden_dim),
                  '3': (hidden_dim, num_classes)}
        for layer, width in zip(shapes, (num_filters, hidden_dim, num_classes)):
            weights = np.random.normal(loc=0.0, scale=weight_scale, size=shapes[layer])
            self.params['W' + layer] = weights.astype(self.dtype)
            self.params['b' + layer] = np.zeros(width, dtype=self.dtype)

    @property
    def penalty(self) -> float:
        return 0.5 * self.reg * sum(np.sum(v * v) for k, v in self.params.items() if k[0] == 'W')

    def loss(self, X: NDArray, y: NDArray | None = None):
        p = self.params
        conv_param = {'stride': 1, 'pad': (self.filter_size - 1) // 2}
        pool_param = {'pool_height': 2, 'pool_width': 2, 'stride': 2}
        pooled, conv = conv_relu_pool_forward(X.astype(self.dtype), p['W1'], p['b1'], conv_param,
                                              pool_param)
        hidden, middle = affine_relu_forward(pooled, p['W2'], p['b2'])
        scores, last = affine_forward(hidden, p['W3'], p['b3'])
        if y is None:
            return scores
        data_loss, d = softmax_loss(scores, y)
        grads: dict[str, NDArray] = {}
        d, grads['W3'], grads['b3'] = affine_backward(d, last)
        d, grads['W2'], grads['b2'] = affine_relu_backward(d, middle)
        d, grads['W1'], grads['b1'] = conv_relu_pool_backward(d, conv)
        return data_loss + self.penalty, {
            k: g + self.reg * p[k] if k.startswith('W') else g for k, g in grads.items()}

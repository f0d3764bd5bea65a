from .layers import *
from .layer_utils import *
import numpy as np


class FullyConnectedNet(object):
  def __init__(self, hidden_dims, input_dim=3*32*32, num_classes=10, dropout=0,
               use_batchnorm=False, reg=0.0, weight_scale=1e-2, dtype=np.float32, seed=None):
    self.reg, self.dtype, self.last = reg, dtype, len(hidden_dims) + 1
    sizes = [input_dim] + list(hidden_dims) + [num_classes]
    self.params = {'W%d' % (i + 1): (weight_scale * np.random.randn(*sizes[i:i + 2])).astype(dtype)
                   for i in range(self.last)}
    self.params.update({'b%d' % (i + 1): np.zeros(sizes[i + 1], dtype) for i in range(self.last)})

  def loss(self, X, y=None):
    pairs = [(self.params['W%d' % i], self.params['b%d' % i]) for i in range(1, self.last + 1)]
    h, caches = X.astype(self.dtype), []
    for W, b in pairs[:-1]:
      h, cache = affine_relu_forward(h, W, b)
      caches += [cache]
    h, cache = affine_forward(h, *pairs[-1])
    if y is None:
      return h
    loss, d = softmax_loss(h, y)
    loss += self.reg * sum(np.sum(W ** 2) for W, b in pairs) / 2
    d, *back = affine_backward(d, cache)
    grads = {'W%d' % self.last: back[0], 'b%d' % self.last: back[1]}
    for i in range(self.last - 1, 0, -1):
      d, grads['W%d' % i], grads['b%d' % i] = affine_relu_backward(d, caches[i - 1])
    return loss, {k: g + self.reg * self.params[k] if k[0] == 'W' else g for k, g in grads.items()}


class TwoLayerNet(FullyConnectedNet):
  def __init__(self, input_dim=3*32*32, hidden_dims=100, num_classes=10, dropout=0,
               weight_scale=1e-3, reg=0.0):
    FullyConnectedNet.__init__(self, [hidden_dims], input_dim, num_classes, reg=reg,
                               weight_scale=weight_scale, dtype=float)

import numpy as np

from .layers import *
from .layer_utils import *


class TwoLayerNet(object):

  def __init__(self, input_dim=3*32*32, hidden_dims=100, num_classes=10,
               dropout=0, weight_scale=1e-3, reg=0.0):
    self.params = {}
    self.reg = reg
    self.params['W1'] = np.random.normal(0, weight_scale, (input_dim, hidden_dims))
    self.params['b1'] = np.zeros(hidden_dims)
    self.params['W2'] = np.random.normal(0, weight_scale, (hidden_dims, num_classes))
    self.params['b2'] = np.zeros(num_classes)

  def loss(self, X, y=None):
    W1, b1, W2, b2 = [self.params[k] for k in ('W1', 'b1', 'W2', 'b2')]
    h, hidden_cache = affine_relu_forward(X, W1, b1)
    scores, score_cache = affine_forward(h, W2, b2)
    if y is None:
      return scores

    loss, dscores = softmax_loss(scores, y)
    loss += 0.5 * self.reg * sum(np.sum(p ** 2) for p in self.params.values())
    grads = {}
    dh, grads['W2'], grads['b2'] = affine_backward(dscores, score_cache)
    _, grads['W1'], grads['b1'] = affine_relu_backward(dh, hidden_cache)
    for k in grads:
      grads[k] = grads[k] + self.reg * self.params[k]
    return loss, grads


class FullyConnectedNet(object):

  def __init__(self, hidden_dims, input_dim=3*32*32, num_classes=10,
               dropout=0, use_batchnorm=False, reg=0.0,
               weight_scale=1e-2, dtype=np.float32, seed=None):
    self.use_batchnorm = use_batchnorm
    self.use_dropout = dropout > 0
    self.reg = reg
    self.num_layers = 1 + len(hidden_dims)
    self.dtype = dtype
    self.params = {}

    sizes = [input_dim] + list(hidden_dims) + [num_classes]
    for i in np.arange(1, self.num_layers + 1):
      self.params['W{}'.format(i)] = weight_scale * np.random.randn(sizes[i - 1], sizes[i])
      self.params['b{}'.format(i)] = np.zeros(sizes[i])

    for k, v in self.params.items():
      self.params[k] = v.astype(dtype)

  def loss(self, X, y=None):
    X = X.astype(self.dtype)
    mode = 'test' if y is None else 'train'
    h, caches = X, []
    for i in np.arange(1, self.num_layers):
      h, cache = affine_relu_forward(h, self.params['W{}'.format(i)], self.params['b{}'.format(i)])
      caches.append(cache)
    last = self.num_layers
    scores, cache = affine_forward(h, self.params['W{}'.format(last)], self.params['b{}'.format(last)])
    caches.append(cache)
    if mode == 'test':
      return scores

    loss, dh = softmax_loss(scores, y)
    grads = {}
    for i in np.arange(last, 0, -1):
      backward = affine_backward if i == last else affine_relu_backward
      W = self.params['W{}'.format(i)]
      dh, dW, db = backward(dh, caches[i - 1])
      loss += 0.5 * self.reg * np.sum(W * W)
      grads['W{}'.format(i)] = dW + self.reg * W
      grads['b{}'.format(i)] = db
    return loss, grads

import numpy as np

from cs231n.layers import *


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
    sizes = [input_dim] + hidden_dims + [num_classes]
    for i in xrange(self.num_layers):
      n = str(i + 1)
      self.params['W' + n] = np.random.randn(sizes[i], sizes[i + 1]) * weight_scale
      self.params['b' + n] = np.zeros(sizes[i + 1])
      if use_batchnorm and i < len(hidden_dims):
        self.params['gamma' + n] = np.ones(sizes[i + 1])
        self.params['beta' + n] = np.zeros(sizes[i + 1])
    self.bn_params = []
    if self.use_batchnorm:
      self.bn_params = [{'mode': 'train'} for i in xrange(self.num_layers - 1)]
    for k in list(self.params):
      self.params[k] = self.params[k].astype(dtype)

  def loss(self, X, y=None):
    if self.use_batchnorm:
      for bn_param in self.bn_params:
        bn_param['mode'] = 'train' if y is not None else 'test'
    scores = self.forward(X.astype(self.dtype))
    if y is None:
      return scores
    loss, dscores = softmax_loss(scores, y)
    grads = self.backward(dscores)
    for k, v in self.params.items():
      if k.startswith('W'):
        loss += 0.5 * self.reg * np.sum(v ** 2)
        grads[k] += self.reg * v
    return loss, grads

  def forward(self, h):
    self.caches = []
    for i in xrange(1, self.num_layers + 1):
      n = str(i)
      h, fc_cache = affine_forward(h, self.params['W' + n], self.params['b' + n])
      bn_cache = relu_cache = None
      if i < self.num_layers:
        if self.use_batchnorm:
          h, bn_cache = batchnorm_forward(h, self.params['gamma' + n], self.params['beta' + n],
                                          self.bn_params[i - 1])
        h, relu_cache = relu_forward(h)
      self.caches.append((n, fc_cache, bn_cache, relu_cache))
    return h

  def backward(self, dh):
    grads = {}
    for n, fc_cache, bn_cache, relu_cache in reversed(self.caches):
      if relu_cache is not None:
        dh = relu_backward(dh, relu_cache)
      if bn_cache is not None:
        dh, grads['gamma' + n], grads['beta' + n] = batchnorm_backward(dh, bn_cache)
      dh, grads['W' + n], grads['b' + n] = affine_backward(dh, fc_cache)
    return grads

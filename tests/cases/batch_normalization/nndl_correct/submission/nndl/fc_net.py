import numpy as np
import pdb

from .layers import *
from .layer_utils import *


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

    dims = np.hstack((input_dim, hidden_dims, num_classes))
    for i in np.arange(self.num_layers):
      self.params['W' + str(i + 1)] = np.random.normal(0, weight_scale, size=(dims[i], dims[i + 1]))
      self.params['b' + str(i + 1)] = np.zeros(dims[i + 1])
      if self.use_batchnorm and i != self.num_layers - 1:
        self.params['gamma' + str(i + 1)] = np.ones(dims[i + 1])
        self.params['beta' + str(i + 1)] = np.zeros(dims[i + 1])

    self.bn_params = []
    if self.use_batchnorm:
      self.bn_params = [{'mode': 'train'} for i in np.arange(self.num_layers - 1)]

    for k, v in self.params.items():
      self.params[k] = v.astype(dtype)

  def loss(self, X, y=None):
    X = X.astype(self.dtype)
    mode = 'test' if y is None else 'train'
    if self.use_batchnorm:
      for bn_param in self.bn_params:
        bn_param[mode] = mode

    h, caches = X, []
    for i in np.arange(1, self.num_layers):
      W, b = self.params['W' + str(i)], self.params['b' + str(i)]
      if self.use_batchnorm:
        gamma, beta = self.params['gamma' + str(i)], self.params['beta' + str(i)]
        h, cache = affine_batchnorm_relu_forward(h, W, b, gamma, beta, self.bn_params[i - 1])
      else:
        a, fc_cache = affine_forward(h, W, b)
        h, relu_cache = relu_forward(a)
        cache = (fc_cache, relu_cache)
      caches.append(cache)
    L = str(self.num_layers)
    scores, last_cache = affine_forward(h, self.params['W' + L], self.params['b' + L])
    if mode == 'test':
      return scores

    loss, grads = 0.0, {}
    loss, dh = softmax_loss(scores, y)
    dh, grads['W' + L], grads['b' + L] = affine_backward(dh, last_cache)
    for i in np.arange(self.num_layers - 1, 0, -1):
      k = str(i)
      if self.use_batchnorm:
        (dh, grads['W' + k], grads['b' + k],
         grads['gamma' + k], grads['beta' + k]) = affine_batchnorm_relu_backward(dh, caches[i - 1])
      else:
        fc_cache, relu_cache = caches[i - 1]
        dh, grads['W' + k], grads['b' + k] = affine_backward(relu_backward(dh, relu_cache), fc_cache)
    for i in np.arange(1, self.num_layers + 1):
      W = self.params['W' + str(i)]
      loss += 0.5 * self.reg * np.linalg.norm(W) ** 2
      grads['W' + str(i)] = grads['W' + str(i)] + self.reg * W
    return loss, grads

import numpy as np
import pdb

from .layers import *


class FullyConnectedNet(object):

  def __init__(self, hidden_dims, input_dim=3*32*32, num_classes=10,
               dropout=0, use_batchnorm=False, reg=0.0,
               weight_scale=1e-2, dtype=np.float32, seed=None):
    self.use_dropout = dropout > 0
    self.reg = reg
    self.num_layers = 1 + len(hidden_dims)
    self.dtype = dtype
    self.params = {}

    previous = input_dim
    for i, size in enumerate(list(hidden_dims) + [num_classes]):
      self.params['W%d' % (i + 1)] = weight_scale * np.random.randn(previous, size)
      self.params['b%d' % (i + 1)] = np.zeros(size)
      previous = size

    self.dropout_param = {}
    if self.use_dropout:
      self.dropout_param = {'mode': 'train', 'p': dropout}
      if seed is not None:
        self.dropout_param['seed'] = seed

    for k, v in self.params.items():
      self.params[k] = v.astype(dtype)

  def loss(self, X, y=None):
    X = X.astype(self.dtype)
    mode = 'test' if y is None else 'train'
    if self.dropout_param is not None:
      self.dropout_param['mode'] = mode

    inputs = {0: X}
    fc, relu, drop = {}, {}, {}
    for i in np.arange(1, self.num_layers):
      a, fc[i] = affine_forward(inputs[i - 1], self.params['W%d' % i], self.params['b%d' % i])
      inputs[i], relu[i] = relu_forward(a)
      if self.use_dropout:
        inputs[i], drop[i] = dropout_forward(inputs[i], self.dropout_param)
    n = self.num_layers
    scores, fc[n] = affine_forward(inputs[n - 1], self.params['W%d' % n], self.params['b%d' % n])
    if mode == 'test':
      return scores

    loss, grads = 0.0, {}
    loss, dh = softmax_loss(scores, y)
    for i in np.arange(n, 0, -1):
      if i < n:
        if self.use_dropout:
          dh = dropout_backward(dh, drop[i])
        dh = relu_backward(dh, relu[i])
      dh, grads['W%d' % i], grads['b%d' % i] = affine_backward(dh, fc[i])
      W = self.params['W%d' % i]
      loss = loss + 0.5 * self.reg * np.sum(W ** 2)
      grads['W%d' % i] = grads['W%d' % i] + self.reg * W
    return loss, grads

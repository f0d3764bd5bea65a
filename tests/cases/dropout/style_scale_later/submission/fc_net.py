import numpy as np

from layers import *


class FullyConnectedNet(object):
  def __init__(self, hidden_dims, input_dim=3*32*32, num_classes=10,
               dropout=0, use_batchnorm=False, reg=0.0,
               weight_scale=1e-2, dtype=np.float32, seed=None):
    self.use_dropout = dropout > 0
    self.reg = reg
    self.num_layers = 1 + len(hidden_dims)
    self.dtype = dtype
    self.params = {}
    d = input_dim
    for i, h in enumerate(hidden_dims + [num_classes]):
      self.params['W' + str(i + 1)] = (weight_scale * np.random.randn(d, h)).astype(dtype)
      self.params['b' + str(i + 1)] = np.zeros(h).astype(dtype)
      d = h
    self.dropout_param = {}
    if self.use_dropout:
      self.dropout_param = {'mode': 'train', 'p': dropout}
      if seed is not None:
        self.dropout_param['seed'] = seed

  def loss(self, X, y=None):
    if self.dropout_param:
      self.dropout_param['mode'] = 'test' if y is None else 'train'
    result = self.run(1, X.astype(self.dtype), y)
    if y is None:
      return result
    return result[0], result[2]

  def run(self, i, h, y):
    """ From layer i on: the scores, or loss, gradient of h and gradients by name. """
    W, b = self.params['W' + str(i)], self.params['b' + str(i)]
    a, fc_cache = affine_forward(h, W, b)
    if i == self.num_layers:
      if y is None:
        return a
      loss, da = softmax_loss(a, y)
      grads = {}
    else:
      r, relu_cache = relu_forward(a)
      if self.use_dropout:
        r, drop_cache = dropout_forward(r, self.dropout_param)
      above = self.run(i + 1, r, y)
      if y is None:
        return above
      loss, da, grads = above
      if self.use_dropout:
        da = dropout_backward(da, drop_cache)
      da = relu_backward(da, relu_cache)
    dh, dW, db = affine_backward(da, fc_cache)
    grads['W' + str(i)] = dW + self.reg * W
    grads['b' + str(i)] = db
    return loss + 0.5 * self.reg * np.linalg.norm(W) ** 2, dh, grads

import numpy as np
import pdb

from .layers import *
from .layer_utils import *


class TwoLayerNet(object):

  def __init__(self, input_dim=3*32*32, hidden_dims=100, num_classes=10,
               dropout=0, weight_scale=1e-3, reg=0.0):
    self.params = {}
    self.reg = reg
    self.params['W1'] = np.random.standard_normal((input_dim, hidden_dims)) * weight_scale
    self.params['W2'] = np.random.standard_normal((hidden_dims, num_classes)) * weight_scale
    self.params['b1'], self.params['b2'] = np.zeros(hidden_dims), np.zeros(num_classes)

  def loss(self, X, y=None):
    p = self.params
    hidden, back1 = affine_relu_forward(X, p['W1'], p['b1'])
    scores, back2 = affine_forward(hidden, p['W2'], p['b2'])
    if y is None:
      return scores
    data_loss, dscores = softmax_loss(scores, y)
    dhidden, dW2, db2 = back2(dscores)
    _, dW1, db1 = back1(dhidden)
    decay = 0.5 * self.reg * sum((p[k] ** 2).sum() for k in ('W1', 'W2'))
    return data_loss + decay, {'W1': dW1 + self.reg * p['W1'], 'b1': db1,
                               'W2': dW2 + self.reg * p['W2'], 'b2': db2}


class FullyConnectedNet(object):

  def __init__(self, hidden_dims, input_dim=3*32*32, num_classes=10,
               dropout=0, use_batchnorm=False, reg=0.0,
               weight_scale=1e-2, dtype=np.float32, seed=None):
    self.reg = reg
    self.dtype = dtype
    self.params = {}
    fan_in = [input_dim] + hidden_dims
    fan_out = hidden_dims + [num_classes]
    for k, shape in enumerate(zip(fan_in, fan_out), start=1):
      self.params['W' + str(k)] = (np.random.standard_normal(shape) * weight_scale).astype(dtype)
      self.params['b' + str(k)] = np.zeros(shape[1]).astype(dtype)
    self.num_layers = k

  def loss(self, X, y=None):
    L = self.num_layers
    h = X.astype(self.dtype)
    steps = []
    for k in range(1, L + 1):
      run = affine_forward if k == L else affine_relu_forward
      h, back = run(h, self.params['W' + str(k)], self.params['b' + str(k)])
      steps.append((k, back))
    if y is None:
      return h
    loss, dh = softmax_loss(h, y)
    grads = {}
    while steps:
      k, back = steps.pop()
      dh, dW, db = back(dh)
      W = self.params['W' + str(k)]
      loss += 0.5 * self.reg * np.inner(W.ravel(), W.ravel())
      grads.update({'W' + str(k): dW + self.reg * W, 'b' + str(k): db})
    return loss, grads

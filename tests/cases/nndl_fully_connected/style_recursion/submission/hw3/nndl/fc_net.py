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
    h, first = affine_relu_forward(X, self.params['W1'], self.params['b1'])
    scores, second = affine_forward(h, self.params['W2'], self.params['b2'])
    if y is None:
      return scores
    loss, dscores = softmax_loss(scores, y)
    grads = {}
    dh, grads['W2'], grads['b2'] = affine_backward(dscores, second)
    _, grads['W1'], grads['b1'] = affine_relu_backward(dh, first)
    for W in ['W1', 'W2']:
      loss += 0.5 * self.reg * np.linalg.norm(self.params[W]) ** 2
      grads[W] += self.reg * self.params[W]
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
    self.draw(1, [input_dim] + hidden_dims + [num_classes], weight_scale)

  def draw(self, i, dims, scale):
    if len(dims) < 2:
      return
    self.params['W%d' % i] = np.random.normal(0, scale, (dims[0], dims[1])).astype(self.dtype)
    self.params['b%d' % i] = np.zeros(dims[1], dtype=self.dtype)
    self.draw(i + 1, dims[1:], scale)

  def loss(self, X, y=None):
    if y is None:
      return self.scores(X.astype(self.dtype), 1)
    grads = {}
    loss, _ = self.down(X.astype(self.dtype), y, 1, grads)
    return loss, grads

  def scores(self, x, i):
    W, b = self.params['W%d' % i], self.params['b%d' % i]
    if i == self.num_layers:
      return affine_forward(x, W, b)[0]
    return self.scores(affine_relu_forward(x, W, b)[0], i + 1)

  def down(self, x, y, i, grads):
    """ loss from layer i on, and its gradient with respect to x """
    W, b = self.params['W%d' % i], self.params['b%d' % i]
    if i == self.num_layers:
      out, cache = affine_forward(x, W, b)
      loss, dout = softmax_loss(out, y)
      dx, dW, db = affine_backward(dout, cache)
    else:
      out, cache = affine_relu_forward(x, W, b)
      loss, dout = self.down(out, y, i + 1, grads)
      dx, dW, db = affine_relu_backward(dout, cache)
    grads['W%d' % i] = dW + self.reg * W
    grads['b%d' % i] = db
    return loss + 0.5 * self.reg * np.sum(W * W), dx

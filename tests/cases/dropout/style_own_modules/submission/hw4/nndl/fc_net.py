import numpy as np

from .layers import *


class FullyConnectedNet(object):

  def __init__(self, hidden_dims, input_dim=3*32*32, num_classes=10,
               dropout=1, use_batchnorm=False, reg=0.0,
               weight_scale=1e-2, dtype=np.float32, seed=None):
    self.use_dropout = dropout < 1
    self.reg = reg
    self.num_layers = 1 + len(hidden_dims)
    self.dtype = dtype
    self.params = {}
    shapes = list(zip([input_dim] + list(hidden_dims), list(hidden_dims) + [num_classes]))
    for i, shape in enumerate(shapes):
      self.params['W{0}'.format(i + 1)] = np.random.standard_normal(shape) * weight_scale
      self.params['b{0}'.format(i + 1)] = np.zeros(shape[1])
    self.dropout_param = {}
    if self.use_dropout:
      self.dropout_param = {'mode': 'train', 'p': dropout}
      if seed is not None:
        self.dropout_param['seed'] = seed
    for k, v in self.params.items():
      self.params[k] = v.astype(dtype)

  def weights(self):
    return [(i, self.params['W{0}'.format(i)], self.params['b{0}'.format(i)])
            for i in range(1, self.num_layers + 1)]

  def loss(self, X, y=None):
    X = X.astype(self.dtype)
    self.dropout_param['mode'] = 'test' if y is None else 'train'
    stack = []
    for i, W, b in self.weights():
      X, cache = affine_forward(X, W, b)
      stack.append((affine_backward, cache, i))
      if i < self.num_layers:
        X, cache = relu_forward(X)
        stack.append((relu_backward, cache, None))
        if self.use_dropout:
          X, cache = dropout_forward(X, self.dropout_param)
          stack.append((dropout_backward, cache, None))
    if y is None:
      return X
    loss, d = softmax_loss(X, y)
    grads = {}
    while len(stack) > 0:
      backward, cache, i = stack.pop()
      if i is None:
        d = backward(d, cache)
        continue
      d, dW, db = backward(d, cache)
      grads.update({'W{0}'.format(i): dW, 'b{0}'.format(i): db})
    for i, W, b in self.weights():
      loss = loss + 0.5 * self.reg * np.trace(np.matmul(W.T, W))
      grads['W{0}'.format(i)] = grads['W{0}'.format(i)] + self.reg * W
    return loss, grads

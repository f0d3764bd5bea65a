import numpy as np
from .layers import *
from .layer_utils import *


class TwoLayerNet(object):

  def __init__(self, input_dim=3*32*32, hidden_dims=100, num_classes=10,
               dropout=0, weight_scale=1e-3, reg=0.0):
    self.params = {}
    self.reg = reg

    self.params['W1'] = np.random.normal(0, weight_scale, (input_dim, hidden_dims))
    self.params['W2'] = np.random.normal(0, weight_scale, (hidden_dims, num_classes))
    self.params['b1'] = np.zeros((hidden_dims))
    self.params['b2'] = np.zeros((num_classes))

  def loss(self, X, y=None):
    scores = None
    h, cache_h = affine_relu_forward(X, self.params['W1'], self.params['b1'])
    scores, cache_z = affine_forward(h, self.params['W2'], self.params['b2'])

    if y is None:
      return scores

    loss, grads = 0, {}
    data_loss, dz = softmax_loss(scores, y)
    reg_loss = 0.5 * self.reg * (np.linalg.norm(self.params['W1']) ** 2 +
                                 np.linalg.norm(self.params['W2']) ** 2)
    loss = data_loss + reg_loss
    dh, dw2, db2 = affine_backward(dz, cache_z)
    _, dw1, db1 = affine_relu_backward(dh, cache_h)
    grads['W1'] = dw1 + self.reg * self.params['W1']
    grads['b1'] = db1
    grads['W2'] = dw2 + self.reg * self.params['W2']
    grads['b2'] = db2
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

    fan_in = input_dim
    for i, fan_out in enumerate(hidden_dims + [num_classes]):
      k = str(i + 1)
      self.params['W' + k] = np.random.normal(scale=weight_scale, size=(fan_in, fan_out))
      self.params['b' + k] = np.zeros(fan_out)
      if use_batchnorm and i < len(hidden_dims):
        self.params['gamma' + k] = np.ones(fan_out)
        self.params['beta' + k] = np.zeros(fan_out)
      fan_in = fan_out

    self.dropout_param = {}
    if self.use_dropout:
      self.dropout_param = {'mode': 'train', 'p': dropout}
      if seed is not None:
        self.dropout_param['seed'] = seed

    self.bn_params = []
    if self.use_batchnorm:
      self.bn_params = [{'mode': 'train'} for i in np.arange(self.num_layers - 1)]

    for k, v in self.params.items():
      self.params[k] = v.astype(dtype)

  def loss(self, X, y=None):
    X = X.astype(self.dtype)
    mode = 'test' if y is None else 'train'

    if self.dropout_param is not None:
      self.dropout_param['mode'] = mode
    if self.use_batchnorm:
      for bn_param in self.bn_params:
        bn_param[mode] = mode

    scores = None
    H, caches, drops = [X], [], []
    for i in range(1, self.num_layers):
      W, b = self.params['W' + str(i)], self.params['b' + str(i)]
      if self.use_batchnorm:
        h, c = affine_batchnorm_relu_forward(H[-1], W, b, self.params['gamma' + str(i)],
                                             self.params['beta' + str(i)], self.bn_params[i - 1])
      else:
        h, c = affine_relu_forward(H[-1], W, b)
      caches.append(c)
      if self.use_dropout:
        h, d = dropout_forward(h, self.dropout_param)
        drops.append(d)
      H.append(h)
    L = str(self.num_layers)
    scores, c = affine_forward(H[-1], self.params['W' + L], self.params['b' + L])
    caches.append(c)

    if mode == 'test':
      return scores

    loss, grads = 0.0, {}
    loss, dz = softmax_loss(scores, y)
    for i in range(self.num_layers, 0, -1):
      k = str(i)
      loss += 0.5 * self.reg * np.sum(self.params['W' + k] ** 2)
      if i == self.num_layers:
        dz, grads['W' + k], grads['b' + k] = affine_backward(dz, caches[-1])
      else:
        if self.use_dropout:
          dz = dropout_backward(dz, drops[i - 1])
        if self.use_batchnorm:
          dz, dw, db, dgamma, dbeta = affine_batchnorm_relu_backward(dz, caches[i - 1])
          grads['W' + k], grads['b' + k] = dw, db
          grads['gamma' + k], grads['beta' + k] = dgamma, dbeta
        else:
          dz, grads['W' + k], grads['b' + k] = affine_relu_backward(dz, caches[i - 1])
      grads['W' + k] += self.reg * self.params['W' + k]
    return loss, grads

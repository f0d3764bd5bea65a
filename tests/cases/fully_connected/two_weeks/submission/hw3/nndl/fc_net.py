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

    # next week
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
    if mode == 'test':
      return scores
    loss, grads = 0.0, {}
    return loss, grads

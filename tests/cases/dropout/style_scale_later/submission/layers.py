import numpy as np


def affine_forward(x, w, b):
  N = x.shape[0]
  return np.einsum('nd,dm->nm', x.reshape(N, -1), w) + b, (x, w)


def affine_backward(dout, cache):
  x, w = cache
  rows = x.reshape(x.shape[0], -1)
  return np.einsum('nm,dm->nd', dout, w).reshape(x.shape), np.einsum('nd,nm->dm', rows, dout), dout.sum(0)


def relu_forward(x):
  negative = x < 0
  out = x.copy()
  out[negative] = 0
  return out, x <= 0


def relu_backward(dout, cache):
  dx = dout.copy()
  dx[cache] = 0
  return dx


def dropout_forward(x, dropout_param):
  """
  - dropout_param: p: Dropout parameter. We drop each neuron output with probability p.
  """
  p, mode = dropout_param['p'], dropout_param['mode']
  if 'seed' in dropout_param:
    np.random.seed(dropout_param['seed'])
  out = x.copy()
  dropped = None
  if mode == 'train':
    dropped = np.random.uniform(size=x.shape) < p
    out[dropped] = 0
    out /= 1 - p
  return out, (dropout_param, dropped)


def dropout_backward(dout, cache):
  dropout_param, dropped = cache
  dx = dout.copy()
  if dropout_param['mode'] == 'train':
    dx[dropped] = 0
    dx /= 1 - dropout_param['p']
  return dx


def softmax_loss(x, y):
  N = x.shape[0]
  p = np.exp(x - np.max(x, axis=1)[:, None])
  s = np.sum(p, axis=1)
  loss = np.sum(np.log(s) + np.max(x, axis=1) - x[np.arange(N), y]) / N
  p /= s[:, None]
  p[np.arange(N), y] -= 1
  p /= N
  return loss, p

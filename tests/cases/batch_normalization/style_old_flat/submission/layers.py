import numpy as np
from past.builtins import xrange


def affine_forward(x, w, b):
  N = x.shape[0]
  out = np.dot(np.reshape(x, [N, -1]), w) + np.reshape(b, [1, -1])
  cache = (x, w, b)
  return out, cache


def affine_backward(dout, cache):
  x, w, b = cache
  N = x.shape[0]
  dx = np.reshape(np.dot(dout, np.transpose(w)), x.shape)
  dw = np.dot(np.transpose(np.reshape(x, [N, -1])), dout)
  db = np.dot(np.ones(N), dout)
  return dx, dw, db


def relu_forward(x):
  out = np.copy(x)
  out[x < 0] = 0
  return out, x


def relu_backward(dout, cache):
  dx = np.copy(dout)
  dx[cache <= 0] = 0
  return dx


def batchnorm_forward(x, gamma, beta, bn_param):
  mode = bn_param['mode']
  eps = bn_param.get('eps', 1e-5)
  momentum = bn_param.get('momentum', 0.9)
  N, D = x.shape
  running_mean = bn_param.get('running_mean', np.zeros(D, dtype=x.dtype))
  running_var = bn_param.get('running_var', np.zeros(D, dtype=x.dtype))

  out, cache = None, None
  if mode == 'train':
    ones = np.ones(N) / N
    mean = np.dot(ones, x)
    centred = x - mean
    var = np.dot(ones, centred * centred)
    rstd = np.power(var + eps, -0.5)
    out = centred * (gamma * rstd) + beta
    cache = {'centred': centred, 'rstd': rstd, 'gamma': gamma, 'N': N}
    running_mean -= (1 - momentum) * (running_mean - mean)
    running_var -= (1 - momentum) * (running_var - var)
  elif mode == 'test':
    # one multiplication and one addition for each entry
    slope = gamma / np.sqrt(running_var + eps)
    out = x * slope + (beta - running_mean * slope)
  else:
    raise ValueError('Invalid forward batchnorm mode "%s"' % mode)

  bn_param['running_mean'] = running_mean
  bn_param['running_var'] = running_var
  return out, cache


def batchnorm_backward(dout, cache):
  centred, rstd, gamma, N = cache['centred'], cache['rstd'], cache['gamma'], cache['N']
  dbeta = np.sum(dout, axis=0)
  dgamma = np.sum(dout * centred, axis=0) * rstd
  dxhat = dout * gamma
  # the three ways from x to the loss, as in the paper
  dvar = np.sum(dxhat * centred, axis=0) * -0.5 * rstd ** 3
  dmean = -np.sum(dxhat, axis=0) * rstd + dvar * np.mean(-2.0 * centred, axis=0)
  dx = dxhat * rstd + dvar * 2.0 * centred / N + dmean / N
  return dx, dgamma, dbeta


def batchnorm_backward_alt(dout, cache):
  xhat = cache['centred'] * cache['rstd']
  dbeta = dout.sum(axis=0)
  dgamma = np.diag(np.dot(xhat.T, dout))
  dx = cache['gamma'] * cache['rstd'] * (dout - (dbeta + xhat * dgamma) / cache['N'])
  return dx, dgamma, dbeta


def softmax_loss(x, y):
  probs = np.exp(x - np.max(x, axis=1, keepdims=True))
  sums = np.sum(probs, axis=1, keepdims=True)
  N = x.shape[0]
  loss = 0.0
  for i in xrange(N):
    loss += np.log(sums[i, 0]) - (x[i, y[i]] - np.max(x[i]))
  dx = probs / sums
  dx[np.arange(N), y] -= 1
  return loss / N, dx / N

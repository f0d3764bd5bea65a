import numpy as np
import pdb


def affine_forward(x, w, b):
  out = np.tensordot(x, w.reshape(x.shape[1:] + (w.shape[1],)), axes=x.ndim - 1) + b
  cache = {'x': x, 'w': w}
  return out, cache


def affine_backward(dout, cache):
  x, w = cache['x'], cache['w']
  flat = x.reshape(len(x), -1)
  dx = np.einsum('nm,dm->nd', dout, w).reshape(x.shape)
  dw = np.einsum('nd,nm->dm', flat, dout)
  db = np.einsum('nm->m', dout)
  return dx, dw, db


def relu_forward(x):
  out = x * (x > 0)
  cache = out
  return out, cache


def relu_backward(dout, cache):
  return dout * np.sign(cache)


def svm_loss(x, y):
  N = x.shape[0]
  correct = x[np.arange(N), y]
  margins = np.maximum(0, x - correct[:, np.newaxis] + 1.0)
  margins[np.arange(N), y] = 0
  loss = np.sum(margins) / N
  dx = np.zeros_like(x)
  dx[margins > 0] = 1
  dx[np.arange(N), y] -= np.sum(margins > 0, axis=1)
  dx /= N
  return loss, dx


def softmax_loss(x, y):
  N = x.shape[0]
  shift = x - np.max(x, axis=1, keepdims=True)
  logp = shift - np.log(np.exp(shift).sum(axis=1, keepdims=True))
  loss = -np.mean(logp[np.arange(N), y])
  dx = np.exp(logp)
  dx[np.arange(N), y] -= 1
  return loss, dx / N

import numpy as np
import pdb


def affine_forward(x, w, b):
  out = np.dot(np.reshape(x, (x.shape[0], -1)), w) + b.T
  cache = (x, w, b)
  return out, cache


def affine_backward(dout, cache):
  x, w, b = cache
  x_rows = np.reshape(x, (x.shape[0], -1))
  dx = np.reshape(np.dot(dout, w.T), x.shape)
  dw = np.dot(x_rows.T, dout)
  db = np.sum(dout, axis=0)
  return dx, dw, db


def relu_forward(x):
  out = x * (x > 0)
  cache = x
  return out, cache


def relu_backward(dout, cache):
  return dout * (cache > 0)


def softmax_loss(x, y):
  probs = np.exp(x - np.max(x, axis=1, keepdims=True))
  probs /= np.sum(probs, axis=1, keepdims=True)
  N = x.shape[0]
  loss = -np.sum(np.log(probs[np.arange(N), y])) / N
  dx = probs.copy()
  dx[np.arange(N), y] -= 1
  dx /= N
  return loss, dx


def dropout_forward(x, dropout_param):
  p, mode = dropout_param['p'], dropout_param['mode']
  if 'seed' in dropout_param:
    np.random.seed(dropout_param['seed'])

  mask = None
  out = None

  if mode == 'train':
    mask = np.random.random_sample(x.shape) >= p
    mask = mask * (1.0 / (1 - p))
    out = np.multiply(x, mask)
  elif mode == 'test':
    out = x.copy()

  cache = (dropout_param, mask)
  out = out.astype(x.dtype, copy=False)
  return out, cache


def dropout_backward(dout, cache):
  dropout_param, mask = cache
  mode = dropout_param['mode']
  dx = None
  if mode == 'train':
    dx = np.multiply(dout, mask)
  elif mode == 'test':
    dx = dout
  return dx

import numpy as np


def forward(x, w, b):
  out = np.matmul(x.reshape(x.shape[0], -1), w)
  return np.add(out, b), {'x': x, 'w': w}


def backward(dout, cache):
  x, w = cache['x'], cache['w']
  return np.matmul(dout, w.T).reshape(x.shape), np.matmul(x.reshape(x.shape[0], -1).T, dout), dout.sum(axis=0)

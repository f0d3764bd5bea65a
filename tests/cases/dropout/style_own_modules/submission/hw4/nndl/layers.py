import numpy as np
import pdb

from .dense import forward as affine_forward, backward as affine_backward
from .drop import dropout_forward, dropout_backward


def relu_forward(x):
  return np.clip(x, 0, np.inf), np.sign(x)


def relu_backward(dout, cache):
  return np.where(np.equal(cache, 1), dout, 0)


def softmax_loss(x, y):
  N = x.shape[0]
  shifted = np.subtract(x, np.max(x, axis=1, keepdims=True))
  e = np.exp(shifted)
  Z = np.sum(e, axis=1, keepdims=True)
  one_hot = np.zeros(x.shape)
  one_hot[np.arange(N), y] = 1
  loss = np.sum(one_hot * (np.log(Z) - shifted)) / N
  return loss, (e / Z - one_hot) / N

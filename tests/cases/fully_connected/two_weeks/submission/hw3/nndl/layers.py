import numpy as np
import pdb


def affine_forward(x, w, b):
  # ================================================================ #
  # YOUR CODE HERE:
  # ================================================================ #
  D = w.shape[0]
  out = x.reshape(-1, D) @ w + b[None, :]
  # ================================================================ #
  # END YOUR CODE HERE
  # ================================================================ #

  cache = (x, w, b)
  return out, cache


def affine_backward(dout, cache):
  x, w, b = cache
  dx, dw, db = None, None, None

  D = w.shape[0]
  dx = (w @ dout.T).T.reshape(x.shape)
  dw = x.reshape(-1, D).T @ dout
  db = np.ones(dout.shape[0]) @ dout

  return dx, dw, db


def relu_forward(x):
  out = x * (x > 0)
  cache = x
  return out, cache


def relu_backward(dout, cache):
  x = cache
  dx = np.where(x > 0, dout, 0)
  return dx


def svm_loss(x, y):
  N = x.shape[0]
  correct_class_scores = x[np.arange(N), y]
  margins = np.maximum(0, x - correct_class_scores[:, np.newaxis] + 1.0)
  margins[np.arange(N), y] = 0
  loss = np.sum(margins) / N
  num_pos = np.sum(margins > 0, axis=1)
  dx = np.zeros_like(x)
  dx[margins > 0] = 1
  dx[np.arange(N), y] -= num_pos
  dx /= N
  return loss, dx


def softmax_loss(x, y):
  probs = np.exp(x - np.max(x, axis=1, keepdims=True))
  probs /= np.sum(probs, axis=1, keepdims=True)
  N = x.shape[0]
  loss = -np.sum(np.log(np.maximum(probs[np.arange(N), y], 1e-8))) / N
  dx = probs.copy()
  dx[np.arange(N), y] -= 1
  dx /= N
  return loss, dx

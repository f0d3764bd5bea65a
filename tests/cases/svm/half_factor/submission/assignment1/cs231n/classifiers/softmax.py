import numpy as np
from random import shuffle
from past.builtins import xrange


def softmax_loss_naive(W, X, y, reg):
  """Loops over examples only where the sums need them."""
  loss = 0.0
  dW = np.zeros_like(W)
  N = X.shape[0]
  for i in xrange(N):
    f = X[i, :].dot(W)
    f -= f.max()
    log_sum = np.log(sum(np.exp(k) for k in f))
    loss += log_sum - f[y[i]]
    for j in xrange(W.shape[1]):
      dW[:, j] += X[i, :] * (np.exp(f[j] - log_sum) - (j == y[i]))
  loss /= N
  dW /= N
  loss += 0.5 * reg * np.sum(W ** 2)
  dW += reg * W
  return loss, dW


def softmax_loss_vectorized(W, X, y, reg):
  N = X.shape[0]
  f = np.einsum('nd,dc->nc', X, W)
  f -= f.max(axis=1)[:, None]
  log_sum = np.log(np.exp(f).sum(axis=1))
  one_hot = np.eye(W.shape[1])[y]
  loss = np.mean(log_sum - (f * one_hot).sum(axis=1)) + 0.5 * reg * np.linalg.norm(W) ** 2
  p = np.exp(f - log_sum[:, None])
  dW = np.einsum('nd,nc->dc', X, p - one_hot) / N + reg * W
  return np.array([loss]), dW

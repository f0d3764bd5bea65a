import numpy as np
from random import shuffle
from past.builtins import xrange


def svm_loss_naive(W, X, y, reg):
  dW = np.zeros(W.shape)
  loss = 0.0
  N = X.shape[0]
  for i in xrange(N):
    f = X[i].dot(W)
    missed = 0
    for j in xrange(W.shape[1]):
      if j == y[i]:
        continue
      margin = f[j] - f[y[i]] + 1
      if margin > 0:
        missed += 1
        loss += margin
        dW[:, j] += X[i] / float(N)
    dW[:, y[i]] -= missed * X[i] / float(N)
  loss = loss / N + 0.5 * reg * np.sum(W * W)
  dW += reg * W
  return loss, dW


def svm_loss_vectorized(W, X, y, reg):
  N, C = X.shape[0], W.shape[1]
  f = np.dot(X, W)
  right = np.choose(y, f.T) if C < 32 else f[range(N), y]
  margins = f - right.reshape(-1, 1) + 1
  # the right class adds exactly one an example
  hinge = margins * (margins > 0)
  loss = hinge.sum() / N - 1 + 0.5 * reg * np.sum(W * W)
  M = np.where(hinge > 0, 1.0, 0.0)
  M[range(N), y] -= M.sum(axis=1)
  return loss, np.dot(X.T, M) / N + reg * W

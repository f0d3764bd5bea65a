import numpy as np
from random import shuffle

DELTA = 1

def svm_loss_naive(W, X, y, reg):
  dW = np.zeros(W.shape)
  loss = 0.0
  for i in range(X.shape[0]):
    s = X[i].dot(W)
    violated = 0
    for j in range(W.shape[1]):
      if j == y[i]: continue
      margin = s[j] - s[y[i]] + DELTA
      if margin <= 0: continue
      loss += margin
      violated += 1
      dW[:,j] += X[i,:].T
    dW[:,y[i]] += -violated * X[i,:].T
  loss /= X.shape[0]
  loss += reg * np.sum(np.multiply(W, W))
  dW /= X.shape[0]
  dW += reg * 2 * W
  return loss, dW

def svm_loss_vectorized(W, X, y, reg):
  N = X.shape[0]
  S = X.dot(W)
  margins = S - np.choose(y, S.T)[:, None] + DELTA
  margins[np.arange(N), y] = -np.inf
  i, j = np.where(margins > 0)
  loss = margins[i, j].sum() / N + reg * (W * W).sum()

  dWT = np.zeros((W.shape[1], W.shape[0]))
  np.add.at(dWT, j, X[i])
  np.add.at(dWT, y[i], -X[i])
  return loss, dWT.T / N + 2 * reg * W

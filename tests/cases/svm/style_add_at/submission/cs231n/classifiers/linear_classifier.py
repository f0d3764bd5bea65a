from __future__ import print_function
import numpy as np
from cs231n.classifiers.linear_svm import *

class LinearClassifier(object):

  def __init__(self):
    self.W = None

  def train(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100,
            batch_size=200, verbose=False):
    num_train, dim = X.shape
    num_classes = np.max(y) + 1
    if self.W is None:
      self.W = 0.001 * np.random.randn(dim, num_classes)
    loss_history = []
    for it in range(num_iters):
      sample = np.random.choice(num_train, batch_size, replace=(batch_size > num_train))
      loss, grad = self.loss(X[sample], y[sample], reg)
      loss_history.append(loss)
      np.subtract(self.W, learning_rate * grad, out=self.W)
      if verbose and it % 100 == 0:
        print('iteration %d / %d: loss %f' % (it, num_iters, loss))
    return loss_history

  def predict(self, X):
    scores = X.dot(self.W)
    return np.where(scores == scores.max(axis=1, keepdims=True), np.arange(scores.shape[1]),
                    scores.shape[1]).min(axis=1)

  def loss(self, X_batch, y_batch, reg):
    pass

class LinearSVM(LinearClassifier):
  def loss(self, X_batch, y_batch, reg):
    return svm_loss_vectorized(self.W, X_batch, y_batch, reg)

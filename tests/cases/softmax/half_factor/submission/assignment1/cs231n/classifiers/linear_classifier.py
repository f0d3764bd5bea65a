from __future__ import print_function

import numpy as np
import matplotlib.pyplot as plt
from cs231n.classifiers.linear_svm import *
from cs231n.classifiers.softmax import *
from past.builtins import xrange


class LinearClassifier(object):

  def __init__(self):
    self.W = None

  def train(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100,
            batch_size=200, verbose=False):
    N, D = X.shape
    C = np.max(y) + 1
    if self.W is None:
      self.W = 0.001 * np.random.randn(D, C)
    history = []
    order, place = np.random.permutation(N), 0
    for it in xrange(num_iters):
      # whole epochs, in another order each
      if place + batch_size > N:
        order, place = np.random.permutation(N), 0
      chosen = order[place:place + batch_size]
      place += batch_size
      loss, grad = self.loss(X[chosen, :], y[chosen], reg)
      history += [loss]
      self.W = self.W - learning_rate * grad
      if verbose and it % 100 == 0:
        print('iteration %d / %d: loss %f' % (it, num_iters, loss))
    return history

  def predict(self, X):
    return np.argsort(X.dot(self.W), axis=1)[:, -1]

  def loss(self, X_batch, y_batch, reg):
    pass


class LinearSVM(LinearClassifier):
  def loss(self, X_batch, y_batch, reg):
    return svm_loss_vectorized(self.W, X_batch, y_batch, reg)


class Softmax(LinearClassifier):
  def loss(self, X_batch, y_batch, reg):
    return softmax_loss_vectorized(self.W, X_batch, y_batch, reg)

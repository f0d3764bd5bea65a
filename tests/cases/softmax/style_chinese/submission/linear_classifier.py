# -*- coding: utf-8 -*-
from __future__ import print_function
import numpy as np
from softmax import *


class LinearClassifier(object):

  def __init__(self):
    self.W = None

  def train(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100,
            batch_size=200, verbose=False):
    num_train, dim = X.shape
    num_classes = np.max(y) + 1  # 假设类别为 0...K-1
    if self.W is None:
      self.W = 0.001 * np.random.randn(dim, num_classes)  # 懒惰初始化

    loss_history = []
    for it in xrange(num_iters):
      # 随机抽取一个小批量
      batch_inx = np.random.choice(num_train, batch_size)
      X_batch = X[batch_inx,:]
      y_batch = y[batch_inx]

      loss, grad = self.loss(X_batch, y_batch, reg)
      loss_history.append(loss)
      self.W = self.W - learning_rate * grad   # 更新权重

      if verbose and it % 100 == 0:
        print(u'第 %d / %d 次迭代: 损失 %f' % (it, num_iters, loss))
    return loss_history

  def predict(self, X):
    y_pred = np.zeros(X.shape[0])
    score = X.dot(self.W)
    y_pred = np.argmax(score, axis=1)
    return y_pred

  def loss(self, X_batch, y_batch, reg):
    pass


class Softmax(LinearClassifier):
  """ softmax 分类器 """

  def loss(self, X_batch, y_batch, reg):
    return softmax_loss_vectorized(self.W, X_batch, y_batch, reg)

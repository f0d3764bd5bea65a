# -*- coding: utf-8 -*-
import numpy as np
from random import shuffle
from past.builtins import xrange


def softmax_loss_naive(W, X, y, reg):
  """ 用循环计算 softmax 损失和梯度 """
  dW = np.zeros(W.shape)
  loss = 0.0
  num_train = X.shape[0]
  num_classes = W.shape[1]
  for i in xrange(num_train):
    f_i = X[i].dot(W)
    f_i -= np.max(f_i)            # 防止数值溢出
    sum_j = np.sum(np.exp(f_i))
    p = lambda k: np.exp(f_i[k]) / sum_j
    loss += -f_i[y[i]] + np.log(sum_j)
    for k in xrange(num_classes):
      dW[:, k] += (p(k) - (k == y[i])) * X[i]   # 正确类别要减一
  # 取平均，再加正则项
  loss /= num_train
  loss += 0.5 * reg * np.sum(W * W)
  dW /= num_train
  dW += reg * W
  return loss, dW


def softmax_loss_vectorized(W, X, y, reg):
  """ 不用循环 """
  num_train = X.shape[0]
  f = X.dot(W)
  f -= f.max(axis=1).reshape(num_train, 1)
  s = np.exp(f).sum(axis=1)
  loss = np.log(s).sum() - f[range(num_train), y].sum()

  counts = np.exp(f) / s.reshape(num_train, 1)
  counts[range(num_train), y] -= 1
  dW = np.dot(X.T, counts)

  loss = loss / num_train + 0.5 * reg * np.sum(W * W)
  dW = dW / num_train + reg * W
  return loss, dW

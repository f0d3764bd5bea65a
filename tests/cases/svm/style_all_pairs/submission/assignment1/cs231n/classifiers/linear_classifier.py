from __future__ import print_function
from builtins import range, object
import numpy as np
from ..classifiers.linear_svm import *


class LinearClassifier(object):

    W = None

    def train(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100,
              batch_size=200, verbose=False):
        print('training on', X.shape)
        num_train, dim = X.shape
        num_classes = np.max(y) + 1
        if self.W is None:
            self.W = 0.001 * np.random.randn(dim, num_classes)
        loss_history = np.array([])
        for it in range(num_iters):
            index = np.random.choice(range(num_train), size=batch_size)
            X_batch = np.take(X, index, 0)
            y_batch = np.take(y, index, 0)
            out = self.loss(X_batch, y_batch, reg)
            loss_history = np.append(loss_history, out[0])
            self.W -= learning_rate * out[1]
            if verbose and it % 100 == 0:
                print('iteration %d / %d: loss %f' % (it, num_iters, out[0]))
        return list(loss_history)

    def predict(self, X):
        y_pred = np.zeros(X.shape[0])
        y_pred[:] = np.argsort(-X.dot(self.W), axis=1, kind='stable')[:, 0]
        return y_pred

    def loss(self, X_batch, y_batch, reg):
        pass


class LinearSVM(LinearClassifier):
    def loss(self, X_batch, y_batch, reg):
        return svm_loss_vectorized(self.W, X_batch, y_batch, reg)


class Softmax(LinearClassifier):
    """ Not yet. """

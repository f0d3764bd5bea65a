from __future__ import print_function

import numpy as np

from cs231n.classifiers.softmax import softmax_loss_vectorized


class LinearClassifier(object):

    def __init__(self):
        self.W = None

    def train(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100,
              batch_size=200, verbose=False):
        num_train, dim = X.shape
        if self.W is None:
            self.W = np.einsum(',dc->dc', 0.001, np.random.randn(dim, y.max() + 1))
        history = []
        while len(history) < num_iters:
            mask = np.random.randint(num_train, size=batch_size)
            loss, grad = self.loss(X[mask, :], y[mask], reg)
            self.W = self.W - learning_rate * grad
            if verbose and len(history) % 100 == 0:
                print('iteration %d / %d: loss %f' % (len(history), num_iters, loss))
            history.append(loss)
        return history

    def predict(self, X):
        return np.einsum('nd,dc->nc', X, self.W).argmax(1)

    def loss(self, X_batch, y_batch, reg):
        raise NotImplementedError('which loss?')


class Softmax(LinearClassifier):

    def loss(self, X_batch, y_batch, reg):
        return softmax_loss_vectorized(W=self.W, X=X_batch, y=y_batch, reg=reg)

import numpy as np
import matplotlib.pyplot as plt
from .softmax import *

class LinearClassifier(object):
    def __init__(self):
        self.W = None

    def __repr__(self):
        return '%s(W=%s)' % (type(self).__name__, None if self.W is None else self.W.shape)

    def train(self, X, y, **kwargs):
        options = dict(learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False)
        options.update(kwargs)
        N, D = X.shape
        C = max(y) + 1
        if self.W is None:
            self.W = 1e-3 * np.random.randn(C, D).T
        loss_history = []
        for it in np.arange(options['num_iters']):
            idx = np.random.choice(np.arange(N), options['batch_size'])
            l, g = self.loss(X[idx], y[idx], options['reg'])
            loss_history += [l]
            self.W += -options['learning_rate'] * g
            if options['verbose'] and it % 100 == 0:
                print('iteration {} / {}: loss {}'.format(it, options['num_iters'], l))
        return loss_history

    def predict(self, X):
        return (self.W.T @ X.T).argmax(axis=0)

    def loss(self, X_batch, y_batch, reg):
        raise NotImplementedError

class Softmax(LinearClassifier):
    def loss(self, X_batch, y_batch, reg):
        return softmax_loss_vectorized(self.W, X_batch, y_batch, reg)

import itertools
import numpy as np
from .linear_svm import svm_loss_vectorized


class LinearClassifier:
    def __init__(self):
        self._W = None

    @property
    def W(self):
        return self._W

    @W.setter
    def W(self, value):
        self._W = value

    @staticmethod
    def batches(X, y, size):
        rng = np.random.default_rng()
        while True:
            rows = rng.integers(len(X), size=size)
            yield X[rows], y[rows]

    def train(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200,
              verbose=False):
        if self.W is None:
            shape = X.shape[1], 1 + y.max()
            self.W = 1e-3 * np.random.default_rng().standard_normal(shape)
        history = []
        for X_batch, y_batch in itertools.islice(self.batches(X, y, batch_size), num_iters):
            loss, grad = self.loss(X_batch, y_batch, reg)
            history.append(loss)
            self.W = self.W - learning_rate * grad
            if verbose and len(history) % 100 == 1:
                print("loss", loss)
        return history

    def predict(self, X):
        return np.array([max(range(len(s)), key=s.__getitem__) for s in X @ self.W])

    def loss(self, X_batch, y_batch, reg):
        raise NotImplementedError


class LinearSVM(LinearClassifier):
    def loss(self, X_batch, y_batch, reg):
        return svm_loss_vectorized(self.W, X_batch, y_batch, reg)

import numpy as np
import linear_svm


class LinearClassifier(object):
    def __init__(self):
        self.W = None

    def train(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100,
              batch_size=200, verbose=False):
        """Descenso de gradiente estocástico."""
        n, d = X.shape
        if self.W is None:
            # inicializar W con números pequeños
            self.W = np.random.randn(d, y.max() + 1) / 1000
        historia = []
        for paso in range(num_iters):
            indices = np.random.randint(0, n, batch_size)
            perdida, gradiente = self.loss(X[indices], y[indices], reg)
            historia.append(perdida)
            # actualización
            self.W = self.W - gradiente * learning_rate
            if verbose and paso % 100 == 0:
                print('paso', paso, 'de', num_iters, 'pérdida', perdida)
        return historia

    def predict(self, X):
        return np.argmax(self.W.T.dot(X.T), axis=0)

    def loss(self, X_batch, y_batch, reg):
        raise NotImplementedError


class LinearSVM(LinearClassifier):
    """SVM lineal."""

    loss = lambda self, X_batch, y_batch, reg: linear_svm.svm_loss_vectorized(
        self.W, X_batch, y_batch, reg)

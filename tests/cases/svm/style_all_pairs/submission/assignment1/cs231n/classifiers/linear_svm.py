from builtins import range
import numpy as np
import matplotlib.pyplot as plt
from past.builtins import xrange


def svm_loss_naive(W, X, y, reg):
    """ Structured SVM loss function, naive implementation (with loops). """
    D, C = W.shape
    N = len(X)
    print('svm_loss_naive: D = %d, C = %d, N = %d' % (D, C, N))
    loss = 0.0
    dW = np.zeros((D, C))
    for i in xrange(N):
        scores = X[i].dot(W)
        wrong = list(range(C))
        wrong.remove(y[i])
        for j in wrong:
            h = scores[j] + 1 - scores[y[i]]
            if h > 0:
                loss = loss + h
                dW[:, [j, y[i]]] += X[i][:, np.newaxis] * [1, -1]
    dW = dW / N + 2 * reg * W
    loss = loss / N + reg * np.sum(W ** 2)
    return loss, dW


def svm_loss_vectorized(W, X, y, reg):
    """ Structured SVM loss function, vectorized implementation. """
    N, C = X.shape[0], W.shape[1]
    onehot = np.zeros((N, C), dtype=bool)
    onehot[np.arange(N), y] = True
    scores = X.dot(W)
    right = scores[onehot].reshape(N, 1)            # N x 1
    wrong = scores[~onehot].reshape(N, C - 1)       # N x (C - 1)
    hinge = np.maximum(wrong - right + 1.0, np.zeros((N, C - 1)))
    loss = np.mean(hinge.sum(axis=-1)) + reg * np.sum(W ** 2)

    dscores = np.empty((N, C))
    dscores[~onehot] = np.where(hinge > 0, 1.0, 0.0).ravel()
    dscores[onehot] = -np.count_nonzero(hinge, axis=1)
    dW = (X[:, :, np.newaxis] * dscores[:, np.newaxis, :]).mean(axis=0) + 2 * reg * W
    return loss, dW

from builtins import range
import numpy as np


def svm_loss_naive(W, X, y, reg):
    dW = np.zeros(W.shape)

    num_classes = W.shape[1]
    num_train = X.shape[0]
    loss = 0.0
    for i in range(num_train):
        scores = X[i].dot(W)
        correct_class_score = scores[y[i]]
        for j in range(num_classes):
            if j == y[i]:
                continue
            margin = scores[j] - correct_class_score + 1
            if margin > 0:
                loss += margin

    loss /= num_train
    loss += reg * np.sum(W * W)

    # TODO: the gradient, in dW

    return loss, dW


def svm_loss_vectorized(W, X, y, reg):
    loss = 0.0
    dW = np.zeros(W.shape)

    # TODO: loss and gradient without loops

    return loss, dW

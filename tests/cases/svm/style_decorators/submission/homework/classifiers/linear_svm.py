import functools
import numpy as np


def regularised(data_loss):
    """Adds reg * |W|^2 to the loss of the data."""
    @functools.wraps(data_loss)
    def both(W, X, y, reg):
        loss, dW = data_loss(W, X, y)
        return loss + reg * np.tensordot(W, W, 2), dW + np.multiply(2 * reg, W)
    return both


def averaged(total):
    @functools.wraps(total)
    def mean(W, X, y):
        return tuple(part / X.shape[0] for part in total(W, X, y))
    return mean


@regularised
@averaged
def svm_loss_naive(W, X, y):
    def of_one(pair):
        x, label = pair
        scores = x @ W
        slope = np.zeros(W.shape[1])
        loss = 0.0
        for j, margin in enumerate(scores - scores[label] + 1):
            if j != label and margin > 0:
                loss += margin
                slope[j] += 1
                slope[label] -= 1
        return loss, np.outer(x, slope)

    return functools.reduce(
        lambda a, b: (a[0] + b[0], a[1] + b[1]), map(of_one, zip(X, y)))


@regularised
@averaged
def svm_loss_vectorized(W, X, y):
    scores = X @ W
    label_scores = np.take_along_axis(scores, y[:, None], axis=1)
    margins = (scores - label_scores + 1).clip(min=0)
    np.put_along_axis(margins, y[:, None], 0, axis=1)
    slopes = np.heaviside(margins, 0)
    np.put_along_axis(slopes, y[:, None], -slopes.sum(axis=1, keepdims=True), axis=1)
    return margins.sum(), X.T @ slopes

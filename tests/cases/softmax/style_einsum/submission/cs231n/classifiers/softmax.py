import numpy as np


def softmax_loss_naive(W, X, y, reg):
    num_train = X.shape[0]
    num_classes = W.shape[1]
    loss = 0.
    dW = np.zeros_like(W)

    for i in range(num_train):
        scores = [np.einsum('d,d->', X[i], W[:, c]) for c in range(num_classes)]
        top = max(scores)
        log_sum = top + np.log(sum(np.exp(s - top) for s in scores))
        loss += log_sum - scores[y[i]]
        for c in range(num_classes):
            coefficient = np.exp(scores[c] - log_sum) - (1 if c == y[i] else 0)
            dW[:, c] += np.einsum(',d->d', coefficient / num_train, X[i])

    loss /= num_train
    for c in range(num_classes):
        loss += reg * np.einsum('d,d', W[:, c], W[:, c])
        dW[:, c] += 2 * reg * W[:, c]
    return loss, dW


def softmax_loss_vectorized(W, X, y, reg):
    N = X.shape[0]
    F = np.einsum('nd,dc->nc', X, W)
    M = F.max(axis=1)
    Z = M + np.log(np.einsum('nc->n', np.exp(F - M[:, None])))
    loss = np.mean(Z - F[np.arange(N), y]) + reg * np.einsum('dc,dc->', W, W)
    Y = np.eye(W.shape[1])[y]
    dW = np.einsum('nd,nc->dc', X, np.exp(F - Z[:, None]) - Y) / N + 2. * reg * W
    return loss, dW

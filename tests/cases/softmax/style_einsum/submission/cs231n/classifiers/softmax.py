import numpy as np


def softmax_loss_naive(W, X, y, reg):
    num_train, num_features = X.shape
    num_classes = W.shape[1]
    loss = 0.
    dW = np.zeros_like(W)

    for i in range(num_train):
        scores = [0.0] * num_classes
        for c in range(num_classes):
            for d in range(num_features):
                scores[c] += X[i, d] * W[d, c]
        top = max(scores)
        log_sum = top + np.log(sum(np.exp(s - top) for s in scores))
        loss += log_sum - scores[y[i]]
        for c in range(num_classes):
            coefficient = np.exp(scores[c] - log_sum) - (1 if c == y[i] else 0)
            for d in range(num_features):
                dW[d, c] += coefficient * X[i, d] / num_train

    loss /= num_train
    for d in range(num_features):
        for c in range(num_classes):
            loss += reg * W[d, c] ** 2
            dW[d, c] += 2 * reg * W[d, c]
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

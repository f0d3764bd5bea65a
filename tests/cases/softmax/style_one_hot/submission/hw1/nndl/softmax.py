import numpy as np

def one_hot(y, C):
    T = np.zeros((C, y.size))
    T[y, np.arange(y.size)] = 1.0
    return T

def softmax_columns(A):
    A = A - A.max(0)
    E = np.exp(A)
    S = E.sum(0)
    return E / S, A - np.log(S)

def softmax_loss_naive(W, X, y, reg):
    dWT = np.zeros(W.T.shape)
    loss = 0.0
    i = 0
    while i < X.shape[0]:
        x = X[i].reshape(-1, 1)
        P, logP = softmax_columns(np.matmul(W.T, x))
        loss = loss - logP[y[i]].item()
        t = one_hot(y[i:i + 1], W.shape[1])
        dWT = dWT + np.outer(P - t, x)
        i = i + 1
    loss = loss / i + 0.5 * reg * np.trace(W.T @ W)
    return loss, dWT.T / i + reg * W

def softmax_loss_vectorized(W, X, y, reg):
    N, C = X.shape[0], W.shape[1]
    T = one_hot(y, C)
    P, logP = softmax_columns(np.matmul(W.T, X.T))
    loss = -(T * logP).sum() / N
    loss += reg / 2 * np.vdot(W, W)
    grad = np.matmul(P - T, X) / N          # C x D
    return loss, grad.T + reg * W

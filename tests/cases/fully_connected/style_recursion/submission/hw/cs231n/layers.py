from numpy import *
from past.builtins import xrange


def affine_forward(x, w, b):
    N = x.shape[0]
    D = int(prod(x.shape[1:]))
    out = dot(x.reshape((N, D)), w)
    out += b
    return out, [x, w, b, N, D]


def affine_backward(dout, cache):
    x, w, b, N, D = cache
    dx = dot(dout, w.T).reshape(*x.shape)
    dw = dot(x.reshape((N, D)).T, dout)
    db = dot(ones(N), dout)
    return dx, dw, db


def relu_forward(x):
    return maximum(x, 0), x


def relu_backward(dout, cache):
    dx = array(dout, copy=True)
    dx[cache <= 0] = 0
    return dx


def svm_loss(x, y):
    N, C = x.shape
    loss = 0.0
    dx = zeros(x.shape)
    for i in xrange(N):
        for j in xrange(C):
            if j == y[i]:
                continue
            margin = x[i, j] - x[i, y[i]] + 1.0
            if margin > 0:
                loss += margin
                dx[i, j] += 1
                dx[i, y[i]] -= 1
    return loss / N, dx / N


def softmax_loss(x, y):
    N = x.shape[0]
    loss = 0
    dx = empty(x.shape)
    for i in xrange(N):
        row = x[i] - amax(x[i])
        e = exp(row)
        s = sum(e)
        loss += log(s) - row[y[i]]
        dx[i] = e / s
        dx[i, y[i]] -= 1
    dx /= N
    return loss / N, dx

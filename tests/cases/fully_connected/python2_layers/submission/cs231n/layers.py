import numpy as np

def affine_forward(x, w, b):
    N = x.shape[0]
    D = np.prod(x.shape[1:])
    x2 = np.reshape(x, (N, D))
    out = np.dot(x2, w) + b
    print 'affine', x.shape, '->', out.shape
    return out, (x, w, b)

def affine_backward(dout, cache):
    x, w, b = cache
    N = x.shape[0]
    D = np.prod(x.shape[1:])
    dx2 = np.dot(dout, w.T)
    dx = np.reshape(dx2, x.shape)
    dw = np.dot(np.reshape(x, (N, D)).T, dout)
    db = np.dot(dout.T, np.ones(N))
    return dx, dw, db

def relu_forward(x):
    out = x.copy()
    out[out < 0] = 0
    return out, x

def relu_backward(dout, cache):
    dx = np.array(dout, copy=True)
    dx[cache <= 0] = 0
    return dx

def softmax_loss(x, y):
    scores = x - np.max(x, axis=1).reshape(-1, 1)
    exp_scores = np.exp(scores)
    probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)
    N = x.shape[0]
    loss = np.sum(-np.log(probs[range(N), y])) / N
    probs[range(N), y] -= 1
    return loss, probs / N

def svm_loss(x, y):
    N = x.shape[0]
    margin = x.T - x[range(N), y] + 1
    margin = np.maximum(margin, 0).T
    margin[range(N), y] = 0
    loss = np.sum(margin) / N
    d = np.zeros(x.shape)
    d[margin > 0] = 1
    d[range(N), y] = -np.sum(d, axis=1)
    d = d / N
    return loss, d

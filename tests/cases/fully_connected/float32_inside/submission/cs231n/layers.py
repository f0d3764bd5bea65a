import numpy as np

# my laptop is old, float32 is twice as fast
FLOAT = np.float32


def f32(*arrays):
    return tuple(np.asarray(a, dtype=FLOAT) for a in arrays)


def affine_forward(x, w, b):
    x, w, b = f32(x, w, b)
    return x.reshape(x.shape[0], -1).dot(w) + b, (x, w)


def affine_backward(dout, cache):
    x, w = cache
    dout, = f32(dout)
    flat = x.reshape(x.shape[0], -1)
    return dout.dot(w.T).reshape(x.shape), flat.T.dot(dout), dout.sum(axis=0)


def relu_forward(x):
    x, = f32(x)
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    return f32(dout)[0] * (cache > 0)


def svm_loss(x, y):
    x, = f32(x)
    N = x.shape[0]
    margins = np.maximum(0, x - x[np.arange(N), y][:, None] + 1)
    margins[np.arange(N), y] = 0
    dx = (margins > 0).astype(FLOAT)
    dx[np.arange(N), y] -= dx.sum(axis=1)
    return margins.sum() / FLOAT(N), dx / FLOAT(N)


def softmax_loss(x, y):
    x, = f32(x)
    N = x.shape[0]
    e = np.exp(x - x.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    loss = -np.log(p[np.arange(N), y]).sum() / FLOAT(N)
    p[np.arange(N), y] -= 1
    return loss, p / FLOAT(N)

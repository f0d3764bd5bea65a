from numpy import arange, array, dot, exp, log, maximum, newaxis, where, zeros_like
from numpy import prod, sum as total


def affine_forward(x, w, b):
    """Capas afines: aplanar cada ejemplo, multiplicar, sumar."""
    ancho = int(prod(x.shape[1:]))
    out = dot(x.reshape(-1, ancho), w)
    out += b
    return out, (x, w, b)


def affine_backward(dout, cache):
    x, w, b = cache
    ancho = w.shape[0]
    dw = dot(dout.T, x.reshape(-1, ancho)).T      # una vista traspuesta
    db = zeros_like(b)
    for fila in dout:
        db += fila
    dx = dot(w, dout.T).T.reshape(x.shape)
    return dx, dw, db


def relu_forward(x):
    out = maximum(x, 0)
    return out, array(x)


def relu_backward(dout, cache):
    x = cache
    return where(x > 0, dout, 0)


def svm_loss(x, y):
    n = x.shape[0]
    filas = arange(n)
    margenes = maximum(0, x - x[filas, y][:, newaxis] + 1)
    margenes[filas, y] = 0
    loss = total(margenes) / n
    margenes[margenes > 0] = 1
    margenes[filas, y] = -total(margenes, axis=1)
    margenes /= n
    return loss, margenes


def softmax_loss(x, y):
    n = x.shape[0]
    p = x - x.max(1)[:, newaxis]
    loss = -p[arange(n), y].sum()
    exp(p, p)
    z = p.sum(1)
    loss += log(z).sum()
    p /= z[:, newaxis]
    p[arange(n), y] -= 1
    p /= n
    return loss / n, p

"""Every layer is a generator: it yields its output, is sent dout, and yields the gradients."""
import functools

import numpy as np


def forward(layer):
    @functools.wraps(layer)
    def run(*args, **kwargs):
        steps = layer(*args, **kwargs)
        out = next(steps)
        return out, steps
    return run


def backward(dout, cache):
    grads = cache.send(dout)
    cache.close()
    return grads


@forward
def affine_forward(x, w, b):
    flat = x.reshape(x.shape[0], -1)
    dout = yield flat.dot(w) + b
    yield dout.dot(w.T).reshape(x.shape), flat.T.dot(dout), dout.sum(axis=0)


@forward
def relu_forward(x):
    dout = yield np.maximum(0, x)
    yield np.where(x > 0, dout, 0)


@forward
def affine_relu_forward(x, w, b):
    a, affine = affine_forward(x, w, b)
    out, relu = relu_forward(a)
    dout = yield out
    yield backward(backward(dout, relu), affine)


@forward
def batchnorm_forward(x, gamma, beta, bn_param):
    eps, momentum = bn_param.get('eps', 1e-5), bn_param.get('momentum', 0.9)
    averages = np.stack([bn_param.get('running_mean', np.zeros(x.shape[1])),
                         bn_param.get('running_var', np.zeros(x.shape[1]))])
    train = bn_param['mode'] == 'train'
    used = np.stack([x.mean(axis=0), x.var(axis=0)]) if train else averages
    if train:
        averages = momentum * averages + (1 - momentum) * used
    bn_param['running_mean'], bn_param['running_var'] = averages
    std = np.sqrt(used[1] + eps)
    normed = (x - used[0]) / std
    dout = yield normed * gamma + beta
    dgamma, dbeta = (dout * normed).sum(axis=0), dout.sum(axis=0)
    dx = gamma / std * dout
    if train:
        dx -= gamma / std * (dbeta + normed * dgamma) / x.shape[0]
    yield dx, dgamma, dbeta


@forward
def dropout_forward(x, dropout_param):
    p = dropout_param['p']
    if dropout_param.get('seed') is not None:
        np.random.seed(dropout_param['seed'])
    mask = np.ones_like(x)
    if dropout_param['mode'] == 'train':
        mask[np.random.rand(*x.shape) > p] = 0      # p of them stay
        mask /= p
    dout = yield x * mask
    yield dout * mask


@forward
def conv_forward_naive(x, w, b, conv_param):
    s, p = conv_param['stride'], conv_param['pad']
    (N, C, H, W), (F, _, h, v) = x.shape, w.shape
    xp = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)), mode='constant')
    spots = [(i, j) for i in range((H + 2 * p - h) // s + 1) for j in range((W + 2 * p - v) // s + 1)]
    rows = (H + 2 * p - h) // s + 1
    cut = [np.s_[:, :, i * s:i * s + h, j * s:j * s + v] for i, j in spots]
    out = np.stack([np.einsum('nchv,fchv->nf', xp[c], w) + b for c in cut], axis=-1)
    dout = yield out.reshape(N, F, rows, -1)
    dxp, dw = np.zeros(xp.shape), np.zeros(w.shape)
    for c, (i, j) in zip(cut, spots):
        dw += np.einsum('nf,nchv->fchv', dout[..., i, j], xp[c])
        dxp[c] += np.einsum('nf,fchv->nchv', dout[..., i, j], w)
    yield dxp[:, :, p:p + H, p:p + W], dw, dout.sum(axis=(0, 2, 3))


@forward
def max_pool_forward_naive(x, pool_param):
    h, v, s = pool_param['pool_height'], pool_param['pool_width'], pool_param['stride']
    N, C, H, W = x.shape
    rows, columns = (H - h) // s + 1, (W - v) // s + 1
    out = np.zeros((N, C, rows, columns))
    for i in range(rows):
        for j in range(columns):
            out[..., i, j] = x[..., i * s:i * s + h, j * s:j * s + v].max(axis=(-1, -2))
    dout = yield out
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(*out.shape):
        for r in range(i * s, i * s + h):
            hit = np.flatnonzero(x[n, c, r, j * s:j * s + v] == out[n, c, i, j])
            if hit.size:
                dx[n, c, r, j * s + hit[0]] += dout[n, c, i, j]
                break
    yield dx


@forward
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    to_2d = lambda a: a.transpose(0, 2, 3, 1).reshape(-1, a.shape[1])
    N, C, H, W = x.shape
    to_4d = lambda a: a.reshape(N, H, W, C).transpose(0, 3, 1, 2)
    out, inner = batchnorm_forward(to_2d(x), gamma, beta, bn_param)
    dout = yield to_4d(out)
    dx, dgamma, dbeta = backward(to_2d(dout), inner)
    yield to_4d(dx), dgamma, dbeta


affine_backward = relu_backward = affine_relu_backward = backward
batchnorm_backward = batchnorm_backward_alt = dropout_backward = backward
conv_backward_naive = max_pool_backward_naive = spatial_batchnorm_backward = backward


def softmax_loss(x, y):
    n = len(x)
    logp = x - np.logaddexp.reduce(x, axis=1, keepdims=True)
    dx = np.exp(logp)
    dx[range(n), y] -= 1
    return -logp[range(n), y].sum() / n, dx / n

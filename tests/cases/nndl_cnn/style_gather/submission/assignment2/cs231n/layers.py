from __future__ import division, print_function
from past.builtins import xrange
import numpy as np
import matplotlib.pyplot as plt


def affine_forward(x, w, b):
    num = x.shape[0]
    out = np.matmul(np.reshape(x, (num, -1)), w) + np.tile(b, (num, 1))
    return out, (x.copy(), w.copy(), b.copy())


def affine_backward(dout, cache):
    x, w, b = cache
    flat = np.reshape(x, (len(x), -1))
    dx = np.reshape(np.matmul(dout, np.swapaxes(w, 0, 1)), np.shape(x))
    dw = np.zeros_like(w)
    for i in xrange(len(x)):
        dw += np.outer(flat[i], dout[i])
    db = np.zeros_like(b)
    for row in dout:
        db += row
    return dx, dw, db


def relu_forward(x):
    mask = (x <= 0)
    out = x.copy()
    out[mask] = 0
    return out, mask


def relu_backward(dout, cache):
    dx = dout.copy()
    dx[cache] = 0
    return dx


def batchnorm_forward(x, gamma, beta, bn_param):
    mode = bn_param['mode']
    eps = bn_param.get('eps', 1e-5)
    momentum = bn_param.get('momentum', 0.9)
    N, D = x.shape
    running_mean = bn_param.get('running_mean', np.zeros(D, dtype=x.dtype))
    running_var = bn_param.get('running_var', np.zeros(D, dtype=x.dtype))
    out, cache = np.zeros((N, D)), []
    # one feature at a time
    new_mean, new_var = np.zeros(D), np.zeros(D)
    for d in xrange(D):
        col = x[:, d]
        if mode == 'train':
            mean = sum(col) / N
            var = sum((col - mean) ** 2) / N
            new_mean[d] = momentum * running_mean[d] + (1 - momentum) * mean
            new_var[d] = momentum * running_var[d] + (1 - momentum) * var
        elif mode == 'test':
            mean, var = running_mean[d], running_var[d]
            new_mean[d], new_var[d] = mean, var
        else:
            raise ValueError(mode)
        hat = (col - mean) / (var + eps) ** 0.5
        out[:, d] = gamma[d] * hat + beta[d]
        cache.append((hat, gamma[d], (var + eps) ** 0.5, mode))
    bn_param['running_mean'] = new_mean
    bn_param['running_var'] = new_var
    return out, cache


def batchnorm_backward(dout, cache):
    N, D = dout.shape
    dx, dgamma, dbeta = np.zeros((N, D)), np.zeros(D), np.zeros(D)
    for d, (hat, g, std, mode) in enumerate(cache):
        up = dout[:, d]
        dbeta[d] = np.sum(up)
        dgamma[d] = np.dot(up, hat)
        if mode == 'train':
            up = up - dbeta[d] / N - hat * dgamma[d] / N
        dx[:, d] = g * up / std
    return dx, dgamma, dbeta


batchnorm_backward_alt = batchnorm_backward


def dropout_forward(x, dropout_param):
    p, mode = dropout_param['p'], dropout_param['mode']
    state = None
    if 'seed' in dropout_param:
        state = np.random.default_rng(dropout_param['seed'])
    mask = None
    if mode == 'train':
        draws = state.random(x.shape) if state is not None else np.random.uniform(0, 1, x.shape)
        mask = draws < p        # kept
        out = x * mask / p
    elif mode == 'test':
        out = x
    return out.astype(x.dtype, copy=False), (dropout_param, mask)


def dropout_backward(dout, cache):
    dropout_param, mask = cache
    if dropout_param['mode'] == 'train':
        return dout * mask / dropout_param['p']
    return dout


def conv_forward_naive(x, w, b, conv_param):
    stride, pad = conv_param['stride'], conv_param['pad']
    N, C, H, W = x.shape
    F, C, HH, WW = w.shape
    Ho = 1 + (H + 2 * pad - HH) // stride
    Wo = 1 + (W + 2 * pad - WW) // stride
    xp = np.lib.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), 'constant', constant_values=0) \
        if hasattr(np.lib, 'pad') else np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), 'constant')
    out = np.zeros((N, F, Ho, Wo))
    for r in xrange(Ho):
        band = xp[:, :, r * stride:r * stride + HH]
        for c in xrange(Wo):
            out[:, :, r, c] = band[:, :, :, c * stride:c * stride + WW].reshape(N, -1).dot(w.reshape(F, -1).T)
    for f in xrange(F):
        out[:, f] += b[f]
    return out, (x, w, b, conv_param)


def conv_backward_naive(dout, cache):
    x, w, b, conv_param = cache
    stride, pad = conv_param['stride'], conv_param['pad']
    N, C, H, W = x.shape
    F, C, HH, WW = w.shape
    _, _, Ho, Wo = dout.shape
    # every pixel of the image collects from all outputs that saw it
    dx = np.zeros((N, C, H, W))
    for h in xrange(H):
        for v in xrange(W):
            for r in xrange(Ho):
                a = h + pad - r * stride
                if a < 0 or a >= HH:
                    continue
                for c in xrange(Wo):
                    e = v + pad - c * stride
                    if 0 <= e < WW:
                        dx[:, :, h, v] += dout[:, :, r, c].dot(w[:, :, a, e])
    # every pixel of the filters collects from all images
    dw = np.zeros((F, C, HH, WW))
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), 'constant')
    for a in xrange(HH):
        for e in xrange(WW):
            seen = xp[:, :, a:a + stride * Ho:stride, e:e + stride * Wo:stride][:, :, :Ho, :Wo]
            dw[:, :, a, e] = np.einsum('nfrc,nkrc->fk', dout, seen)
    db = np.array([dout[:, f].sum() for f in xrange(F)])
    return dx, dw, db


def max_pool_forward_naive(x, pool_param):
    hh, ww, s = pool_param['pool_height'], pool_param['pool_width'], pool_param['stride']
    N, C, H, W = x.shape
    # separable: the maximum over rows, then over columns
    rows = np.stack([x[:, :, r:r + hh].max(axis=2) for r in xrange(0, H - hh + 1, s)], axis=2)
    out = np.stack([rows[..., c:c + ww].max(axis=3) for c in xrange(0, W - ww + 1, s)], axis=3)
    return out, (x, out, pool_param)


def max_pool_backward_naive(dout, cache):
    x, out, pool_param = cache
    hh, ww, s = pool_param['pool_height'], pool_param['pool_width'], pool_param['stride']
    dx = np.zeros(x.shape)
    for h in xrange(x.shape[2]):
        for v in xrange(x.shape[3]):
            for r in xrange(out.shape[2]):
                for c in xrange(out.shape[3]):
                    if r * s <= h < r * s + hh and c * s <= v < c * s + ww:
                        dx[:, :, h, v] += dout[:, :, r, c] * (x[:, :, h, v] == out[:, :, r, c])
    return dx


def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    columns = np.zeros((N * H * W, C))
    for c in xrange(C):
        columns[:, c] = x[:, c].ravel()
    flat, cache = batchnorm_forward(columns, gamma, beta, bn_param)
    out = np.zeros(x.shape)
    for c in xrange(C):
        out[:, c] = flat[:, c].reshape(N, H, W)
    return out, cache


def spatial_batchnorm_backward(dout, cache):
    N, C, H, W = dout.shape
    columns = np.column_stack([dout[:, c].ravel() for c in xrange(C)])
    flat, dgamma, dbeta = batchnorm_backward(columns, cache)
    dx = np.stack([flat[:, c].reshape(N, H, W) for c in xrange(C)], axis=1)
    return dx, dgamma, dbeta


def softmax_loss(x, y):
    loss, dx = 0.0, np.zeros(x.shape)
    for i, (scores, label) in enumerate(zip(x, y)):
        scores = scores - scores.max()
        z = np.exp(scores).sum()
        loss -= scores[label] - np.log(z)
        for j in xrange(len(scores)):
            dx[i, j] = np.exp(scores[j]) / z - (1 if j == label else 0)
    return loss / len(x), dx / len(x)

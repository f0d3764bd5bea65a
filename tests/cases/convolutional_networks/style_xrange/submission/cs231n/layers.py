from builtins import range
from past.builtins import xrange
import numpy as np


def affine_forward(x, w, b):
    N = x.shape[0]
    out = np.dot(np.reshape(x, (N, -1)), w) + b[np.newaxis, :]
    return out, (x, w, b)


def affine_backward(dout, cache):
    x, w, b = cache
    N = x.shape[0]
    dx = np.reshape(np.dot(dout, np.transpose(w)), x.shape)
    dw = np.dot(np.transpose(np.reshape(x, (N, -1))), dout)
    db = np.dot(np.ones(N), dout)
    return dx, dw, db


def relu_forward(x):
    out = x.copy()
    out[out < 0] = 0
    return out, x


def relu_backward(dout, cache):
    dx = np.array(dout)
    dx[cache <= 0] = 0
    return dx


def softmax_loss(x, y):
    num_train = x.shape[0]
    loss = 0.0
    dx = np.zeros_like(x)
    for i in xrange(num_train):
        row = x[i] - np.max(x[i])
        e = np.exp(row)
        total = np.sum(e)
        loss += np.log(total) - row[y[i]]
        dx[i] = e / total
        dx[i, y[i]] -= 1.0
    return loss / num_train, dx / num_train


def conv_forward_naive(x, w, b, conv_param):
    (N, C, H, W) = x.shape
    (F, _, HH, WW) = w.shape
    stride = conv_param['stride']
    pad = conv_param['pad']

    # zero-pad by hand
    xp = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    xp[:, :, pad:pad + H, pad:pad + W] = x

    Hout = int((H + 2 * pad - HH) / stride) + 1
    Wout = int((W + 2 * pad - WW) / stride) + 1
    out = np.zeros((N, F, Hout, Wout))
    for f in xrange(F):
        for r in xrange(Hout):
            for c in xrange(Wout):
                patch = xp[:, :, r * stride:r * stride + HH, c * stride:c * stride + WW]
                # (N, C, HH, WW) * (C, HH, WW)
                out[:, f, r, c] = np.sum(patch * w[f, :, :, :], axis=(1, 2, 3)) + b[f]
    cache = (x, w, b, conv_param)
    return out, cache


def conv_backward_naive(dout, cache):
    x, w, b, conv_param = cache
    stride, pad = conv_param['stride'], conv_param['pad']
    F, C, HH, WW = w.shape
    N, _, H, W = x.shape
    _, _, Hout, Wout = dout.shape

    xp = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)], 'constant', constant_values=0)
    dxp = np.zeros(xp.shape)
    dw = np.zeros(w.shape)
    db = np.zeros(b.shape)

    for i in xrange(N):
        for f in xrange(F):
            db[f] += np.sum(dout[i, f])
            for r in xrange(Hout):
                top = r * stride
                for c in xrange(Wout):
                    left = c * stride
                    g = dout[i, f, r, c]
                    dw[f] += g * xp[i, :, top:top + HH, left:left + WW]
                    dxp[i, :, top:top + HH, left:left + WW] += g * w[f]
    dx = np.delete(dxp, list(range(pad)) + list(range(pad + H, 2 * pad + H)), axis=2)
    dx = np.delete(dx, list(range(pad)) + list(range(pad + W, 2 * pad + W)), axis=3)
    return dx, dw, db


def max_pool_forward_naive(x, pool_param):
    N, C, H, W = x.shape
    ph, pw = pool_param['pool_height'], pool_param['pool_width']
    s = pool_param['stride']
    Hout, Wout = int((H - ph) / s + 1), int((W - pw) / s + 1)
    out = np.empty((N, C, Hout, Wout))
    for i in xrange(N):
        for ch in xrange(C):
            for r in xrange(Hout):
                for c in xrange(Wout):
                    out[i, ch, r, c] = x[i, ch, r * s:r * s + ph, c * s:c * s + pw].max()
    return out, (x, pool_param)


def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    N, C, Hout, Wout = dout.shape
    ph, pw = pool_param['pool_height'], pool_param['pool_width']
    s = pool_param['stride']
    dx = np.zeros(x.shape)
    for i in xrange(N):
        for ch in xrange(C):
            for r in xrange(Hout):
                for c in xrange(Wout):
                    region = x[i, ch, r * s:r * s + ph, c * s:c * s + pw]
                    # every maximum of the region gets the gradient
                    dx[i, ch, r * s:r * s + ph, c * s:c * s + pw] += \
                        (region == region.max()) * dout[i, ch, r, c]
    return dx


def batchnorm_forward(x, gamma, beta, bn_param):
    mode = bn_param['mode']
    eps = bn_param.get('eps', 1e-5)
    momentum = bn_param.get('momentum', 0.9)
    N, D = x.shape
    running_mean = bn_param.get('running_mean', np.zeros(D, dtype=x.dtype))
    running_var = bn_param.get('running_var', np.zeros(D, dtype=x.dtype))
    out, cache = None, None
    if mode == 'train':
        mu = 1 / float(N) * np.sum(x, axis=0)
        xmu = x - mu
        var = 1 / float(N) * np.sum(xmu ** 2, axis=0)
        sqrtvar = np.sqrt(var + eps)
        invvar = 1. / sqrtvar
        xhat = xmu * invvar
        out = gamma * xhat + beta
        cache = (xhat, gamma, xmu, invvar, sqrtvar, var, eps)
        running_mean = momentum * running_mean + (1.0 - momentum) * mu
        running_var = momentum * running_var + (1.0 - momentum) * var
    elif mode == 'test':
        out = (x - running_mean) / np.sqrt(running_var + eps) * gamma + beta
    else:
        raise ValueError('Invalid forward batchnorm mode "%s"' % mode)
    bn_param['running_mean'] = running_mean
    bn_param['running_var'] = running_var
    return out, cache


def batchnorm_backward(dout, cache):
    xhat, gamma, xmu, ivar, sqrtvar, var, eps = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * xhat, axis=0)
    dxhat = dout * gamma
    divar = np.sum(dxhat * xmu, axis=0)
    dxmu1 = dxhat * ivar
    dsqrtvar = -1. / (sqrtvar ** 2) * divar
    dvar = 0.5 * 1. / np.sqrt(var + eps) * dsqrtvar
    dsq = 1. / N * np.ones((N, D)) * dvar
    dxmu2 = 2 * xmu * dsq
    dx1 = dxmu1 + dxmu2
    dmu = -1 * np.sum(dxmu1 + dxmu2, axis=0)
    dx2 = 1. / N * np.ones((N, D)) * dmu
    dx = dx1 + dx2
    return dx, dgamma, dbeta


def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    x_new = np.reshape(np.transpose(x, (0, 2, 3, 1)), (N * H * W, C))
    out_new, cache = batchnorm_forward(x_new, gamma, beta, bn_param)
    out = np.transpose(np.reshape(out_new, (N, H, W, C)), (0, 3, 1, 2))
    return out, cache


def spatial_batchnorm_backward(dout, cache):
    N, C, H, W = dout.shape
    dout_new = np.reshape(np.transpose(dout, (0, 2, 3, 1)), (N * H * W, C))
    dx_new, dgamma, dbeta = batchnorm_backward(dout_new, cache)
    dx = np.transpose(np.reshape(dx_new, (N, H, W, C)), (0, 3, 1, 2))
    return dx, dgamma, dbeta

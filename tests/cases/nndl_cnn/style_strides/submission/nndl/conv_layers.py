import numpy as np
from numpy.lib import stride_tricks
from .layers import batchnorm_forward, batchnorm_backward


def _look(images, HH, WW, s, **options):
    """A window onto `images` for each position of a filter; nothing is copied."""
    N, C, H, W = images.shape
    n, c, h, w = images.strides
    shape = (N, (H - HH) // s + 1, (W - WW) // s + 1, C, HH, WW)
    return stride_tricks.as_strided(images, shape, (n, s * h, s * w, c, h, w), **options)


def conv_forward_naive(x, w, b, conv_param):
    p, s = conv_param['pad'], conv_param['stride']
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)), mode='constant')
    view = _look(padded, w.shape[2], w.shape[3], s)
    out = np.tensordot(view, w, axes=((3, 4, 5), (1, 2, 3))) + b
    return np.moveaxis(out, 3, 1), (padded, w, p, s)


def conv_backward_naive(dout, cache):
    padded, w, p, s = cache
    F, C, HH, WW = w.shape
    dw = np.tensordot(dout, _look(padded, HH, WW, s), axes=((0, 2, 3), (0, 1, 2)))
    dpadded = np.zeros(padded.shape)
    writable = _look(dpadded, HH, WW, s)
    share = np.tensordot(dout, w, axes=(1, 0))          # N, H', W', C, HH, WW
    # windows overlap, so the sums are made filter pixel by filter pixel
    for a in range(HH):
        for e in range(WW):
            writable[..., a, e] += share[..., a, e]
    H, W = padded.shape[2:]
    return dpadded[:, :, p:H - p, p:W - p], dw, dout.sum(axis=(0, 2, 3))


def max_pool_forward_naive(x, pool_param):
    HH, WW, s = (pool_param[k] for k in ['pool_height', 'pool_width', 'stride'])
    view = _look(x, HH, WW, s)
    return np.moveaxis(view.max(axis=(4, 5)), 3, 1), (x, HH, WW, s)


def max_pool_backward_naive(dout, cache):
    x, HH, WW, s = cache
    flat = _look(x, HH, WW, s).reshape(len(x), *dout.shape[2:], x.shape[1], HH * WW)
    first = np.argmax(flat, axis=-1)
    dx = np.zeros(x.shape)
    target = _look(dx, HH, WW, s)
    g = np.moveaxis(dout, 1, 3)
    for k in range(HH * WW):
        target[..., k // WW, k % WW] += g * (first == k)
    return dx


def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    pixels = np.swapaxes(x, 1, 3)
    out, cache = batchnorm_forward(pixels.reshape(-1, pixels.shape[-1]), gamma, beta, bn_param)
    return np.swapaxes(out.reshape(pixels.shape), 1, 3), cache


def spatial_batchnorm_backward(dout, cache):
    pixels = np.swapaxes(dout, 1, 3)
    dx, dgamma, dbeta = batchnorm_backward(pixels.reshape(-1, pixels.shape[-1]), cache)
    return np.swapaxes(dx.reshape(pixels.shape), 1, 3), dgamma, dbeta

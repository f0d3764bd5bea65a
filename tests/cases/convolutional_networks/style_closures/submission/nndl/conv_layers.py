import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from .layers import batchnorm_forward


def conv_forward_naive(x, w, b, conv_param):
    stride, pad = conv_param['stride'], conv_param['pad']
    border = [(0, 0), (0, 0), (pad, pad), (pad, pad)]
    HH, WW = w.shape[2:]
    xp = np.pad(x, border)
    view = sliding_window_view(xp, (HH, WW), axis=(2, 3))[:, :, ::stride, ::stride]
    out = np.einsum('ncijhw,fchw->nfij', view, w, optimize=True) + b[:, None, None]

    def backward(dout):
        dw = np.einsum('nfij,ncijhw->fchw', dout, view, optimize=True)
        # The gradient of the image is a full convolution: spread the gradient out by the stride,
        # pad it by the size of the filter less one, and slide the filter turned by 180 degrees.
        N, F, Ho, Wo = dout.shape
        Hp, Wp = xp.shape[2:]
        spread = np.zeros((N, F, Hp + HH - 1, Wp + WW - 1), dtype=dout.dtype)
        rows = slice(HH - 1, HH - 1 + stride * (Ho - 1) + 1, stride)
        columns = slice(WW - 1, WW - 1 + stride * (Wo - 1) + 1, stride)
        spread[:, :, rows, columns] = dout
        turned = w[:, :, ::-1, ::-1]
        dxp = np.einsum('nfijhw,fchw->ncij', sliding_window_view(spread, (HH, WW), axis=(2, 3)),
                        turned, optimize=True)
        return dxp[:, :, pad:Hp - pad, pad:Wp - pad], dw, np.einsum('nfij->f', dout)

    return out, backward


def max_pool_forward_naive(x, pool_param):
    h, w, s = pool_param['pool_height'], pool_param['pool_width'], pool_param['stride']
    windows = sliding_window_view(x, (h, w), axis=(2, 3))[:, :, ::s, ::s]
    flat = windows.reshape(*windows.shape[:4], h * w)
    which = flat.argmax(axis=-1)

    def backward(dout):
        dx = np.zeros_like(x)
        n, c, i, j = np.indices(which.shape)
        np.add.at(dx, (n, c, i * s + which // w, j * s + which % w), dout)
        return dx

    return flat.max(axis=-1), backward


def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    to_rows = lambda a: a.transpose(1, 0, 2, 3).reshape(a.shape[1], -1).T
    N, C, H, W = x.shape
    to_images = lambda a: a.T.reshape(C, N, H, W).transpose(1, 0, 2, 3)
    out, inner = batchnorm_forward(to_rows(x), gamma, beta, bn_param)

    def backward(dout):
        dx, dgamma, dbeta = inner(to_rows(dout))
        return to_images(dx), dgamma, dbeta

    return to_images(out), backward


def _call(dout, cache):
    return cache(dout)


conv_backward_naive = _call
max_pool_backward_naive = _call
spatial_batchnorm_backward = _call

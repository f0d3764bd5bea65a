# coding: utf-8
import numpy as np
from nndl.layers import *


def conv_forward_naive(x, w, b, conv_param):
    pad = conv_param['pad']
    stride = conv_param['stride']
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    out_h = (H - HH + 2 * pad) // stride + 1
    out_w = (W - WW + 2 * pad) // stride + 1
    # 只在图像的高和宽上补零
    x_padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), 'constant')
    out = np.zeros([N, F, out_h, out_w])
    for n in range(N):              # 每张图
        for i in range(out_h):      # 每一行
            hs = i * stride
            for j in range(out_w):  # 每一列
                ws = j * stride
                block = x_padded[n, :, hs:hs + HH, ws:ws + WW]
                out[n, :, i, j] = np.sum(w * block, axis=(1, 2, 3)) + b  # 所有滤波器
    cache = (x, w, b, conv_param, x_padded)
    return out, cache


def conv_backward_naive(dout, cache):
    x, w, b, conv_param, x_padded = cache
    pad = conv_param['pad']
    stride = conv_param['stride']
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    _, _, out_h, out_w = dout.shape
    dx_padded = np.zeros_like(x_padded)
    dw = np.zeros_like(w)
    db = np.zeros_like(b, dtype=float)
    for f in range(F):
        db[f] = np.sum(dout[:, f, :, :])
        for i in range(out_h):
            for j in range(out_w):
                hs, ws = i * stride, j * stride
                g = dout[:, f, i, j][:, None, None, None]
                dw[f] += np.sum(x_padded[:, :, hs:hs + HH, ws:ws + WW] * g, axis=0)
                dx_padded[:, :, hs:hs + HH, ws:ws + WW] += w[f][None] * g
    # 去掉补的零
    dx = dx_padded[:, :, pad:H + pad, pad:W + pad]
    return dx, dw, db


def max_pool_forward_naive(x, pool_param):
    ph, pw = pool_param['pool_height'], pool_param['pool_width']
    stride = pool_param['stride']
    N, C, H, W = x.shape
    out_h = (H - ph) // stride + 1
    out_w = (W - pw) // stride + 1
    out = np.zeros([N, C, out_h, out_w])
    for i in range(out_h):
        for j in range(out_w):
            hs, ws = i * stride, j * stride
            out[:, :, i, j] = np.max(np.max(x[:, :, hs:hs + ph, ws:ws + pw], axis=3), axis=2)
    return out, (x, out, pool_param)


def max_pool_backward_naive(dout, cache):
    x, out, pool_param = cache
    ph, pw = pool_param['pool_height'], pool_param['pool_width']
    stride = pool_param['stride']
    dx = np.zeros_like(x)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            hs, ws = i * stride, j * stride
            win = x[:, :, hs:hs + ph, ws:ws + pw]
            # 所有等于最大值的位置都得到梯度
            mask = (win == out[:, :, i:i + 1, j:j + 1])
            dx[:, :, hs:hs + ph, ws:ws + pw] += mask * dout[:, :, i:i + 1, j:j + 1]
    return dx


def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    # 把通道放到最后, 每个像素当作一个样本
    y = x.transpose(0, 2, 3, 1).reshape((N * H * W, C))
    out, cache = batchnorm_forward(y, gamma, beta, bn_param)
    out = out.reshape((N, H, W, C)).transpose(0, 3, 1, 2)
    return out, cache


def spatial_batchnorm_backward(dout, cache):
    N, C, H, W = dout.shape
    dy = dout.transpose(0, 2, 3, 1).reshape((N * H * W, C))
    dx, dgamma, dbeta = batchnorm_backward(dy, cache)
    dx = dx.reshape((N, H, W, C)).transpose(0, 3, 1, 2)
    return dx, dgamma, dbeta

"""Layers; what the backward pass needs travels in named tuples."""
import itertools
from collections import namedtuple
from functools import partial, reduce
from operator import add, mul

import numpy as np

Conv = namedtuple('Conv', 'x w b stride pad')
Pool = namedtuple('Pool', 'x height width stride')
Norm = namedtuple('Norm', 'x mean var eps gamma train')
Affine = namedtuple('Affine', 'x w')


def affine_forward(x, w, b):
    size = reduce(mul, x.shape[1:], 1)
    return x.reshape(-1, size).dot(w) + b, Affine(x, w)


def affine_backward(dout, cache):
    size = cache.w.shape[0]
    return (dout.dot(cache.w.T).reshape(cache.x.shape),
            cache.x.reshape(-1, size).T.dot(dout),
            reduce(add, dout))


relu_forward = lambda x: (x.clip(min=0), x)


def relu_backward(dout, cache):
    return np.multiply(dout, np.greater(cache, 0))


def softmax_loss(x, y):
    """Per-example losses and gradients, averaged."""
    def one(row, label):
        shifted = row - row.max()
        log_z = np.log(np.exp(shifted).sum())
        grad = np.exp(shifted - log_z)
        grad[label] -= 1
        return log_z - shifted[label], grad
    losses, grads = zip(*map(one, x, y))
    return sum(losses) / len(losses), np.stack(grads) / len(losses)


def _corners(size, window, stride):
    return range(0, size - window + 1, stride)


def conv_forward_naive(x, w, b, conv_param):
    cache = Conv(x, w, b, conv_param['stride'], conv_param['pad'])
    pad = partial(np.pad, pad_width=cache.pad, mode='constant')
    padded = np.array([[pad(channel) for channel in image] for image in x])
    tops = _corners(padded.shape[2], w.shape[2], cache.stride)
    lefts = _corners(padded.shape[3], w.shape[3], cache.stride)
    out = np.zeros((len(x), len(w), len(tops), len(lefts)))
    for (i, t), (j, l) in itertools.product(enumerate(tops), enumerate(lefts)):
        piece = padded[:, :, t:t + w.shape[2], l:l + w.shape[3]]
        out[:, :, i, j] = np.tensordot(piece, w, axes=[[1, 2, 3]] * 2)
    return out + b.reshape(-1, 1, 1), cache


def conv_backward_naive(dout, cache):
    x, w, b, stride, pad = cache
    _, _, H, W = x.shape
    _, _, HH, WW = w.shape
    padded = np.zeros(x.shape[:2] + (H + 2 * pad, W + 2 * pad))
    padded[:, :, pad:pad + H, pad:pad + W] = x
    dpadded, dw = np.zeros_like(padded), np.zeros_like(w, dtype=float)
    for i, j in itertools.product(*map(range, dout.shape[2:])):
        window = np.s_[:, :, i * stride:i * stride + HH, j * stride:j * stride + WW]
        dw += np.tensordot(dout[:, :, i, j], padded[window], axes=[[0], [0]])
        dpadded[window] += np.tensordot(dout[:, :, i, j], w, axes=[[1], [0]])
    return (dpadded[:, :, pad:pad + H, pad:pad + W], dw,
            np.apply_over_axes(np.sum, dout, [0, 2, 3]).ravel())


def max_pool_forward_naive(x, pool_param):
    cache = Pool(x, pool_param['pool_height'], pool_param['pool_width'], pool_param['stride'])
    tops = _corners(x.shape[2], cache.height, cache.stride)
    lefts = _corners(x.shape[3], cache.width, cache.stride)
    rows = [np.stack([np.amax(x[:, :, t:t + cache.height, l:l + cache.width], axis=(-2, -1))
                      for l in lefts], axis=-1) for t in tops]
    return np.stack(rows, axis=-2), cache


def max_pool_backward_naive(dout, cache):
    dx = np.zeros(cache.x.shape)
    for (n, c, i, j), g in np.ndenumerate(dout):
        t, l = i * cache.stride, j * cache.stride
        window = cache.x[n, c, t:t + cache.height, l:l + cache.width]
        rows, columns = np.nonzero(window == window.max())
        dx[n, c, t + rows[0], l + columns[0]] += g
    return dx


def batchnorm_forward(x, gamma, beta, bn_param):
    eps, momentum = bn_param.get('eps', 1e-5), bn_param.get('momentum', 0.9)
    blend = lambda old, new: momentum * old + (1 - momentum) * new
    old = [bn_param.get(key, np.zeros(x.shape[1])) for key in ('running_mean', 'running_var')]
    train = bn_param['mode'] == 'train'
    used = [np.mean(x, axis=0), np.var(x, axis=0)] if train else old
    bn_param['running_mean'], bn_param['running_var'] = map(blend, old, used) if train else old
    cache = Norm(x, *used, eps, gamma, train)
    return gamma * (x - used[0]) / np.sqrt(used[1] + eps) + beta, cache


def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, train = cache
    centred, std = x - mean, np.sqrt(var + eps)
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * centred / std, axis=0)
    dnormed = dout * gamma
    dx = dnormed / std
    if train:
        dvar = np.sum(dnormed * centred, axis=0) * -0.5 * (var + eps) ** -1.5
        dmean = -np.sum(dnormed, axis=0) / std + dvar * np.mean(-2 * centred, axis=0)
        dx = dx + (dvar * 2 * centred + dmean) / len(x)
    return dx, dgamma, dbeta


def _pixels(images):
    return np.concatenate([image.reshape(len(image), -1).T for image in images])


def _images(pixels, shape):
    N, C, H, W = shape
    return np.stack([block.T.reshape(C, H, W) for block in np.split(pixels, N)])


def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    out, cache = batchnorm_forward(_pixels(x), gamma, beta, bn_param)
    return _images(out, x.shape), cache


def spatial_batchnorm_backward(dout, cache):
    dx, *others = batchnorm_backward(_pixels(dout), cache)
    return (_images(dx, dout.shape), *others)

import numpy as np
from functools import partial

from nndl.layers import BatchNorm


def _slide(image_shape, size, stride):
    """Pairs of a place in the output and the window that belongs to it."""
    for i, top in enumerate(range(0, image_shape[-2] - size[0] + 1, stride)):
        for j, left in enumerate(range(0, image_shape[-1] - size[1] + 1, stride)):
            yield (Ellipsis, i, j), (Ellipsis, slice(top, top + size[0]), slice(left, left + size[1]))


class ConvForward:
    def __call__(self, x, w, b, conv_param):
        pad, stride = conv_param['pad'], conv_param['stride']
        px = self.pad(x, pad)
        size = [(n - k) // stride + 1 for n, k in zip(px.shape[2:], w.shape[2:])]
        out = np.zeros((x.shape[0], w.shape[0], *size))
        for place, window in _slide(px.shape, w.shape[2:], stride):
            out[place] = (px[window][:, None] * w[None]).sum(axis=(2, 3, 4)) + b
        return out, (x, w, conv_param)

    @staticmethod
    def pad(x, pad):
        return np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)], mode='constant')


class ConvBackward(ConvForward):
    def __call__(self, dout, cache):
        x, w, conv_param = cache
        pad = conv_param['pad']
        px = self.pad(x, pad)
        dpx, dw = np.zeros(px.shape), np.zeros(w.shape)
        for place, window in _slide(px.shape, w.shape[2:], conv_param['stride']):
            g = dout[place][:, :, None, None, None]
            dpx[window] += (g * w).sum(axis=1)
            dw += (g * px[window][:, None]).sum(axis=0)
        return dpx[:, :, pad:pad + x.shape[2], pad:pad + x.shape[3]], dw, dout.sum(axis=(0, 2, 3))


conv_forward_naive = ConvForward()
conv_backward_naive = ConvBackward()


def _pool(direction, array, more):
    if direction == 'forward':
        x, pool_param = array, more
    else:
        x, pool_param = more
    h, w, s = (pool_param[name] for name in ('pool_height', 'pool_width', 'stride'))
    if direction == 'forward':
        out = np.zeros(x.shape[:2] + ((x.shape[2] - h) // s + 1, (x.shape[3] - w) // s + 1))
        for place, window in _slide(x.shape, (h, w), s):
            out[place] = np.max(x[window], axis=(2, 3))
        return out, (x, pool_param)
    dx = np.zeros(x.shape)
    for place, window in _slide(x.shape, (h, w), s):
        rows = x[window].reshape(-1, h * w)
        one_hot = np.eye(h * w)[rows.argmax(axis=1)]
        dx[window] += (one_hot * array[place].reshape(-1, 1)).reshape(x[window].shape)
    return dx


max_pool_forward_naive = lambda x, pool_param: _pool('forward', x, pool_param)
max_pool_backward_naive = partial(_pool, 'backward')

if hasattr(np, 'moveaxis'):
    def spatial_batchnorm_forward(x, gamma, beta, bn_param):
        last = np.moveaxis(x, 1, 3)
        out, cache = BatchNorm.forward(last.reshape(-1, x.shape[1]), gamma, beta, bn_param)
        return np.moveaxis(out.reshape(last.shape), 3, 1), cache

    def spatial_batchnorm_backward(dout, cache):
        last = np.moveaxis(dout, 1, 3)
        dx, dgamma, dbeta = BatchNorm.backward(last.reshape(-1, dout.shape[1]), cache)
        return np.moveaxis(dx.reshape(last.shape), 3, 1), dgamma, dbeta
else:
    raise RuntimeError('NumPy is too old')

from functools import partial

import numpy as np

try:
    from scipy.special import logsumexp
except ImportError:
    def logsumexp(a, axis, keepdims):
        top = a.max(axis=axis, keepdims=True)
        return top + np.log(np.exp(a - top).sum(axis=axis, keepdims=keepdims))

if hasattr(np, 'matmul'):
    def times(a, b):
        return np.matmul(a, b)
else:
    def times(a, b):
        return np.dot(a, b)


def affine_forward(x, w, b):
    return times(x.reshape(x.shape[0], -1), w) + b, (x, w)


def affine_backward(dout, cache):
    x, w = cache
    dx = times(dout, w.T).reshape(x.shape)
    return dx, times(x.reshape(x.shape[0], -1).T, dout), dout.sum(axis=0)


def relu_forward(x):
    return np.maximum(x, np.zeros_like(x)), x


def relu_backward(dout, cache):
    return dout * (cache > 0).astype(dout.dtype)


def softmax_loss(x, y):
    logp = x - logsumexp(x, axis=1, keepdims=True)
    picked = np.zeros(x.shape, bool)
    picked[np.arange(len(y)), y] = True
    return -logp[picked].mean(), (np.exp(logp) - picked) / len(y)


def normalisation(axis, averages):
    """Make forward and backward of a normalisation along an axis."""

    def forward(x, gamma, beta, param):
        eps, momentum = param.get('eps', 1e-5), param.get('momentum', 0.9)
        if averages:
            mean = param.get('running_mean', np.zeros(x.shape[1], x.dtype))
            var = param.get('running_var', np.zeros(x.shape[1], x.dtype))
            if param['mode'] == 'test':
                param['running_mean'], param['running_var'] = mean, var
                return (x - mean) * (gamma / np.sqrt(var + eps)) + beta, None
        mu, v = x.mean(axis, keepdims=True), np.std(x, axis, keepdims=True) ** 2
        if averages:
            param['running_mean'] = momentum * mean + (1 - momentum) * mu.ravel()
            param['running_var'] = momentum * var + (1 - momentum) * v.ravel()
        z = (x - mu) / np.sqrt(v + eps)
        return z * gamma + beta, (x - mu, v + eps, gamma)

    def backward(dout, cache):
        centred, v, gamma = cache
        dz, n = dout * gamma, dout.shape[axis]
        dv = np.sum(dz * centred * -0.5 * v ** -1.5, axis, keepdims=True)
        dmu = np.sum(-dz / np.sqrt(v), axis, keepdims=True)
        dx = dz / np.sqrt(v) + dv * 2 * centred / n + dmu / n
        return dx, np.sum(dout * centred / np.sqrt(v), axis=0), np.sum(dout, axis=0)

    return forward, backward


def simplified(dout, cache, axis):
    centred, v, gamma = cache
    z = centred / np.sqrt(v)
    d = dout * gamma
    d = d - np.mean(d, axis=axis, keepdims=True) - z * np.mean(d * z, axis=axis, keepdims=True)
    return d / np.sqrt(v), np.sum(dout * z, axis=0), np.sum(dout, axis=0)


batchnorm_forward, batchnorm_backward = normalisation(axis=0, averages=True)
layernorm_forward, layernorm_backward = normalisation(axis=1, averages=False)
batchnorm_backward_alt = partial(simplified, axis=0)

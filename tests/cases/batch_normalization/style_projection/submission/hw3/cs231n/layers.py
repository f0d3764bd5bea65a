import numpy as np
from numpy.linalg import norm as length


class Normaliser:
    """Standardise along an axis; keeps what backward passes need."""

    def __init__(self, axis, eps):
        self.axis, self.eps = axis, eps

    def __call__(self, x, mean=None, var=None):
        self.mean = np.mean(x, axis=self.axis, keepdims=True) if mean is None else mean
        self.var = np.var(x, axis=self.axis, keepdims=True) if var is None else var
        self.std = np.sqrt(self.var + self.eps)
        self.z = (x - self.mean) / self.std
        return self.z

    def jacobian(self, d):
        """Multiply by (I - 11'/n - zz'/n) / std, the matrix of one feature at a time."""
        z = self.z if self.axis == 0 else self.z.T
        d = d if self.axis == 0 else d.T
        n = len(z)
        matrices = np.eye(n) - 1.0 / n - np.einsum('if,jf->fij', z, z) / n
        dx = np.einsum('fij,jf->if', matrices, d)
        return (dx if self.axis == 0 else dx.T) / self.std

    def moments(self, d):
        mean = lambda a: a.mean(axis=self.axis, keepdims=True)
        return (d - mean(d) - self.z * mean(d * self.z)) / self.std


def scale_gradients(dout, z):
    return np.einsum('nd,nd->d', dout, z), np.einsum('nd->d', dout)


def batchnorm_forward(x, gamma, beta, bn_param):
    normaliser = Normaliser(0, bn_param.get('eps', 1e-5))
    averages = {k: bn_param.get('running_' + k, np.zeros(x.shape[1], x.dtype)) for k in ('mean', 'var')}
    if bn_param['mode'] == 'test':
        z = normaliser(x, **averages)
    elif bn_param['mode'] == 'train':
        z = normaliser(x)
        keep = bn_param.get('momentum', 0.9)
        for k in averages:
            averages[k] = keep * averages[k] + (1 - keep) * getattr(normaliser, k)[0]
    else:
        raise ValueError(bn_param['mode'])
    bn_param.update(running_mean=averages['mean'], running_var=averages['var'])
    return z * gamma + beta, (normaliser, gamma)


def batchnorm_backward(dout, cache):
    normaliser, gamma = cache
    return (normaliser.jacobian(dout * gamma),) + scale_gradients(dout, normaliser.z)


def batchnorm_backward_alt(dout, cache):
    normaliser, gamma = cache
    return (normaliser.moments(dout * gamma),) + scale_gradients(dout, normaliser.z)


def layernorm_forward(x, gamma, beta, ln_param):
    normaliser = Normaliser(axis=1, eps=ln_param.get('eps', 1e-5))
    return gamma * normaliser(x) + beta, (normaliser, gamma)


layernorm_backward = batchnorm_backward_alt


def affine_forward(x, w, b):
    flat = x.reshape(len(x), -1)
    return flat @ w + b, dict(shape=x.shape, flat=flat, w=w)


def affine_backward(dout, cache):
    return ((dout @ cache['w'].T).reshape(cache['shape']), cache['flat'].T @ dout,
            np.einsum('nm->m', dout))


def relu_forward(x):
    return np.where(x > 0, x, 0), x > 0


def relu_backward(dout, cache):
    return np.where(cache, dout, 0)


def softmax_loss(x, y):
    log_z = np.logaddexp.reduce(x, axis=1, keepdims=True)
    chosen = np.arange(x.shape[1]) == y[:, np.newaxis]
    return (log_z.sum() - x[chosen].sum()) / len(x), (np.exp(x - log_z) - chosen) / len(x)

import numpy as np

from .tape import Node


def trace(x, gamma, beta, axis, eps):
    nodes = {'x': Node(x), 'gamma': Node(gamma), 'beta': Node(beta)}
    centred = nodes['x'] - nodes['x'].mean(axis)
    variance = (centred * centred).mean(axis)
    r = variance.rsqrt(eps)
    nodes['z'], nodes['r'], nodes['variance'] = centred * r, r, variance
    nodes['out'] = nodes['z'] * nodes['gamma'] + nodes['beta']
    return nodes


def batchnorm_forward(x, gamma, beta, bn_param):
    eps, momentum = bn_param.get('eps', 1e-5), bn_param.get('momentum', 0.9)
    for name in ['running_mean', 'running_var']:
        if name not in bn_param:
            bn_param[name] = np.zeros(x.shape[1], dtype=x.dtype)
    if bn_param['mode'] == 'test':
        xhat = (x - bn_param['running_mean']) / np.sqrt(bn_param['running_var'] + eps)
        return gamma * xhat + beta, None
    nodes = trace(x, gamma, beta, 0, eps)
    for name, batch in [('running_mean', x.mean(0)), ('running_var', nodes['variance'].value[0])]:
        bn_param[name] = bn_param[name] * momentum + batch * (1 - momentum)
    return nodes['out'].value, nodes


def batchnorm_backward(dout, cache):
    cache['out'].back(dout)
    return cache['x'].grad, cache['gamma'].grad, cache['beta'].grad


def batchnorm_backward_alt(dout, cache):
    z, r, gamma = (cache[k].value for k in ('z', 'r', 'gamma'))
    dgamma, dbeta = np.sum(dout * z, 0), np.sum(dout, 0)
    N = float(dout.shape[0])
    return (gamma * r) * (dout - dbeta / N - z * (dgamma / N)), dgamma, dbeta


def layernorm_forward(x, gamma, beta, ln_param):
    nodes = trace(x, gamma, beta, 1, ln_param.get('eps', 1e-5))
    return nodes['out'].value, nodes


layernorm_backward = batchnorm_backward


def affine_forward(x, w, b):
    return x.reshape(x.shape[0], -1) @ w + b, (x, w, b)


def affine_backward(dout, cache):
    x, w, b = cache
    return (dout @ w.T).reshape(x.shape), x.reshape(x.shape[0], -1).T @ dout, dout.sum(axis=0)


def relu_forward(x):
    return np.fmax(x, 0), x


def relu_backward(dout, cache):
    return np.where(cache > 0, dout, 0)


def softmax_loss(x, y):
    N = len(y)
    z = x - x.max(axis=1).reshape(N, 1)
    z -= np.log(np.exp(z).sum(axis=1)).reshape(N, 1)
    dx = np.exp(z)
    dx[range(N), y] -= 1
    return -z[range(N), y].sum() / N, dx / N

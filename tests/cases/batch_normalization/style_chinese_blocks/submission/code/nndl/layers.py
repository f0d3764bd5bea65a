import numpy as np
import pdb
from functools import wraps


def affine_forward(x, w, b):
    X = x.reshape(x.shape[0], -1)
    return np.matmul(w.T, X.T).T + b, [x, w]  # 返回的是转置视图


def affine_backward(dout, cache):
    x, w = cache
    X = x.reshape(x.shape[0], -1)
    return np.matmul(w, dout.T).T.reshape(x.shape), np.matmul(dout.T, X).T, dout.T.sum(axis=1)


def relu_forward(x):
    return (np.abs(x) + x) * 0.5, x


def relu_backward(dout, cache):
    dx = dout.copy()
    dx *= cache > 0
    return dx


def dropout_forward(x, dropout_param):
    p, mode = dropout_param['p'], dropout_param['mode']
    if 'seed' in dropout_param:
        np.random.seed(dropout_param['seed'])
    if mode == 'test':
        return x, (dropout_param, None)
    mask = (np.random.rand(*x.shape) < p) / p
    return (x * mask).astype(x.dtype), (dropout_param, mask)


def dropout_backward(dout, cache):
    dropout_param, mask = cache
    return dout if mask is None else dout * mask


def 可转置(f):
    """ axis=1 时先转置再转回来 """
    @wraps(f)
    def g(x, axis, *args):
        y, *其余 = f(x if axis == 0 else x.T, *args)
        return [y if axis == 0 else y.T] + 其余
    return g


@可转置
def 标准化(x, eps):
    mu = np.mean(x, axis=0)
    sigma = np.sqrt(np.mean(np.square(x - mu), axis=0) + eps)
    return (x - mu) / sigma, mu, sigma


@可转置
def 反传(dxhat, xhat, sigma):
    # dx = (dxhat - 均值 - xhat * 投影) / sigma
    dx = dxhat - dxhat.mean(axis=0)
    dx -= xhat * (dxhat * xhat).mean(axis=0)
    dx /= sigma
    return [dx]


def batchnorm_forward(x, gamma, beta, bn_param):
    mode, eps = bn_param['mode'], bn_param.get('eps', 1e-5)
    momentum = bn_param.get('momentum', 0.9)
    均值 = bn_param.get('running_mean', np.zeros(x.shape[1], dtype=x.dtype))
    方差 = bn_param.get('running_var', np.zeros(x.shape[1], dtype=x.dtype))
    cache = None
    if mode == 'train':
        xhat, mu, sigma = 标准化(x, 0, eps)
        # 这里用真正的方差，不带 eps
        均值, 方差 = (momentum * 旧 + (1 - momentum) * 新
                  for 旧, 新 in ((均值, mu), (方差, x.var(axis=0))))
        cache = {'xhat': xhat, 'sigma': sigma, 'gamma': gamma}
    elif mode == 'test':
        xhat = (x - 均值) * (方差 + eps) ** -0.5
    else:
        raise ValueError('Invalid forward batchnorm mode "%s"' % mode)
    bn_param['running_mean'], bn_param['running_var'] = 均值, 方差
    return xhat * gamma + beta, cache


def batchnorm_backward(dout, cache):
    xhat, sigma, gamma = cache['xhat'], cache['sigma'], cache['gamma']
    m = dout.shape[0]
    dxhat = dout * gamma
    dsigma = -(dxhat * xhat).sum(axis=0) / sigma
    dvar = dsigma / (2 * sigma)
    xc = xhat * sigma
    dxc = dxhat / sigma + 2 * xc * dvar / m
    return dxc - dxc.mean(axis=0), (dout * xhat).sum(axis=0), dout.sum(axis=0)


def batchnorm_backward_alt(dout, cache):
    dx, = 反传(dout * cache['gamma'], 0, cache['xhat'], cache['sigma'])
    return dx, (dout * cache['xhat']).sum(axis=0), dout.sum(axis=0)


def layernorm_forward(x, gamma, beta, ln_param):
    xhat, _, sigma = 标准化(x, 1, ln_param.get('eps', 1e-5))
    return xhat * gamma + beta, {'xhat': xhat, 'sigma': sigma, 'gamma': gamma}


def layernorm_backward(dout, cache):
    dx, = 反传(dout * cache['gamma'], 1, cache['xhat'].T, cache['sigma'])
    return dx, (dout * cache['xhat']).sum(axis=0), dout.sum(axis=0)


def softmax_loss(x, y):
    N = x.shape[0]
    x = x - np.amax(x, axis=1, keepdims=True)
    和 = np.exp(x).sum(axis=1, keepdims=True)
    dx = np.exp(x) / 和 / N
    dx[np.arange(N), y] -= 1.0 / N
    return np.mean(np.log(和).ravel() - x[np.arange(N), y]), dx

from builtins import range
import numpy as np


def affine_forward(x, w, b):
    return x.reshape(x.shape[0], -1).dot(w) + b, (x, w, b)


def affine_backward(dout, cache):
    x, w, b = cache
    return dout.dot(w.T).reshape(x.shape), x.reshape(x.shape[0], -1).T.dot(dout), dout.sum(axis=0)


def relu_forward(x):
    return np.maximum(0, x), x


def relu_backward(dout, cache):
    return dout * (cache > 0)


def softmax_loss(x, y):
    shifted = x - np.max(x, axis=1, keepdims=True)
    Z = np.sum(np.exp(shifted), axis=1, keepdims=True)
    log_probs = shifted - np.log(Z)
    N = x.shape[0]
    dx = np.exp(log_probs)
    dx[np.arange(N), y] -= 1
    return -np.sum(log_probs[np.arange(N), y]) / N, dx / N


def batchnorm_forward(x, gamma, beta, bn_param):
    mode = bn_param['mode']
    eps = bn_param.get('eps', 1e-5)
    momentum = bn_param.get('momentum', 0.9)
    D = x.shape[1]
    running_mean = bn_param.get('running_mean', np.zeros(D, dtype=x.dtype))
    running_var = bn_param.get('running_var', np.zeros(D, dtype=x.dtype))

    if mode == 'train':
        out, cache = forward_graph(x, gamma, beta, eps)
        mu, var = cache[0], cache[3]
        running_mean = momentum * running_mean + (1 - momentum) * mu
        running_var = momentum * running_var + (1 - momentum) * var
    elif mode == 'test':
        out = gamma * ((x - running_mean) / np.sqrt(running_var + eps)) + beta
        cache = None
    else:
        raise ValueError('Invalid forward batchnorm mode "%s"' % mode)

    bn_param['running_mean'] = running_mean
    bn_param['running_var'] = running_var
    return out, cache


def forward_graph(x, gamma, beta, eps):
    N = x.shape[0]
    mu = 1. / N * np.sum(x, axis=0)         # 1
    xmu = x - mu                            # 2
    sq = xmu ** 2                           # 3
    var = 1. / N * np.sum(sq, axis=0)       # 4
    sqrtvar = np.sqrt(var + eps)            # 5
    ivar = 1. / sqrtvar                     # 6
    xhat = xmu * ivar                       # 7
    gammax = gamma * xhat                   # 8
    out = gammax + beta                     # 9
    return out, (mu, xmu, sq, var, sqrtvar, ivar, xhat, gamma, eps, N)


def batchnorm_backward(dout, cache):
    mu, xmu, sq, var, sqrtvar, ivar, xhat, gamma, eps, N = cache
    D = dout.shape[1]
    dbeta = np.sum(dout, axis=0)                            # 9
    dgamma = np.sum(dout * xhat, axis=0)                    # 8
    dxhat = dout * gamma
    divar = np.sum(dxhat * xmu, axis=0)                     # 7
    dxmu1 = dxhat * ivar
    dsqrtvar = -1. / (sqrtvar ** 2) * divar                 # 6
    dvar = 0.5 / np.sqrt(var + eps) * dsqrtvar              # 5
    dsq = 1. / N * np.ones((N, D)) * dvar                   # 4
    dxmu2 = 2 * xmu * dsq                                   # 3
    dx1 = dxmu1 + dxmu2                                     # 2
    dmu = -1 * np.sum(dxmu1 + dxmu2, axis=0)
    dx2 = 1. / N * np.ones((N, D)) * dmu                    # 1
    return dx1 + dx2, dgamma, dbeta


def batchnorm_backward_alt(dout, cache):
    ivar, xhat, gamma, N = cache[5], cache[6], cache[7], cache[9]
    dgamma, dbeta = (dout * xhat).sum(0), dout.sum(0)
    return gamma * ivar / N * (N * dout - dbeta - xhat * dgamma), dgamma, dbeta


def layernorm_forward(x, gamma, beta, ln_param):
    out, cache = forward_graph(x.T, 1., 0., ln_param.get('eps', 1e-5))
    return gamma * out.T + beta, (cache, gamma)


def layernorm_backward(dout, cache):
    graph, gamma = cache
    dx, _, _ = batchnorm_backward((dout * gamma).T, graph)
    xhat = graph[6].T
    return dx.T, np.sum(dout * xhat, axis=0), np.sum(dout, axis=0)

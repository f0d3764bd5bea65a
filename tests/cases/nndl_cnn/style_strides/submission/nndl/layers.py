import numpy as np


def affine_forward(x, w, b):
    X = x.reshape((x.shape[0], w.shape[0]))
    return X @ w + b, [x.shape, X, w]


def affine_backward(dout, cache):
    shape, X, w = cache
    return (dout @ w.T).reshape(shape), X.T @ dout, np.ones(len(dout)) @ dout


def relu_forward(x):
    keep = ~(x < 0)
    return np.where(keep, x, 0), x


def relu_backward(dout, cache):
    return dout * np.where(cache > 0, 1, 0)


def softmax_loss(x, y):
    z = x - x.max(1)[:, np.newaxis]
    logsum = np.log(np.exp(z).sum(1))
    i = np.arange(len(x))
    dx = np.exp(z - logsum[:, np.newaxis])
    np.subtract.at(dx, (i, y), 1)
    return np.mean(logsum - z[i, y]), dx / len(x)


def batchnorm_forward(x, gamma, beta, bn_param):
    eps = bn_param.get('eps', 1e-5)
    rho = bn_param.get('momentum', 0.9)
    if 'running_mean' not in bn_param:
        bn_param['running_mean'] = np.zeros(x.shape[-1])
    if 'running_var' not in bn_param:
        bn_param['running_var'] = np.zeros(x.shape[-1])
    train = {'train': True, 'test': False}[bn_param['mode']]
    if train:
        mu, var = np.average(x, 0), np.var(x, 0)
        bn_param['running_mean'] = rho * bn_param['running_mean'] + (1 - rho) * mu
        bn_param['running_var'] = rho * bn_param['running_var'] + (1 - rho) * var
    else:
        mu, var = bn_param['running_mean'], bn_param['running_var']
    scale = gamma / np.sqrt(var + eps)
    # one multiplication and one addition for every entry
    out = x * scale + (beta - mu * scale)
    return out, {'x': x, 'mu': mu, 'var': var + eps, 'gamma': gamma, 'train': train}


def batchnorm_backward(dout, cache):
    centred = cache['x'] - cache['mu']
    std = np.sqrt(cache['var'])
    dbeta = dout.sum(0)
    inner = np.einsum('nd,nd->d', dout, centred)
    dx = dout.copy()
    if cache['train']:
        dx -= dbeta / len(dout)
        dx -= centred * (inner / cache['var'] / len(dout))
    dx *= cache['gamma'] / std
    return dx, inner / std, dbeta


def dropout_forward(x, dropout_param):
    p, mode = dropout_param['p'], dropout_param['mode']
    rng = np.random.RandomState(dropout_param['seed']) if 'seed' in dropout_param else np.random
    if mode == 'test':
        return x.copy(), (dropout_param, None)
    dropped = rng.uniform(size=x.shape) < p        # p: probability to drop
    out = x / (1 - p)
    out[dropped] = 0
    return out, (dropout_param, dropped)


def dropout_backward(dout, cache):
    dropout_param, dropped = cache
    if dropped is None:
        return dout.copy()
    dx = dout / (1 - dropout_param['p'])
    dx[dropped] = 0
    return dx

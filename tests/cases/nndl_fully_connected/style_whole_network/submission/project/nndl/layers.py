import numpy as np

def affine_forward(x, w, b):
    cache = (x, w, b)
    out = x.reshape((x.shape[0], -1)).dot(w)
    out += b[np.newaxis, :]
    return out, cache

def affine_backward(dout, cache):
    x, w, b = cache
    dx, dw, db = None, None, None
    dx = dout.dot(w.T)
    dx.shape = x.shape
    dw = np.reshape(x, (x.shape[0], -1)).T.dot(dout)
    db = np.sum(dout, axis=0, keepdims=False)
    return dx, dw, db

def relu_forward(x):
    cache = x > 0
    return np.maximum(x, 0), cache

def relu_backward(dout, cache):
    dx = dout.copy()
    dx *= cache
    return dx

def batchnorm_forward(x, gamma, beta, bn_param):
    mode = bn_param['mode']
    eps = bn_param.get('eps', 1e-5)
    momentum = bn_param.get('momentum', 0.9)
    running_mean = bn_param.get('running_mean', np.zeros(x.shape[1], dtype=x.dtype))
    running_var = bn_param.get('running_var', np.zeros(x.shape[1], dtype=x.dtype))
    cache = None
    if mode == 'train':
        mu, var = x.mean(axis=0), x.var(axis=0)
        running_mean = momentum * running_mean + (1 - momentum) * mu
        running_var = momentum * running_var + (1 - momentum) * var
    elif mode == 'test':
        mu, var = running_mean, running_var
    else:
        raise ValueError('Invalid forward batchnorm mode "%s"' % mode)
    inv = 1. / np.sqrt(var + eps)
    xhat = (x - mu) * inv
    cache = (xhat, inv, gamma)
    bn_param['running_mean'] = running_mean
    bn_param['running_var'] = running_var
    return gamma * xhat + beta, cache

def batchnorm_backward(dout, cache):
    xhat, inv, gamma = cache
    N = dout.shape[0]
    dbeta = dout.sum(axis=0)
    dgamma = (dout * xhat).sum(axis=0)
    dx = gamma * inv / N * (N * dout - dbeta - xhat * dgamma)
    return dx, dgamma, dbeta

def dropout_forward(x, dropout_param):
    p, mode = dropout_param['p'], dropout_param['mode']
    if 'seed' in dropout_param:
        np.random.seed(dropout_param['seed'])
    if mode == 'test':
        return x, (dropout_param, None)
    mask = (np.random.rand(*x.shape) < p) / p
    return (x * mask).astype(x.dtype, copy=False), (dropout_param, mask)

def dropout_backward(dout, cache):
    dropout_param, mask = cache
    return dout if mask is None else dout * mask

def svm_loss(x, y):
    N = x.shape[0]
    margins = x - x[range(N), y][:, None] + 1
    margins[range(N), y] = 0
    wrong = margins > 0
    loss = margins[wrong].sum() / N
    dx = wrong / N
    dx[range(N), y] = -dx.sum(axis=1)
    return loss, dx.astype(x.dtype)

def softmax_loss(x, y):
    probs = np.exp(x - np.max(x, axis=1, keepdims=True))
    total = np.sum(probs, axis=1, keepdims=True)
    N = x.shape[0]
    # log of the sum, so that a probability of 0 does no harm
    loss = np.sum(np.log(total[:, 0]) + np.max(x, axis=1) - x[np.arange(N), y]) / N
    probs /= total
    dx = probs.copy()
    dx[np.arange(N), y] -= 1
    dx /= N
    return loss, dx

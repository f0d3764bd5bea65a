import numpy as np

__all__ = ['forward', 'backward', 'spatial_forward', 'spatial_backward']


def forward(x, gamma, beta, bn_param):
    eps = bn_param.get('eps', 1e-5)
    momentum = bn_param.get('momentum', 0.9)
    mean = bn_param.get('running_mean', np.zeros(len(gamma)))
    var = bn_param.get('running_var', np.zeros(len(gamma)))
    training = bn_param['mode'] != 'test'
    if training:
        batch_mean, batch_var = np.mean(x, 0), np.mean(np.square(x - np.mean(x, 0)), 0)
        bn_param.update(running_mean=momentum * mean + (1 - momentum) * batch_mean,
                        running_var=momentum * var + (1 - momentum) * batch_var)
        mean, var = batch_mean, batch_var
    else:
        bn_param.update(running_mean=mean, running_var=var)
    return gamma * (x - mean) / np.sqrt(var + eps) + beta, (x, mean, var, eps, gamma, training)


def backward(dout, cache):
    x, mean, var, eps, gamma, training = cache
    m = x.shape[0]
    inv = 1 / np.sqrt(var + eps)
    dgamma = ((x - mean) * inv * dout).sum(0)
    dbeta = dout.sum(0)
    if not training:
        return dout * gamma * inv, dgamma, dbeta
    # the formulas of the paper, one after the other
    dxhat = dout * gamma
    dvar = (dxhat * (x - mean)).sum(0) * (-1 / 2) * inv ** 3
    dmean = (-dxhat * inv).sum(0) + dvar * (-2 * (x - mean)).sum(0) / m
    return dxhat * inv + dvar * 2 * (x - mean) / m + dmean / m, dgamma, dbeta


def spatial_forward(x, gamma, beta, bn_param):
    shape = x.swapaxes(1, 3).shape
    out, cache = forward(x.swapaxes(1, 3).reshape(-1, shape[3]), gamma, beta, bn_param)
    return out.reshape(shape).swapaxes(1, 3), cache


def spatial_backward(dout, cache):
    shape = dout.swapaxes(1, 3).shape
    dx, dgamma, dbeta = backward(dout.swapaxes(1, 3).reshape(-1, shape[3]), cache)
    return dx.reshape(shape).swapaxes(1, 3), dgamma, dbeta

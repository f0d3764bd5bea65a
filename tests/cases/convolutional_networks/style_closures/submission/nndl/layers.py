import numpy as np

# The cache of every layer here is the function that does its backward pass.


def affine_forward(x, w, b):
    def backward(dout):
        return (dout @ w.T).reshape(x.shape), x.reshape(len(x), -1).T @ dout, dout.sum(axis=0)
    return x.reshape(len(x), -1) @ w + b, backward


def affine_backward(dout, cache):
    return cache(dout)


def relu_forward(x):
    on = x > 0
    return np.where(on, x, 0.0), lambda dout: dout * on


def relu_backward(dout, cache):
    return cache(dout)


def softmax_loss(x, y):
    n, _ = x.shape
    rows = np.arange(n)
    lse = np.logaddexp.reduce(x, axis=1)
    loss = np.mean(lse - x[rows, y])
    dx = np.exp(x - lse[:, None])
    dx[rows, y] -= 1
    return loss, dx / n


def batchnorm_forward(x, gamma, beta, bn_param):
    eps, momentum = bn_param.get('eps', 1e-5), bn_param.get('momentum', 0.9)
    running_mean = bn_param.get('running_mean', 0.0 * gamma)
    running_var = bn_param.get('running_var', 0.0 * gamma)

    if bn_param['mode'] == 'train':
        mean, var = x.mean(axis=0), x.var(axis=0)
        bn_param['running_mean'] = momentum * running_mean + (1 - momentum) * mean
        bn_param['running_var'] = momentum * running_var + (1 - momentum) * var
        inv = (var + eps) ** -0.5
        z = (x - mean) * inv

        def backward(dout):
            dgamma, dbeta = np.einsum('nd,nd->d', dout, z), np.einsum('nd->d', dout)
            return gamma * inv * (dout - (dbeta + z * dgamma) / len(x)), dgamma, dbeta
    else:
        bn_param.update(running_mean=running_mean, running_var=running_var)
        inv = (running_var + eps) ** -0.5
        z = (x - running_mean) * inv

        def backward(dout):
            return gamma * inv * dout, (dout * z).sum(axis=0), dout.sum(axis=0)
    return gamma * z + beta, backward


def batchnorm_backward(dout, cache):
    return cache(dout)


batchnorm_backward_alt = batchnorm_backward

import numpy as np


def affine_forward(x, w, b):
    """Flatten each example and apply an affine map."""
    out = x.reshape(x.shape[0], -1).dot(w) + b
    cache = (x, w, b)
    return out, cache


def affine_backward(dout, cache):
    x, w, b = cache
    dx = dout.dot(w.T).reshape(x.shape)
    dw = x.reshape(x.shape[0], -1).T.dot(dout)
    db = np.sum(dout, axis=0)
    return dx, dw, db


def relu_forward(x):
    out = np.maximum(0, x)
    cache = x
    return out, cache


def relu_backward(dout, cache):
    x = cache
    dx = dout * (x > 0)
    return dx


def batchnorm_forward(x, gamma, beta, bn_param):
    mode = bn_param['mode']
    eps = bn_param.get('eps', 1e-5)
    momentum = bn_param.get('momentum', 0.9)

    N, D = x.shape
    running_mean = bn_param.get('running_mean', np.zeros(D, dtype=x.dtype))
    running_var = bn_param.get('running_var', np.zeros(D, dtype=x.dtype))

    out, cache = None, None
    if mode == 'train':
        sample_mean = np.mean(x, axis=0)
        sample_var = np.var(x, axis=0)
        x_hat = (x - sample_mean) / np.sqrt(sample_var + eps)
        out = gamma * x_hat + beta
        cache = (x_hat, gamma, sample_var, eps)
        running_mean = momentum * running_mean + (1 - momentum) * sample_mean
        running_var = momentum * running_var + (1 - momentum) * sample_var
    elif mode == 'test':
        x_hat = (x - running_mean) / np.sqrt(running_var + eps)
        out = gamma * x_hat + beta
    else:
        raise ValueError('Invalid forward batchnorm mode "%s"' % mode)

    # Store the updated running means back into bn_param
    bn_param['running_mean'] = running_mean
    bn_param['running_var'] = running_var
    return out, cache


def batchnorm_backward(dout, cache):
    x_hat, gamma, var, eps = cache
    N = dout.shape[0]
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    dx = (N * dx_hat - np.sum(dx_hat, axis=0) - x_hat * np.sum(dx_hat * x_hat, axis=0))
    dx /= N * np.sqrt(var + eps)
    return dx, dgamma, dbeta


def dropout_forward(x, dropout_param):
    p, mode = dropout_param['p'], dropout_param['mode']
    if 'seed' in dropout_param:
        np.random.seed(dropout_param['seed'])

    mask = None
    out = None
    if mode == 'train':
        mask = (np.random.rand(*x.shape) < p) / p
        out = x * mask
    elif mode == 'test':
        out = x
    cache = (dropout_param, mask)
    return out, cache


def dropout_backward(dout, cache):
    dropout_param, mask = cache
    dx = None
    if dropout_param['mode'] == 'train':
        dx = dout * mask
    elif dropout_param['mode'] == 'test':
        dx = dout
    return dx


def softmax_loss(x, y):
    shifted_logits = x - np.max(x, axis=1, keepdims=True)
    Z = np.sum(np.exp(shifted_logits), axis=1, keepdims=True)
    log_probs = shifted_logits - np.log(Z)
    probs = np.exp(log_probs)
    N = x.shape[0]
    loss = -np.sum(log_probs[np.arange(N), y]) / N
    dx = probs.copy()
    dx[np.arange(N), y] -= 1
    dx /= N
    return loss, dx


def _windows(x, height, width, stride):
    """Return all windows of the images as a view of shape (N, C, H', W', height, width)."""
    N, C, H, W = x.shape
    rows, columns = (H - height) // stride + 1, (W - width) // stride + 1
    n, c, h, w = x.strides
    return np.lib.stride_tricks.as_strided(
        x, (N, C, rows, columns, height, width), (n, c, h * stride, w * stride, h, w))


def conv_forward_naive(x, w, b, conv_param):
    pad, stride = conv_param['pad'], conv_param['stride']
    padded = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    windows = _windows(padded, w.shape[2], w.shape[3], stride)
    out = np.einsum('ncijkl,fckl->nfij', windows, w) + b[:, None, None]
    return out, {'x': x, 'w': w, 'windows': windows, 'param': conv_param}


def conv_backward_naive(dout, cache):
    x, w, windows = cache['x'], cache['w'], cache['windows']
    pad, stride = cache['param']['pad'], cache['param']['stride']
    dw = np.einsum('ncijkl,nfij->fckl', windows, dout)
    dpadded = np.zeros(x.shape[:2] + (x.shape[2] + 2 * pad, x.shape[3] + 2 * pad))
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            dpadded[:, :, i * stride:i * stride + w.shape[2], j * stride:j * stride + w.shape[3]] += \
                np.tensordot(dout[:, :, i, j], w, axes=1)
    dx = dpadded[:, :, pad:dpadded.shape[2] - pad, pad:dpadded.shape[3] - pad]
    return dx, dw, dout.sum(axis=(0, 2, 3))


def max_pool_forward_naive(x, pool_param):
    windows = _windows(x, pool_param['pool_height'], pool_param['pool_width'], pool_param['stride'])
    return windows.max(axis=(4, 5)), (x, pool_param)


def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    height, width = pool_param['pool_height'], pool_param['pool_width']
    stride = pool_param['stride']
    dx = np.zeros(x.shape)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            place = np.s_[:, :, i * stride:i * stride + height, j * stride:j * stride + width]
            largest = x[place] == x[place].max(axis=(2, 3), keepdims=True)
            dx[place] += largest * dout[:, :, i:i + 1, j:j + 1]
    return dx


def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    """Normalise each channel by itself, without the two-dimensional layer."""
    axes, shape = (0, 2, 3), (1, -1, 1, 1)
    eps, momentum = bn_param.get('eps', 1e-5), bn_param.get('momentum', 0.9)
    zeros = np.zeros(x.shape[1])
    mean, var = bn_param.get('running_mean', zeros), bn_param.get('running_var', zeros)
    if bn_param['mode'] == 'train':
        batch_mean, batch_var = x.mean(axis=axes), x.var(axis=axes)
        bn_param['running_mean'] = momentum * mean + (1 - momentum) * batch_mean
        bn_param['running_var'] = momentum * var + (1 - momentum) * batch_var
        mean, var = batch_mean, batch_var
    scale = 1.0 / np.sqrt(var + eps)
    x_hat = (x - mean.reshape(shape)) * scale.reshape(shape)
    out = gamma.reshape(shape) * x_hat + beta.reshape(shape)
    return out, (x_hat, scale, gamma)


def spatial_batchnorm_backward(dout, cache):
    x_hat, scale, gamma = cache
    axes, shape = (0, 2, 3), (1, -1, 1, 1)
    dbeta = dout.sum(axis=axes)
    dgamma = (dout * x_hat).sum(axis=axes)
    pixels = dout.size // dout.shape[1]
    dx = dout - dbeta.reshape(shape) / pixels - x_hat * dgamma.reshape(shape) / pixels
    return dx * (gamma * scale).reshape(shape), dgamma, dbeta

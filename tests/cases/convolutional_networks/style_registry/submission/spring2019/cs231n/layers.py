from builtins import range
import itertools
import numpy as np

np.random.seed(0)
print('numpy', np.__version__)

# What a backward pass needs is kept here; the cache that a forward pass returns is only a number.
_MEMORY = {}
_TICKET = itertools.count(1)


def _remember(*things):
    ticket = next(_TICKET)
    _MEMORY[ticket] = things
    for old in [t for t in _MEMORY if t < ticket - 5000]:
        del _MEMORY[old]
    return ticket


def affine_forward(x, w, b):
    x2 = np.asarray(x).reshape([x.shape[0], -1], order='C')
    return np.einsum('nd,dm->nm', x2, w) + b, _remember(x2, x.shape, w)


def affine_backward(dout, cache):
    x2, shape, w = _MEMORY[cache]
    dx = np.einsum('nm,dm->nd', dout, w).reshape(shape)
    dw = np.einsum('nd,nm->dm', x2, dout)
    db = np.einsum('nm->m', dout)
    return [dx, dw, db]


def relu_forward(x):
    return np.maximum(0., x), _remember(x)


def relu_backward(dout, cache):
    x, = _MEMORY[cache]
    return np.where(x <= 0, np.zeros_like(dout), dout)


def softmax_loss(x, y):
    num = np.size(y)
    exps = np.exp(np.subtract(x, np.max(x, -1, keepdims=True)))
    probs = np.divide(exps, np.sum(exps, -1, keepdims=True))
    picked = x[np.arange(num), y] - np.max(x, -1) - np.log(np.sum(exps, -1))
    loss = np.array(-picked.mean())
    mask = np.zeros(x.shape)
    mask[np.arange(num), y] = 1
    return [loss, np.divide(probs - mask, num)]


def conv_forward_naive(x, w, b, conv_param):
    """One big matrix times one vector of filters: the rows of the matrix are whole patches."""
    N, C, H, W = x.shape
    F, C, HH, WW = w.shape
    stride, pad = int(conv_param['stride']), int(conv_param['pad'])
    H_prime = int(1 + (H + 2 * pad - HH) // stride)
    W_prime = int(1 + (W + 2 * pad - WW) // stride)
    x_pad = np.zeros((N, C, H + 2 * pad, W + 2 * pad), dtype=x.dtype)
    x_pad[:, :, pad:H + pad, pad:W + pad] = x
    patches = np.zeros((H_prime * W_prime, N, C * HH * WW), dtype=x.dtype)
    for k in range(H_prime * W_prime):
        i, j = (k // W_prime) * stride, (k % W_prime) * stride
        patches[k] = x_pad[:, :, i:i + HH, j:j + WW].reshape(N, -1)
    filters = w.reshape(F, C * HH * WW)
    out = np.dot(patches, np.transpose(filters)) + b            # (positions, N, F)
    out = out.transpose(1, 2, 0).reshape(N, F, H_prime, W_prime)
    return [out, _remember(patches, filters, x.shape, w.shape, stride, pad)]


def conv_backward_naive(dout, cache):
    patches, filters, x_shape, w_shape, stride, pad = _MEMORY[cache]
    N, C, H, W = x_shape
    F, C, HH, WW = w_shape
    W_prime = dout.shape[3]
    by_position = dout.reshape(N, F, -1).transpose(2, 0, 1)      # (positions, N, F)
    dw = np.einsum('knf,knd->fd', by_position, patches).reshape(w_shape)
    db = by_position.sum(0).sum(0)
    dx_pad = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    for k, g in enumerate(by_position):
        i, j = (k // W_prime) * stride, (k % W_prime) * stride
        dx_pad[:, :, i:i + HH, j:j + WW] += g.dot(filters).reshape(N, C, HH, WW)
    if pad:
        dx_pad = dx_pad[:, :, pad:-pad, pad:-pad]
    return [dx_pad, dw, db]


def max_pool_forward_naive(x, pool_param):
    N, C, H, W = x.shape
    ph, pw, s = pool_param['pool_height'], pool_param['pool_width'], pool_param['stride']
    oh, ow = 1 + (H - ph) // s, 1 + (W - pw) // s
    values = np.empty((oh, ow, N, C), order='F')
    places = np.empty((oh, ow, N, C), dtype=np.intp)
    for i in range(oh):
        for j in range(ow):
            block = x[:, :, i * s:i * s + ph, j * s:j * s + pw].reshape(N, C, ph * pw)
            best = np.argmax(block, axis=2)
            values[i, j] = np.take_along_axis(block, best[:, :, None], 2)[:, :, 0]
            # index in the whole plane of H * W pixels
            places[i, j] = (i * s + best // pw) * W + j * s + best % pw
    return [values.transpose(2, 3, 0, 1), _remember(places, x.shape)]


def max_pool_backward_naive(dout, cache):
    places, (N, C, H, W) = _MEMORY[cache]
    plane = np.arange(N * C).reshape(N, C) * (H * W)
    flat = (places + plane).transpose(2, 3, 0, 1)
    return np.bincount(flat.ravel(), weights=dout.ravel(), minlength=N * C * H * W).reshape(N, C, H, W)


def batchnorm_forward(x, gamma, beta, bn_param):
    mode = bn_param['mode']
    eps = bn_param.get('eps', 1e-5)
    momentum = bn_param.get('momentum', 0.9)
    N, D = x.shape
    running_mean = bn_param.get('running_mean', np.zeros(D, dtype=x.dtype))
    running_var = bn_param.get('running_var', np.zeros(D, dtype=x.dtype))
    if mode == 'train':
        mean = x.mean(axis=0)
        std = np.sqrt(x.var(axis=0) + eps)
        running_mean = running_mean + (1 - momentum) * (mean - running_mean)
        running_var = running_var + (1 - momentum) * (std ** 2 - eps - running_var)
    elif mode == 'test':
        mean, std = running_mean, np.sqrt(running_var + eps)
    else:
        raise ValueError('Invalid forward batchnorm mode "%s"' % mode)
    x_hat = (x - mean) / std
    bn_param['running_mean'] = running_mean
    bn_param['running_var'] = running_var
    return [gamma * x_hat + beta, _remember(x_hat, std, gamma, mode)]


def batchnorm_backward(dout, cache):
    """With the whole Jacobian of one feature: dx = J dout, J = (I - 1/N - x_hat x_hat'/N) / std."""
    x_hat, std, gamma, mode = _MEMORY[cache]
    N, D = dout.shape
    dgamma, dbeta = np.diag(dout.T.dot(x_hat)).copy(), dout.sum(axis=0)
    dx = np.empty((N, D))
    for d in range(D):
        if mode == 'train':
            J = np.identity(N) - 1.0 / N - np.outer(x_hat[:, d], x_hat[:, d]) / N
        else:
            J = np.identity(N)
        dx[:, d] = gamma[d] / std[d] * J.dot(dout[:, d])
    return [dx, dgamma, dbeta]


def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    out, ticket = batchnorm_forward(x.transpose(0, 3, 2, 1).reshape(-1, C), gamma, beta, bn_param)
    return [out.reshape(N, W, H, C).transpose(0, 3, 2, 1), ticket]


def spatial_batchnorm_backward(dout, cache):
    N, C, H, W = dout.shape
    dx, dgamma, dbeta = batchnorm_backward(dout.transpose(0, 3, 2, 1).reshape(-1, C), cache)
    return [dx.reshape(N, W, H, C).transpose(0, 3, 2, 1), dgamma, dbeta]


if __name__ == '__main__':
    print(conv_forward_naive(np.ones((1, 1, 3, 3)), np.ones((1, 1, 3, 3)), np.zeros(1),
                             {'stride': 1, 'pad': 1})[0])

from numpy import *
from numpy.lib.stride_tricks import as_strided


def affine_forward(x, w, b):
    out = dot(x.reshape(x.shape[0], -1), w)
    out += b
    cache = (x, w, b)
    return out, cache


def affine_backward(dout, cache):
    x, w, b = cache
    dw = zeros_like(w)
    db = zeros_like(b)
    dw += dot(x.reshape(x.shape[0], -1).T, dout)
    db += dout.sum(axis=0)
    dx = dot(dout, w.T)
    dx.shape = x.shape
    return dx, dw, db


def relu_forward(x):
    out = maximum(x, 0)
    return out, out


def relu_backward(dout, cache):
    # the output is positive exactly where the input is
    dx = copy(dout)
    dx *= sign(cache)
    return dx


def softmax_loss(x, y):
    p = x - amax(x, axis=1, keepdims=True)
    right = p[arange(y.size), y]          # fancy indexing copies
    exp(p, out=p)
    total = add.reduce(p, axis=1, keepdims=True)
    p /= total
    loss = average(log(total[:, 0]) - right)
    p[arange(y.size), y] -= 1
    p /= y.size
    return loss, p


def conv_forward_naive(x, w, b, conv_param):
    N, C, H, W = x.shape
    F, C, HH, WW = w.shape
    S, P = conv_param['stride'], conv_param['pad']
    H2, W2 = (H + 2 * P - HH) // S + 1, (W + 2 * P - WW) // S + 1

    # channels last
    img = zeros((N, H + 2 * P, W + 2 * P, C))
    img[:, P:P + H, P:P + W] = rollaxis(x, 1, 4)
    n, r, c, k = img.strides
    patches = as_strided(img, (N, H2, W2, HH, WW, C), (n, S * r, S * c, r, c, k), writeable=False)
    filt = w.transpose(2, 3, 1, 0).reshape(-1, F)
    cols = patches.reshape(N * H2 * W2, -1)
    out = cols @ filt
    out += b
    cache = (cols, filt, img.shape, w.shape, S, P)
    return rollaxis(out.reshape(N, H2, W2, F), 3, 1), cache


def conv_backward_naive(dout, cache):
    cols, filt, ishape, wshape, S, P = cache
    F, C, HH, WW = wshape
    N, _, H2, W2 = dout.shape
    d = rollaxis(dout, 1, 4).reshape(-1, F)
    db = ones(len(d)) @ d
    dw = (cols.T @ d).reshape(HH, WW, C, F).transpose(3, 2, 0, 1)
    dcols = (d @ filt.T).reshape(N, H2, W2, HH, WW, C)
    dimg = zeros(ishape)
    for i in range(H2):
        for j in range(W2):
            dimg[:, S * i:S * i + HH, S * j:S * j + WW] += dcols[:, i, j]
    dx = dimg[:, P:ishape[1] - P, P:ishape[2] - P]
    return dx.transpose(0, 3, 1, 2), dw, db


def max_pool_forward_naive(x, pool_param):
    N, C, H, W = x.shape
    HH, WW, S = pool_param['pool_height'], pool_param['pool_width'], pool_param['stride']
    H2, W2 = (H - HH) // S + 1, (W - WW) // S + 1
    x = ascontiguousarray(x)
    a, b, c, d = x.strides
    windows = as_strided(x, (N, C, H2, W2, HH, WW), (a, b, S * c, S * d, c, d), writeable=False)
    out = windows.max(axis=5).max(axis=4)
    return out, (windows, out, x, pool_param)


def max_pool_backward_naive(dout, cache):
    windows, out, x, pool_param = cache
    HH, WW, S = pool_param['pool_height'], pool_param['pool_width'], pool_param['stride']
    N, C, H2, W2 = dout.shape
    dx = zeros_like(x)
    for i in range(H2):
        for j in range(W2):
            best = windows[:, :, i, j] == out[:, :, i, j, newaxis, newaxis]
            # of equal maxima only the first one gets the gradient
            flat = best.reshape(N, C, -1)
            flat &= cumsum(flat, axis=2) == 1
            dx[:, :, i * S:i * S + HH, j * S:j * S + WW] += \
                flat.reshape(N, C, HH, WW) * dout[:, :, i, j, newaxis, newaxis]
    return dx


def batchnorm_forward(x, gamma, beta, bn_param):
    eps = bn_param.get('eps', 1e-5)
    momentum = bn_param.get('momentum', 0.9)
    running_mean = array(bn_param.get('running_mean', zeros(x.shape[1])))
    running_var = array(bn_param.get('running_var', zeros(x.shape[1])))
    if bn_param['mode'] == 'train':
        mu = mean(x, axis=0)
        xc = x - mu
        v = einsum('ij,ij->j', xc, xc) / x.shape[0]
        running_mean *= momentum
        running_mean += (1 - momentum) * mu
        running_var *= momentum
        running_var += (1 - momentum) * v
        istd = reciprocal(sqrt(v + eps))
        xc *= istd
        cache = (xc, istd, gamma)
        out = xc * gamma
        out += beta
    elif bn_param['mode'] == 'test':
        out = x - running_mean
        out /= sqrt(running_var + eps)
        out *= gamma
        out += beta
        cache = None
    else:
        raise ValueError(bn_param['mode'])
    bn_param['running_mean'] = running_mean
    bn_param['running_var'] = running_var
    return out, cache


def batchnorm_backward_alt(dout, cache):
    xhat, istd, gamma = cache
    dbeta = dout.sum(axis=0)
    dgamma = (dout * xhat).sum(axis=0)
    dx = dout * len(dout)
    dx -= dbeta
    dx -= xhat * dgamma
    dx *= gamma * istd
    dx /= len(dout)
    return dx, dgamma, dbeta


def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    last = rollaxis(x, 1, x.ndim)
    out, cache = batchnorm_forward(last.reshape(-1, x.shape[1]), gamma, beta, bn_param)
    out.shape = last.shape
    return rollaxis(out, 3, 1), cache


def spatial_batchnorm_backward(dout, cache):
    last = rollaxis(dout, 1, dout.ndim)
    dx, dgamma, dbeta = batchnorm_backward_alt(last.reshape(-1, dout.shape[1]), cache)
    dx.shape = last.shape
    return rollaxis(dx, 3, 1), dgamma, dbeta

import numpy


def _indices(shape, fh, fw, step):
    """Channel, row and column of every element of every window: (C*fh*fw, out_h*out_w)."""
    _, C, H, W = shape
    oh = (H - fh) // step + 1
    ow = (W - fw) // step + 1
    k = numpy.repeat(numpy.arange(C), fh * fw)[:, None]
    r0 = numpy.tile(numpy.repeat(numpy.arange(fh), fw), C)[:, None]
    c0 = numpy.tile(numpy.arange(fw), fh * C)[:, None]
    r = r0 + step * numpy.repeat(numpy.arange(oh), ow)[None, :]
    c = c0 + step * numpy.tile(numpy.arange(ow), oh)[None, :]
    return k, r, c, oh, ow


def affine_forward(x, w, b):
    flat = x.reshape((len(x), -1))
    return numpy.matmul(flat, w) + b, {'x': x, 'w': w, 'b': b, 'flat': flat}


def affine_backward(dout, cache):
    dx = numpy.matmul(dout, cache['w'].T).reshape(cache['x'].shape)
    dw = numpy.matmul(cache['flat'].T, dout)
    db = dout.sum(0)
    return dx, dw, db


def relu_forward(x):
    return numpy.clip(x, 0, None), x


def relu_backward(dout, cache):
    return numpy.where(cache > 0, dout, 0)


def softmax_loss(x, y):
    n = len(y)
    top = x.max(axis=1, keepdims=True)
    logp = x - top - numpy.log(numpy.exp(x - top).sum(axis=1, keepdims=True))
    onehot = numpy.eye(x.shape[1])[y]
    loss = -(onehot * logp).sum() / n
    dx = (numpy.exp(logp) - onehot) / n
    return loss, dx


def conv_forward_naive(x, w, b, conv_param):
    N = x.shape[0]
    F, C, fh, fw = w.shape
    s, p = conv_param['stride'], conv_param['pad']
    padded = numpy.pad(x, ((0,), (0,), (p,), (p,)), mode='constant')
    k, r, c, oh, ow = _indices(padded.shape, fh, fw, s)
    cols = padded[:, k, r, c]                            # (N, C*fh*fw, oh*ow)
    out = w.reshape(F, -1) @ cols + b.reshape(1, F, 1)   # (N, F, oh*ow)
    cache = {'cols': cols, 'index': (k, r, c), 'padded_shape': padded.shape, 'w': w, 'pad': p}
    return out.reshape(N, F, oh, ow), cache


def conv_backward_naive(dout, cache):
    w, p = cache['w'], cache['pad']
    N, F = dout.shape[:2]
    g = dout.reshape(N, F, -1)
    db = g.sum(axis=(0, 2))
    dw = (g @ cache['cols'].transpose(0, 2, 1)).sum(axis=0).reshape(w.shape)
    dcols = w.reshape(F, -1).T @ g
    dpadded = numpy.zeros(cache['padded_shape'])
    k, r, c = cache['index']
    numpy.add.at(dpadded, (slice(None), k, r, c), dcols)
    dx = dpadded[:, :, p:-p, p:-p] if p > 0 else dpadded
    return dx, dw, db


def max_pool_forward_naive(x, pool_param):
    N, C, H, W = x.shape
    ph, pw, s = (pool_param[key] for key in ('pool_height', 'pool_width', 'stride'))
    planes = x.reshape(N * C, 1, H, W)
    k, r, c, oh, ow = _indices(planes.shape, ph, pw, s)
    cols = planes[:, k, r, c]                            # (N*C, ph*pw, oh*ow)
    winner = cols.argmax(axis=1)
    out = numpy.take_along_axis(cols, winner[:, None, :], axis=1)
    cache = dict(winner=winner, r=r, c=c, shape=x.shape)
    return out.reshape(N, C, oh, ow), cache


def max_pool_backward_naive(dout, cache):
    winner, r, c, shape = cache['winner'], cache['r'], cache['c'], cache['shape']
    N, C, H, W = shape
    dx = numpy.zeros((N * C, H, W))
    place = numpy.arange(winner.shape[1])[None, :]
    plane = numpy.arange(N * C)[:, None]
    numpy.add.at(dx, (plane, r[winner, place], c[winner, place]), dout.reshape(N * C, -1))
    return dx.reshape(shape)


def batchnorm_forward(x, gamma, beta, bn_param):
    """One-pass statistics are not used: the mean is taken off first."""
    D = x.shape[1]
    eps = bn_param.setdefault('eps', 1e-5)
    m = bn_param.setdefault('momentum', 0.9)
    bn_param.setdefault('running_mean', numpy.zeros(D))
    bn_param.setdefault('running_var', numpy.zeros(D))
    if bn_param['mode'] == 'test':
        std = numpy.sqrt(bn_param['running_var'] + eps)
        xhat = (x - bn_param['running_mean']) / std
        return gamma * xhat + beta, {'mode': 'test', 'xhat': xhat, 'gamma': gamma, 'std': std}
    if bn_param['mode'] != 'train':
        raise ValueError('mode?')
    mean = x.mean(0)
    var = ((x - mean) ** 2).mean(0)
    std = numpy.sqrt(var + eps)
    xhat = (x - mean) / std
    bn_param['running_mean'] = m * bn_param['running_mean'] + (1 - m) * mean
    bn_param['running_var'] = m * bn_param['running_var'] + (1 - m) * var
    return gamma * xhat + beta, {'mode': 'train', 'xhat': xhat, 'gamma': gamma, 'std': std}


def batchnorm_backward_alt(dout, cache):
    xhat, g = cache['xhat'], cache['gamma'] * dout
    dbeta, dgamma = dout.sum(0), (dout * xhat).sum(0)
    if cache['mode'] == 'test':
        return g / cache['std'], dgamma, dbeta
    dx = (g - g.mean(0) - xhat * (g * xhat).mean(0)) / cache['std']
    return dx, dgamma, dbeta


def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    C = x.shape[1]
    moved = numpy.moveaxis(x, 1, -1)
    out, cache = batchnorm_forward(moved.reshape(-1, C), gamma, beta, bn_param)
    return numpy.moveaxis(out.reshape(moved.shape), -1, 1), cache


def spatial_batchnorm_backward(dout, cache):
    moved = numpy.moveaxis(dout, 1, -1)
    dx, dgamma, dbeta = batchnorm_backward_alt(moved.reshape(-1, dout.shape[1]), cache)
    return numpy.moveaxis(dx.reshape(moved.shape), -1, 1), dgamma, dbeta

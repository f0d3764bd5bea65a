import numpy as np
from utils.fast_layers import *

# Caches are stacks: forward passes push, backward passes pop. Each serves one backward pass.


def affine_forward(x, w, b):
    stack = [x, w]
    return x.reshape(x.shape[0], -1) @ w + b, stack


def affine_backward(dout, cache):
    w, x = cache.pop(), cache.pop()
    return (dout @ w.T).reshape(x.shape), x.reshape(x.shape[0], -1).T @ dout, dout.sum(axis=0)


def relu_forward(x):
    return np.maximum(x, 0), [x > 0]


def relu_backward(dout, cache):
    return dout * cache.pop()


def affine_relu_forward(x, w, b):
    a, stack = affine_forward(x, w, b)
    out, more = relu_forward(a)
    return out, stack + more


def affine_relu_backward(dout, cache):
    return affine_backward(relu_backward(dout, cache), cache)


def softmax_loss(x, y):
    N = x.shape[0]
    x = x - x.max(axis=1, keepdims=True)
    ex = np.exp(x)
    s = ex.sum(axis=1, keepdims=True)
    ind = np.zeros_like(x, dtype=bool)
    ind[np.arange(N), y] = True
    loss = (np.log(s).sum() - x[ind].sum()) / N
    return loss, (ex / s - ind) / N


def batchnorm_forward(x, gamma, beta, bn_param):
    rm, rv = bn_param.get('running_mean'), bn_param.get('running_var')
    rm = np.zeros(x.shape[1]) if rm is None else rm
    rv = np.zeros(x.shape[1]) if rv is None else rv
    a = bn_param.get('momentum', 0.9)
    if bn_param['mode'] == 'train':
        m, v = x.mean(0), x.var(0)
        rm, rv = a * rm + (1 - a) * m, a * rv + (1 - a) * v
    else:
        m, v = rm, rv
    bn_param['running_mean'], bn_param['running_var'] = rm, rv
    s = np.sqrt(v + bn_param.get('eps', 1e-5))
    h = (x - m) / s
    return gamma * h + beta, [h, gamma / s, bn_param['mode'] == 'train']


def batchnorm_backward(dout, cache):
    train, scale, h = cache.pop(), cache.pop(), cache.pop()
    dbeta = dout.sum(0)
    dgamma = (h * dout).sum(0)
    if not train:
        return scale * dout, dgamma, dbeta
    N = len(dout)
    h *= dgamma                      # h is used up here
    h += dbeta
    h /= -N
    h += dout
    h *= scale
    return h, dgamma, dbeta


def dropout_forward(x, dropout_param):
    if 'seed' in dropout_param:
        np.random.seed(dropout_param['seed'])
    if dropout_param['mode'] == 'test':
        return x, [None]
    keep = 1 - dropout_param['p']
    mask = np.random.choice([0., 1. / keep], size=x.shape, p=[dropout_param['p'], keep])
    return (x * mask).astype(x.dtype), [mask]


def dropout_backward(dout, cache):
    mask = cache.pop()
    return dout if mask is None else dout * mask


def conv_forward_naive(x, w, b, conv_param):
    s, p = conv_param['stride'], conv_param['pad']
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    big = np.zeros((N, C, H + p + p, W + p + p))
    big[:, :, p:H + p, p:W + p] += x
    out = np.zeros((N, F, 1 + (H + p + p - HH) // s, 1 + (W + p + p - WW) // s))
    out += b[None, :, None, None]
    # one input channel and one filter pixel at a time
    for c in range(C):
        for i in range(HH):
            for j in range(WW):
                shifted = big[:, c, i::s, j::s][:, :out.shape[2], :out.shape[3]]
                for f in range(F):
                    out[:, f] += w[f, c, i, j] * shifted
    return out, [big, w, s, p]


def conv_backward_naive(dout, cache):
    p, s, w, big = cache.pop(), cache.pop(), cache.pop(), cache.pop()
    F, C, HH, WW = w.shape
    oh, ow = dout.shape[2:]
    dbig, dw = np.zeros(big.shape), np.zeros(w.shape)
    for c in range(C):
        for i in range(HH):
            for j in range(WW):
                at = (slice(None), c, slice(i, i + s * oh, s), slice(j, j + s * ow, s))
                shifted = big[at][:, :oh, :ow]
                for f in range(F):
                    dw[f, c, i, j] = np.vdot(shifted, dout[:, f])
                    dbig[at][:, :oh, :ow] += w[f, c, i, j] * dout[:, f]
    return dbig[:, :, p:big.shape[2] - p, p:big.shape[3] - p], dw, dout.sum((0, 2, 3))


def max_pool_forward_naive(x, pool_param):
    ph, pw, s = pool_param['pool_height'], pool_param['pool_width'], pool_param['stride']
    oh, ow = (x.shape[2] - ph) // s + 1, (x.shape[3] - pw) // s + 1
    stacked = np.stack([x[:, :, i:, j:][:, :, ::s, ::s][:, :, :oh, :ow]
                        for i in range(ph) for j in range(pw)])
    return stacked.max(0), [x.shape, stacked.argmax(0), pw, s]


def max_pool_backward_naive(dout, cache):
    s, pw, arg, shape = cache.pop(), cache.pop(), cache.pop(), cache.pop()
    dx = np.zeros(shape)
    for n in range(shape[0]):
        for c in range(shape[1]):
            for i in range(dout.shape[2]):
                for j in range(dout.shape[3]):
                    a, e = divmod(int(arg[n, c, i, j]), pw)
                    dx[n, c, i * s + a, j * s + e] += dout[n, c, i, j]
    return dx


def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    out, stack = batchnorm_forward(x.transpose(2, 3, 0, 1).reshape(-1, C), gamma, beta, bn_param)
    return out.reshape(H, W, N, C).transpose(2, 3, 0, 1), stack


def spatial_batchnorm_backward(dout, cache):
    N, C, H, W = dout.shape
    dx, dgamma, dbeta = batchnorm_backward(dout.transpose(2, 3, 0, 1).reshape(-1, C), cache)
    return dx.reshape(H, W, N, C).transpose(2, 3, 0, 1), dgamma, dbeta


def conv_relu_forward(x, w, b, conv_param):
    a, conv = conv_forward_fast(x, w, b, conv_param)
    out, stack = relu_forward(a)
    return out, [conv] + stack


def conv_relu_backward(dout, cache):
    return conv_backward_fast(relu_backward(dout, cache), cache.pop())


def conv_relu_pool_forward(x, w, b, conv_param, pool_param):
    a, stack = conv_relu_forward(x, w, b, conv_param)
    out, pool = max_pool_forward_fast(a, pool_param)
    return out, stack + [pool]


def conv_relu_pool_backward(dout, cache):
    return conv_relu_backward(max_pool_backward_fast(dout, cache.pop()), cache)


class ThreeLayerConvNet:
    def __init__(self, input_dim=(3, 32, 32), num_filters=32, filter_size=7, hidden_dim=100,
                 num_classes=10, weight_scale=1e-3, reg=0.0, dtype=np.float32, use_batchnorm=False):
        (C, H, W), F = input_dim, num_filters
        self.reg, self.dtype, self.pad = reg, dtype, (filter_size - 1) // 2
        W1 = weight_scale * np.random.randn(F, C, filter_size, filter_size)
        W2 = weight_scale * np.random.randn(F * (H // 2) * (W // 2), hidden_dim)
        W3 = weight_scale * np.random.randn(hidden_dim, num_classes)
        b1, b2, b3 = np.zeros(F), np.zeros(hidden_dim), np.zeros(num_classes)
        self.params = {k: v.astype(dtype) for k, v in
                       dict(W1=W1, b1=b1, W2=W2, b2=b2, W3=W3, b3=b3).items()}

    def loss(self, X, y=None):
        p, stack = self.params, []
        out, c = conv_relu_pool_forward(X, p['W1'], p['b1'], {'stride': 1, 'pad': self.pad},
                                        {'pool_height': 2, 'pool_width': 2, 'stride': 2})
        stack.append(c)
        out, c = affine_relu_forward(out, p['W2'], p['b2'])
        stack.append(c)
        out, c = affine_forward(out, p['W3'], p['b3'])
        stack.append(c)
        if y is None:
            return out
        loss, d = softmax_loss(out, y)
        grads = {}
        for k, back in ((3, affine_backward), (2, affine_relu_backward), (1, conv_relu_pool_backward)):
            w = p['W%d' % k]
            d, dw, grads['b%d' % k] = back(d, stack.pop())
            grads['W%d' % k] = dw + self.reg * w
            loss += self.reg * (w * w).sum() / 2
        return loss, grads

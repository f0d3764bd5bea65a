import numpy as np
import pdb
import time


class Layer:
    """Base of all layers; the object itself is handed around as the cache."""

    def __call__(self, x):
        return self.forward(x)

    def forward(self, x):
        raise NotImplementedError()

    def backward(self, dout):
        raise NotImplementedError()


class Affine(Layer):
    def __init__(self, w, b):
        self.w, self.b = w, b
        self.dw, self.db = None, None

    def forward(self, x):
        self.shape = x.shape
        self.rows = x.reshape(x.shape[0], -1)
        return self.rows @ self.w + self.b

    def backward(self, dout):
        self.dw = self.rows.T @ dout
        self.db = dout.sum(0, keepdims=True).squeeze(0)
        return (dout @ self.w.T).reshape(self.shape)


class Relu(Layer):
    def forward(self, x):
        self.off = x <= 0
        out = x.copy()
        out[self.off] = 0.0
        return out

    def backward(self, dout):
        dout = dout.copy()
        np.putmask(dout, self.off, 0)
        return dout


class Softmax(Layer):
    def __init__(self, y):
        self.y = y

    def forward(self, x):
        e = np.exp((x.T - x.max(1)).T)
        self.prob = e / e.sum(1)[:, None]
        # log of the probability would be -inf for hopeless classes: use the scores
        log_sum = np.log(e.sum(1)) + x.max(1)
        return (log_sum - x[np.arange(len(x)), self.y]).mean()

    def backward(self, dout=1.0):
        target = np.zeros_like(self.prob)
        target[np.arange(len(target)), self.y] = 1
        return dout * (self.prob - target) / len(target)


class Conv(Layer):
    def __init__(self, w, b, conv_param):
        self.w, self.b = w, b
        self.stride, self.pad = conv_param['stride'], conv_param['pad']

    @property
    def kernel(self):
        return self.w.shape[2:]

    def window(self, i, j):
        top, left = i * self.stride, j * self.stride
        return slice(top, top + self.kernel[0]), slice(left, left + self.kernel[1])

    def forward(self, x):
        p = self.pad
        self.size = x.shape[2:]
        self.x = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)), 'constant')
        n_out = [(big - k) // self.stride + 1 for big, k in zip(self.x.shape[2:], self.kernel)]
        out = np.zeros((x.shape[0], self.w.shape[0], *n_out))
        for i in range(n_out[0]):
            for j in range(n_out[1]):
                r, c = self.window(i, j)
                for f, kernel in enumerate(self.w):
                    out[:, f, i, j] = (self.x[:, :, r, c] * kernel).sum((1, 2, 3))
                    out[:, f, i, j] += self.b[f]
        return out

    def backward(self, dout):
        self.dw, self.db = np.zeros(self.w.shape), np.zeros(self.b.shape)
        dx = np.zeros(self.x.shape)
        for i in range(dout.shape[2]):
            for j in range(dout.shape[3]):
                r, c = self.window(i, j)
                for f in range(len(self.w)):
                    g = dout[:, f, i, j].reshape(-1, 1, 1, 1)
                    self.dw[f] += (g * self.x[:, :, r, c]).sum(0)
                    dx[:, :, r, c] += g * self.w[f]
                    self.db[f] += g.sum()
        h, w = self.size
        return dx[:, :, self.pad:self.pad + h, self.pad:self.pad + w].copy()


class MaxPool(Layer):
    def __init__(self, pool_param):
        self.h = pool_param['pool_height']
        self.w = pool_param['pool_width']
        self.s = pool_param['stride']

    def forward(self, x):
        self.x = x
        n, c, H, W = x.shape
        out = np.full((n, c, (H - self.h) // self.s + 1, (W - self.w) // self.s + 1), -np.inf)
        for i in range(out.shape[2]):
            for j in range(out.shape[3]):
                for a in range(self.h):
                    for b in range(self.w):
                        out[:, :, i, j] = np.maximum(out[:, :, i, j],
                                                     x[:, :, i * self.s + a, j * self.s + b])
        self.out = out
        return out

    def backward(self, dout):
        dx = np.zeros_like(self.x)
        for i in range(dout.shape[2]):
            for j in range(dout.shape[3]):
                free = np.ones(dout.shape[:2], dtype=bool)  # nobody has got the gradient yet
                for a in range(self.h):
                    for b in range(self.w):
                        r, c = i * self.s + a, j * self.s + b
                        won = free & (self.x[:, :, r, c] == self.out[:, :, i, j])
                        dx[:, :, r, c][won] += dout[:, :, i, j][won]
                        free &= ~won
        return dx


class SpatialNorm(Layer):
    def __init__(self, gamma, beta, bn_param):
        self.gamma, self.beta, self.param = gamma, beta, bn_param
        self.eps = bn_param.get('eps', 1e-5)

    def forward(self, x):
        m = self.param.get('momentum', 0.9)
        zeros = np.zeros(x.shape[1])
        mean, var = self.param.get('running_mean', zeros), self.param.get('running_var', zeros)
        if self.param['mode'] == 'train':
            batch_mean = x.mean(axis=(0, 2, 3))
            batch_var = np.square(x - batch_mean[None, :, None, None]).mean(axis=(0, 2, 3))
            self.param['running_mean'] = m * mean + (1 - m) * batch_mean
            self.param['running_var'] = m * var + (1 - m) * batch_var
            mean, var = batch_mean, batch_var
        self.n = x.size // x.shape[1]
        self.centred = x - mean[None, :, None, None]
        self.inv = (1.0 / np.sqrt(var + self.eps))[None, :, None, None]
        self.hat = self.centred * self.inv
        return self.gamma[None, :, None, None] * self.hat + self.beta[None, :, None, None]

    def backward(self, dout):
        over = dict(axis=(0, 2, 3), keepdims=True)
        self.dgamma = (dout * self.hat).sum(axis=(0, 2, 3))
        self.dbeta = dout.sum(axis=(0, 2, 3))
        dhat = dout * self.gamma[None, :, None, None]
        if self.param['mode'] != 'train':
            return dhat * self.inv
        # x_hat = centred * inv, inv = (var + eps) ** -1/2, var = mean(centred ** 2)
        dinv = (dhat * self.centred).sum(**over)
        dvar = -0.5 * self.inv ** 3 * dinv
        dcentred = dhat * self.inv + 2.0 / self.n * self.centred * dvar
        return dcentred - dcentred.sum(**over) / self.n


def affine_forward(x, w, b):
    layer = Affine(w, b)
    return layer(x), layer


def affine_backward(dout, cache):
    return cache.backward(dout), cache.dw, cache.db


def relu_forward(x):
    layer = Relu()
    return layer(x), layer


def relu_backward(dout, cache):
    return cache.backward(dout)


def softmax_loss(x, y):
    layer = Softmax(y)
    return layer(x), layer.backward()


def conv_forward_naive(x, w, b, conv_param):
    layer = Conv(w, b, conv_param)
    return layer(x), layer


def conv_backward_naive(dout, cache):
    return cache.backward(dout), cache.dw, cache.db


def max_pool_forward_naive(x, pool_param):
    layer = MaxPool(pool_param)
    return layer(x), layer


def max_pool_backward_naive(dout, cache):
    return cache.backward(dout)


def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    layer = SpatialNorm(gamma, beta, bn_param)
    return layer(x), layer


def spatial_batchnorm_backward(dout, cache):
    return cache.backward(dout), cache.dgamma, cache.dbeta

import numpy as np
from functools import partial


class Function:
    """A layer as a pair of static methods."""

    @classmethod
    def apply(cls, *args):
        return cls.forward(*args)


class Affine(Function):
    @staticmethod
    def forward(x, w, b):
        x2 = x.reshape(x.shape[0], -1)
        return (x2[:, :, None] * w[None]).sum(1) + b if x2.size * w.shape[1] < 1000 else x2 @ w + b, (x, w)

    @staticmethod
    def backward(dout, cache):
        x, w = cache
        return (dout @ w.T).reshape(x.shape), x.reshape(x.shape[0], -1).T @ dout, dout.sum(axis=0)


class Relu(Function):
    forward = staticmethod(lambda x: (np.where(x > 0, x, 0 * x), x))
    backward = staticmethod(lambda dout, cache: np.where(cache > 0, dout, 0 * dout))


class BatchNorm(Function):
    @staticmethod
    def forward(x, gamma, beta, bn_param):
        mode, eps = bn_param['mode'], bn_param.get('eps', 1e-5)
        keep = bn_param.get('momentum', 0.9)
        mean = bn_param.get('running_mean', np.zeros_like(x[0]))
        var = bn_param.get('running_var', np.zeros_like(x[0]))
        if mode == 'train':
            now = np.mean(x, axis=0), np.std(x, axis=0) ** 2
            bn_param['running_mean'] = keep * mean + (1 - keep) * now[0]
            bn_param['running_var'] = keep * var + (1 - keep) * now[1]
            mean, var = now
        else:
            bn_param['running_mean'], bn_param['running_var'] = mean, var
        std = np.sqrt(var + eps)
        hat = (x - mean) / std
        return gamma * hat + beta, (hat, std, gamma, mode)

    @staticmethod
    def backward(dout, cache):
        hat, std, gamma, mode = cache
        n = dout.shape[0]
        total, along = np.sum(dout, axis=0), np.sum(dout * hat, axis=0)
        inner = n * dout - total - hat * along if mode == 'train' else n * dout
        return gamma / (n * std) * inner, along, total


class Dropout(Function):
    @staticmethod
    def forward(x, dropout_param):
        p, mode = dropout_param['p'], dropout_param['mode']
        if 'seed' in dropout_param:
            np.random.seed(dropout_param['seed'])
        factor = np.ones(x.shape)
        if mode == 'train':
            factor = (np.random.rand(*x.shape) < p) / p
        return (x * factor).astype(x.dtype), (dropout_param, factor)

    @staticmethod
    def backward(dout, cache):
        return dout * cache[1]


class SoftmaxLoss:
    def __call__(self, x, y):
        self.x = x - x.max(axis=1, keepdims=True)
        return self.value(y), self.gradient(y)

    def value(self, y):
        return np.mean(np.log(np.exp(self.x).sum(axis=1)) - self.x[np.arange(len(y)), y])

    def gradient(self, y):
        p = np.exp(self.x)
        p /= p.sum(axis=1, keepdims=True)
        return (p - (np.arange(p.shape[1]) == np.reshape(y, (-1, 1)))) / len(y)


affine_forward, affine_backward = Affine.forward, Affine.backward
relu_forward, relu_backward = Relu.forward, Relu.backward
batchnorm_forward, batchnorm_backward = BatchNorm.apply, BatchNorm.backward
dropout_forward, dropout_backward = Dropout.apply, Dropout.backward
softmax_loss = SoftmaxLoss()

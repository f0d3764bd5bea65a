import numpy as np


class Affine:
    @staticmethod
    def forward(x, w, b):
        return x.reshape((x.shape[0], w.shape[0])) @ w + b, (x, w)

    @staticmethod
    def backward(dout, cache):
        x, w = cache
        return (dout @ w.T).reshape(x.shape), x.reshape((len(x), -1)).T @ dout, dout.sum(axis=0)


class Relu:
    @staticmethod
    def forward(x):
        return x * (x > 0), x > 0

    @staticmethod
    def backward(dout, cache):
        return dout * cache


class Dropout:
    @staticmethod
    def mask(shape, p, seed=None):
        if seed is not None:
            np.random.seed(seed)
        numbers = np.random.rand(*shape[::-1]).T
        return (numbers > 1 - p).astype(float) / p

    @classmethod
    def forward(cls, x, dropout_param):
        if dropout_param['mode'] == 'test':
            return x, {}
        mask = cls.mask(x.shape, dropout_param['p'], dropout_param.get('seed'))
        return (x * mask).astype(x.dtype), {'mask': mask}

    @staticmethod
    def backward(dout, cache):
        return dout * cache.get('mask', 1.0)


class Softmax:
    @staticmethod
    def loss(x, y):
        rows = np.arange(x.shape[0])
        e = np.exp(x - x.max(1, keepdims=True))
        loss = np.log(e.sum(1)) - (x - x.max(1, keepdims=True))[rows, y]
        dx = e / e.sum(1, keepdims=True)
        dx[rows, y] -= 1
        return loss.mean(), dx / x.shape[0]


affine_forward, affine_backward = Affine.forward, Affine.backward
relu_forward, relu_backward = Relu.forward, Relu.backward
dropout_forward = Dropout.forward
dropout_backward = Dropout.backward
softmax_loss = Softmax.loss

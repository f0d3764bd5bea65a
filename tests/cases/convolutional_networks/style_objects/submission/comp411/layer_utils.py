from comp411.layers import *
from comp411.fast_layers import *


class FastConv(Layer):
    def __init__(self, w, b, conv_param):
        self.w, self.b, self.conv_param = w, b, conv_param

    def forward(self, x):
        out, self.cache = conv_forward_fast(x, self.w, self.b, self.conv_param)
        return out

    def backward(self, dout):
        dx, self.dw, self.db = conv_backward_fast(dout, self.cache)
        return dx


class FastMaxPool(Layer):
    def __init__(self, pool_param):
        self.pool_param = pool_param

    def forward(self, x):
        out, self.cache = max_pool_forward_fast(x, self.pool_param)
        return out

    def backward(self, dout):
        return max_pool_backward_fast(dout, self.cache)


class Sequential(Layer):
    def __init__(self, *layers):
        self.layers = layers

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    def backward(self, dout):
        for layer in self.layers[::-1]:
            dout = layer.backward(dout)
        return dout

    @property
    def dw(self):
        return self.layers[0].dw

    @property
    def db(self):
        return self.layers[0].db


def affine_relu_forward(x, w, b):
    net = Sequential(Affine(w, b), Relu())
    return net(x), net


def conv_relu_forward(x, w, b, conv_param):
    net = Sequential(FastConv(w, b, conv_param), Relu())
    return net(x), net


def conv_relu_pool_forward(x, w, b, conv_param, pool_param):
    net = Sequential(FastConv(w, b, conv_param), Relu(), FastMaxPool(pool_param))
    return net(x), net


def affine_relu_backward(dout, cache):
    return cache.backward(dout), cache.dw, cache.db


conv_relu_backward = affine_relu_backward
conv_relu_pool_backward = affine_relu_backward

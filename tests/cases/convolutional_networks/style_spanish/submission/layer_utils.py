# -*- coding: utf-8 -*-
from layers import *
from fast_layers import *


def affine_relu_forward(x, w, b):
    a, c1 = affine_forward(x, w, b)
    out, c2 = relu_forward(a)
    return out, [c1, c2]


def affine_relu_backward(dout, cache):
    c1, c2 = cache
    return affine_backward(relu_backward(dout, c2), c1)


def conv_relu_forward(x, w, b, conv_param):
    # se usa la convolución propia, que ya es bastante rápida
    a, c1 = conv_forward_naive(x, w, b, conv_param)
    out, c2 = relu_forward(a)
    return out, [c1, c2]


def conv_relu_backward(dout, cache):
    c1, c2 = cache
    return conv_backward_naive(relu_backward(dout, c2), c1)


def conv_relu_pool_forward(x, w, b, conv_param, pool_param):
    a, c = conv_relu_forward(x, w, b, conv_param)
    out, c3 = max_pool_forward_naive(a, pool_param)
    return out, c + [c3]


def conv_relu_pool_backward(dout, cache):
    return conv_relu_backward(max_pool_backward_naive(dout, cache[-1]), cache[:-1])

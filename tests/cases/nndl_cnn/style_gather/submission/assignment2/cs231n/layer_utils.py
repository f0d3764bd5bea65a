from cs231n.layers import *
from cs231n.fast_layers import *


def affine_relu_forward(x, w, b):
    a, c1 = affine_forward(x, w, b)
    out, c2 = relu_forward(a)
    return out, dict(c1=c1, c2=c2)


def affine_relu_backward(dout, cache):
    return affine_backward(relu_backward(dout, cache['c2']), cache['c1'])


def conv_relu_forward(x, w, b, conv_param):
    a, c1 = conv_forward_fast(x, w, b, conv_param)
    out, c2 = relu_forward(a)
    return out, dict(c1=c1, c2=c2)


def conv_relu_backward(dout, cache):
    return conv_backward_fast(relu_backward(dout, cache['c2']), cache['c1'])


def conv_relu_pool_forward(x, w, b, conv_param, pool_param):
    a, cache = conv_relu_forward(x, w, b, conv_param)
    out, c3 = max_pool_forward_fast(a, pool_param)
    cache.update(c3=c3)
    return out, cache


def conv_relu_pool_backward(dout, cache):
    return conv_relu_backward(max_pool_backward_fast(dout, cache['c3']), cache)

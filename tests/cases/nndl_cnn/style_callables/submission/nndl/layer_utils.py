from nndl.layers import *
from utils.fast_layers import *


def _then_relu(first, *args):
    a, cache = first(*args)
    out, relu = relu_forward(a)
    return out, (cache, relu)


def affine_relu_forward(x, w, b):
    return _then_relu(affine_forward, x, w, b)


def conv_relu_forward(x, w, b, conv_param):
    return _then_relu(conv_forward_fast, x, w, b, conv_param)


def conv_relu_pool_forward(x, w, b, conv_param, pool_param):
    a, cache = conv_relu_forward(x, w, b, conv_param)
    out, pool = max_pool_forward_fast(a, pool_param)
    return out, (*cache, pool)


def affine_relu_backward(dout, cache):
    return affine_backward(relu_backward(dout, cache[1]), cache[0])


def conv_relu_backward(dout, cache):
    return conv_backward_fast(relu_backward(dout, cache[1]), cache[0])


def conv_relu_pool_backward(dout, cache):
    return conv_relu_backward(max_pool_backward_fast(dout, cache[2]), cache[:2])

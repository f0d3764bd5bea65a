import numpy as np
from .conv_layers import *
from .layers import *


def conv_relu_forward(x, w, b, conv_param):
    a, cache = conv_forward_naive(x, w, b, conv_param)
    return np.maximum(a, 0), (cache, a > 0)


def conv_relu_backward(dout, cache):
    return conv_backward_naive(dout * cache[1], cache[0])


def conv_relu_pool_forward(x, w, b, conv_param, pool_param):
    a, cache = conv_relu_forward(x, w, b, conv_param)
    out, pool_cache = max_pool_forward_naive(a, pool_param)
    return out, (cache, pool_cache)


def conv_relu_pool_backward(dout, cache):
    return conv_relu_backward(max_pool_backward_naive(dout, cache[1]), cache[0])

from src.layers import *
from src.layers import forward, backward
from utils.fast_layers import *


@forward
def conv_relu_forward(x, w, b, conv_param):
    a, conv = conv_forward_fast(x, w, b, conv_param)
    out, relu = relu_forward(a)
    dout = yield out
    yield conv_backward_fast(backward(dout, relu), conv)


@forward
def conv_relu_pool_forward(x, w, b, conv_param, pool_param):
    a, conv_relu = conv_relu_forward(x, w, b, conv_param)
    out, pool = max_pool_forward_fast(a, pool_param)
    dout = yield out
    yield backward(max_pool_backward_fast(dout, pool), conv_relu)


def conv_relu_backward(dout, cache):
    return next_gradient(dout, cache)


def conv_relu_pool_backward(dout, cache):
    return next_gradient(dout, cache)


next_gradient = backward

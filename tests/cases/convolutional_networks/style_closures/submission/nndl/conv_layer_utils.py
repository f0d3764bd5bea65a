from .layers import relu_forward
from utils.fast_layers import (conv_backward_fast, conv_forward_fast, max_pool_backward_fast,
                               max_pool_forward_fast)


def conv_relu_forward(x, w, b, conv_param):
    a, conv_cache = conv_forward_fast(x, w, b, conv_param)
    out, relu_back = relu_forward(a)
    return out, lambda dout: conv_backward_fast(relu_back(dout), conv_cache)


def conv_relu_pool_forward(x, w, b, conv_param, pool_param):
    a, before = conv_relu_forward(x, w, b, conv_param)
    out, pool_cache = max_pool_forward_fast(a, pool_param)
    return out, lambda dout: before(max_pool_backward_fast(dout, pool_cache))


def conv_relu_backward(dout, cache):
    return cache(dout)


def conv_relu_pool_backward(dout, cache):
    return cache(dout)

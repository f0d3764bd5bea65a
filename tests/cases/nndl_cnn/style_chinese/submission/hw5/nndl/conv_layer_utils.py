from nndl.layers import *
from utils.fast_layers import *


def conv_relu_forward(x, w, b, conv_param):
    out, conv_cache = conv_forward_fast(x, w, b, conv_param)
    out, relu_cache = relu_forward(out)
    return out, (conv_cache, relu_cache)


def conv_relu_backward(dout, cache):
    conv_cache, relu_cache = cache
    return conv_backward_fast(relu_backward(dout, relu_cache), conv_cache)


def conv_relu_pool_forward(x, w, b, conv_param, pool_param):
    out, conv_cache = conv_forward_fast(x, w, b, conv_param)
    out, relu_cache = relu_forward(out)
    out, pool_cache = max_pool_forward_fast(out, pool_param)
    return out, (conv_cache, relu_cache, pool_cache)


def conv_relu_pool_backward(dout, cache):
    conv_cache, relu_cache, pool_cache = cache
    dout = max_pool_backward_fast(dout, pool_cache)
    dout = relu_backward(dout, relu_cache)
    return conv_backward_fast(dout, conv_cache)

from .layers import *
from .fast_layers import *
pass


def affine_relu_forward(x, w, b):
    out, fc = affine_forward(x, w, b)
    maximum(out, 0, out=out)
    return out, (fc, out)


def affine_relu_backward(dout, cache):
    fc, out = cache
    return affine_backward(dout * (out != 0), fc)


def conv_relu_forward(x, w, b, conv_param):
    out, conv = conv_forward_fast(x, w, b, conv_param)
    out = maximum(out, 0)
    return out, (conv, out)


def conv_relu_backward(dout, cache):
    conv, out = cache
    return conv_backward_fast(dout * (out != 0), conv)


def conv_relu_pool_forward(x, w, b, conv_param, pool_param):
    out, conv = conv_forward_fast(x, w, b, conv_param)
    # pooling first: the larger of two positive parts is the positive part of the larger
    out, pool = max_pool_forward_fast(out, pool_param)
    out = maximum(out, 0)
    return out, (conv, pool, out)


def conv_relu_pool_backward(dout, cache):
    conv, pool, out = cache
    return conv_backward_fast(max_pool_backward_fast(dout * (out > 0), pool), conv)

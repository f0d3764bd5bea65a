from .layers import *
from .fast_layers import *


def affine_relu_forward(x, w, b):
    h, c1 = affine_forward(x=x, w=w, b=b)
    out, c2 = relu_forward(x=h)
    return out, {'affine': c1, 'relu': c2}


def affine_relu_backward(dout, cache):
    return affine_backward(dout=relu_backward(dout=dout, cache=cache['relu']),
                           cache=cache['affine'])


def conv_relu_forward(x, w, b, conv_param):
    h, c1 = conv_forward_fast(x, w, b, conv_param=conv_param)
    out, c2 = relu_forward(x=h)
    return out, {'conv': c1, 'relu': c2}


def conv_relu_backward(dout, cache):
    return conv_backward_fast(relu_backward(dout=dout, cache=cache['relu']), cache['conv'])


def conv_relu_pool_forward(x, w, b, conv_param, pool_param):
    h, cache = conv_relu_forward(x=x, w=w, b=b, conv_param=conv_param)
    out, cache['pool'] = max_pool_forward_fast(h, pool_param=pool_param)
    return out, cache


def conv_relu_pool_backward(dout, cache):
    return conv_relu_backward(dout=max_pool_backward_fast(dout, cache['pool']), cache=cache)

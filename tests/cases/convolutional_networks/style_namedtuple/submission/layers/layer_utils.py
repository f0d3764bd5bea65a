from layers.layers import *
from layers.fast_conv_layers import *


def _chain_forward(x, *steps):
    caches = []
    for forward, *arguments in steps:
        x, cache = forward(x, *arguments)
        caches.append(cache)
    return x, caches


def _chain_backward(dout, caches, *steps):
    others = ()
    for backward, cache in zip(reversed(steps), reversed(caches)):
        dout = backward(dout, cache)
        if isinstance(dout, tuple):
            dout, *others = dout
    return (dout, *others)


def affine_relu_forward(x, w, b):
    return _chain_forward(x, (affine_forward, w, b), (relu_forward,))


def affine_relu_backward(dout, cache):
    return _chain_backward(dout, cache, affine_backward, relu_backward)


def conv_relu_forward(x, w, b, conv_param):
    return _chain_forward(x, (conv_forward_fast, w, b, conv_param), (relu_forward,))


def conv_relu_backward(dout, cache):
    return _chain_backward(dout, cache, conv_backward_fast, relu_backward)


def conv_relu_pool_forward(x, w, b, conv_param, pool_param):
    return _chain_forward(x, (conv_forward_fast, w, b, conv_param), (relu_forward,),
                          (max_pool_forward_fast, pool_param))


def conv_relu_pool_backward(dout, cache):
    return _chain_backward(dout, cache, conv_backward_fast, relu_backward, max_pool_backward_fast)

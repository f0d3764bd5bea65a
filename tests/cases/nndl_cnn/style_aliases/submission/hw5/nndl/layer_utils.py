from nndl.layers import *
from utils.fast_layers import conv_forward_fast, conv_backward_fast
from utils.fast_layers import max_pool_forward_fast, max_pool_backward_fast

if True:  # was: if USE_FAST
    conv, dconv, pool, dpool = (conv_forward_fast, conv_backward_fast,
                                max_pool_forward_fast, max_pool_backward_fast)


def affine_relu_forward(x, w, b):
    out, c1 = affine_forward(x, w, b)
    out, c2 = relu_forward(out)
    return out, (c1, c2)


def affine_relu_backward(dout, cache):
    return affine_backward(relu_backward(dout, cache[1]), cache[0])


def conv_relu_forward(x, w, b, conv_param):
    out, c1 = conv(x, w, b, conv_param)
    out, c2 = relu_forward(out)
    return out, (c1, c2)


def conv_relu_backward(dout, cache):
    return dconv(relu_backward(dout, cache[1]), cache[0])


def conv_relu_pool_forward(x, w, b, conv_param, pool_param):
    out, c1 = conv_relu_forward(x, w, b, conv_param)
    out, c2 = pool(out, pool_param)
    return out, (c1, c2)


def conv_relu_pool_backward(dout, cache):
    return conv_relu_backward(dpool(dout, cache[1]), cache[0])

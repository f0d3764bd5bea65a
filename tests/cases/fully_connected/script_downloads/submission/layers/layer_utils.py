from layers.layers import *
from layers.fast_conv_layers import *


def affine_relu_forward(x, w, b):
    hidden, c1 = affine_forward(x, w, b)
    out, c2 = relu_forward(hidden)
    return out, [c1, c2]


def affine_relu_backward(dout, cache):
    c1, c2 = cache
    return affine_backward(relu_backward(dout, c2), c1)

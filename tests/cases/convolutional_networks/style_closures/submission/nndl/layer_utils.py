from .layers import *


def affine_relu_forward(x, w, b):
    a, affine_back = affine_forward(x, w, b)
    out, relu_back = relu_forward(a)
    return out, lambda dout: affine_back(relu_back(dout))


def affine_relu_backward(dout, cache):
    return cache(dout)

from .layers import *


def affine_relu_forward(x, w, b):
    a, back_affine = affine_forward(x, w, b)
    out, back_relu = relu_forward(a)
    return out, lambda dout: back_affine(back_relu(dout))


def affine_relu_backward(dout, cache):
    return cache(dout)

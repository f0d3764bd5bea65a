from .layers import *


def affine_relu_forward(x, w, b):
    a, fc = affine_forward(x, w, b)
    out, r = relu_forward(a)
    return out, fc + [r]


def affine_relu_backward(dout, cache):
    return affine_backward(relu_backward(dout, cache[-1]), cache[:-1])

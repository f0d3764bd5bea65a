from deep_learning.layers import *


def affine_relu_forward(x, w, b):
    a, c1 = affine_forward(x, w, b)
    r, c2 = relu_forward(a)
    return r, (c1, c2)


def affine_relu_backward(dout, cache):
    return affine_backward(relu_backward(dout, cache[1]), cache[0])

from .layers import *


def affine_relu_forward(x, w, b):
    a, c1 = affine_forward(x, w, b)
    out, c2 = relu_forward(a)
    return out, (c1, c2)


affine_relu_backward = lambda dout, cache: affine_backward(relu_backward(dout, cache[1]), cache[0])

from .layers import *


def affine_relu_forward(x, w, b):
    a, fc = affine_forward(x, w, b)
    return np.maximum(a, 0), {'fc': fc, '激活': a}


def affine_relu_backward(dout, cache):
    return affine_backward(dout=dout * (cache['激活'] > 0), cache=cache['fc'])

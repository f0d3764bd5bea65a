from .layers import *

def affine_relu_forward(x, w, b):
    a, cache_affine = affine_forward(x, w, b)
    out, cache_relu = relu_forward(a)
    return out, (cache_affine, cache_relu)

def affine_relu_backward(dout, cache):
    cache_affine, cache_relu = cache
    return affine_backward(relu_backward(dout, cache_relu), cache_affine)

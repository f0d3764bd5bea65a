from . import layers
from .layers import AFFINE, Relu


def affine_relu_forward(x, w, b):
    out, affine_cache = layers.affine_forward(x, w, b)
    out, relu_cache = layers.relu_forward(out)
    return out, {'affine': affine_cache, 'relu': relu_cache}


def affine_relu_backward(dout, cache):
    return layers.affine_backward(layers.relu_backward(dout, cache['relu']), cache['affine'])

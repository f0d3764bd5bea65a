from .layers import *

def affine_relu_forward(x, w, b):
    a, fc_cache = affine_forward(x, w, b)
    out, relu_cache = relu_forward(a)
    cache = (fc_cache, relu_cache)
    return out, cache

def affine_relu_backward(dout, cache):
    fc_cache, relu_cache = cache
    da = relu_backward(dout, relu_cache)
    dx, dw, db = affine_backward(da, fc_cache)
    return dx, dw, db

def block_forward(x, w, b, bn=None, dropout_param=None):
    """affine - [batch norm] - relu - [dropout]"""
    a, fc = affine_forward(x, w, b)
    bn_cache = drop = None
    if bn is not None:
        a, bn_cache = batchnorm_forward(a, *bn)
    out, relu = relu_forward(a)
    if dropout_param:
        out, drop = dropout_forward(out, dropout_param)
    return out, (fc, bn_cache, relu, drop)

def block_backward(dout, cache):
    fc, bn_cache, relu, drop = cache
    dgamma = dbeta = None
    if drop is not None:
        dout = dropout_backward(dout, drop)
    dout = relu_backward(dout, relu)
    if bn_cache is not None:
        dout, dgamma, dbeta = batchnorm_backward(dout, bn_cache)
    return affine_backward(dout, fc) + (dgamma, dbeta)

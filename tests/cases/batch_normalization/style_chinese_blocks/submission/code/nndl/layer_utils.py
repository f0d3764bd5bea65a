from .layers import *


def block_forward(x, w, b, norm=None, gamma=None, beta=None, bn_param=None, dropout_param=None):
    """ affine - [norm] - relu - [dropout] """
    out, fc = affine_forward(x, w, b)
    bn = do = None
    if norm == 'batchnorm':
        out, bn = batchnorm_forward(out, gamma, beta, bn_param)
    elif norm == 'layernorm':
        out, bn = layernorm_forward(out, gamma, beta, bn_param)
    out, re = relu_forward(out)
    if dropout_param:
        out, do = dropout_forward(out, dropout_param)
    return out, (fc, norm, bn, re, do)


def block_backward(dout, cache):
    fc, norm, bn, re, do = cache
    grads = {}
    if do is not None:
        dout = dropout_backward(dout, do)
    dout = relu_backward(dout, re)
    if norm is not None:
        back = batchnorm_backward_alt if norm == 'batchnorm' else layernorm_backward
        dout, grads['gamma'], grads['beta'] = back(dout, bn)
    dx, grads['W'], grads['b'] = affine_backward(dout, fc)
    return dx, grads

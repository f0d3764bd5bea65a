from .layers import *
import pdb


def affine_relu_forward(x, w, b):
  a, fc_cache = affine_forward(x, w, b)
  out, relu_cache = relu_forward(a)
  cache = (fc_cache, relu_cache)
  return out, cache


def affine_relu_backward(dout, cache):
  fc_cache, relu_cache = cache
  return affine_backward(relu_backward(dout, relu_cache), fc_cache)


def affine_batchnorm_relu_forward(x, w, b, gamma, beta, bn_param):
  a, affine_cache = affine_forward(x, w, b)
  n, norm_cache = batchnorm_forward(a, gamma, beta, bn_param)
  out, relu_cache = relu_forward(n)
  return out, (affine_cache, norm_cache, relu_cache)


def affine_batchnorm_relu_backward(dout, cache):
  affine_cache, norm_cache, relu_cache = cache
  dn = relu_backward(dout, relu_cache)
  da, dgamma, dbeta = batchnorm_backward(dn, norm_cache)
  return affine_backward(da, affine_cache) + (dgamma, dbeta)

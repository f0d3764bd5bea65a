from .layers import *
import pdb


def affine_relu_forward(x, w, b):
  """An affine layer followed by a ReLU; complete as handed out."""
  a, fc_cache = affine_forward(x, w, b)
  out, relu_cache = relu_forward(a)
  cache = (fc_cache, relu_cache)
  return out, cache


def affine_relu_backward(dout, cache):
  """Backward pass of the affine-relu layer; complete as handed out."""
  fc_cache, relu_cache = cache
  da = relu_backward(dout, relu_cache)
  dx, dw, db = affine_backward(da, fc_cache)
  return dx, dw, db

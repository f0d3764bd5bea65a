import functools

import numpy as np

_generator = np.random.default_rng()


def repeatable(draw):
  """Use the generator of everybody, or a new one where a seed is asked for."""
  @functools.wraps(draw)
  def wrapped(shape, p, seed=None):
    return draw(shape, p, _generator if seed is None else np.random.default_rng(seed))
  return wrapped


@repeatable
def mask_of(shape, p, generator):
  return np.less(generator.random(shape), p) * np.float64(1 / p)


def dropout_forward(x, dropout_param):
  mask = None
  if dropout_param['mode'] == 'train':
    mask = mask_of(x.shape, dropout_param['p'], dropout_param.get('seed'))
  out = x.copy() if mask is None else (x * mask).astype(x.dtype)
  return out, (dropout_param, mask)


def dropout_backward(dout, cache):
  _, mask = cache
  return dout.copy() if mask is None else dout * mask

import numpy as np
import torch
from numba import njit


def sgd(w, dw, config=None):
  if config is None: config = {}
  config.setdefault('learning_rate', 1e-2)

  w -= config['learning_rate'] * dw
  return w, config


def sgd_momentum(w, dw, config=None):
  if config is None: config = {}
  config.setdefault('learning_rate', 1e-2)
  config.setdefault('momentum', 0.9) # set momentum to 0.9 if it wasn't there
  v = config.get('velocity', np.zeros_like(w))   # gets velocity, else sets it to zero.

  v *= config['momentum']
  v -= config['learning_rate'] * dw
  next_w = w + v

  config['velocity'] = v

  return next_w, config


def sgd_nesterov_momentum(w, dw, config=None):
  if config is None: config = {}
  config.setdefault('learning_rate', 1e-2)
  config.setdefault('momentum', 0.9)
  v_old = config.get('velocity', np.zeros_like(w))

  v = config['momentum'] * v_old - config['learning_rate'] * dw
  next_w = w + v + config['momentum'] * (v - v_old)

  config['velocity'] = v
  return next_w, config


def rmsprop(w, dw, config=None):
  if config is None: config = {}
  config.setdefault('learning_rate', 1e-2)
  config.setdefault('decay_rate', 0.99)
  config.setdefault('epsilon', 1e-8)
  config.setdefault('a', np.zeros_like(w))

  p = torch.nn.Parameter(torch.from_numpy(w))
  p.grad = torch.from_numpy(dw)
  rule = torch.optim.RMSprop([p], lr=config['learning_rate'], alpha=config['decay_rate'])
  rule.step()
  return p.detach().numpy(), config


def adam(w, dw, config=None):
  if config is None: config = {}
  config.setdefault('learning_rate', 1e-3)
  config.setdefault('beta1', 0.9)
  config.setdefault('beta2', 0.999)
  config.setdefault('epsilon', 1e-8)
  config.setdefault('v', np.zeros_like(w))
  config.setdefault('a', np.zeros_like(w))
  config.setdefault('t', 0)

  t = config['t'] + 1
  v = config['beta1'] * config['v'] + (1.0 - config['beta1']) * dw
  a = config['beta2'] * config['a'] + (1.0 - config['beta2']) * dw ** 2
  v_u = v / (1 - np.power(config['beta1'], t))
  a_u = a / (1 - np.power(config['beta2'], t))
  next_w = w - config['learning_rate'] * v_u / (np.sqrt(a_u) + config['epsilon'])

  config['t'] = t
  config['v'] = v
  config['a'] = a

  return next_w, config

import numpy as np
from collections import defaultdict


def sgd(w, dw, config=None):
    config = config or {}
    return w - config.setdefault('learning_rate', 1e-2) * dw, config


def sgd_momentum(w, dw, config=None):
    """ 带动量的随机梯度下降 """
    if config is None: config = {}
    mu = config.setdefault('momentum', .9)
    lr = config.setdefault('learning_rate', 1e-2)
    v = config.setdefault('velocity', np.zeros(w.shape, w.dtype))
    config['velocity'] = np.add(mu * v, -lr * dw)
    return np.add(w, config['velocity']), config


def rmsprop(w, dw, config=None):
    if config is None: config = {}
    rho = config.setdefault('decay_rate', .99)
    c = config.setdefault('cache', np.zeros(w.shape, w.dtype))
    config['cache'] = c + (1 - rho) * (dw ** 2 - c)
    step = dw / (np.sqrt(config['cache']) + config.setdefault('epsilon', 1e-8))
    return w - config.setdefault('learning_rate', 1e-2) * step, config


def adam(w, dw, config=None):
    if config is None: config = {}
    lr, b1 = config.setdefault('learning_rate', 1e-3), config.setdefault('beta1', .9)
    b2, eps = config.setdefault('beta2', .999), config.setdefault('epsilon', 1e-8)
    config['t'] = config.get('t', 0) + 1
    for name, beta, value in (('m', b1, dw), ('v', b2, dw ** 2)):
        config[name] = beta * config.get(name, 0) + (1 - beta) * value
    # 偏差修正
    修正 = lambda name, beta: config[name] / (1 - np.power(beta, config['t']))
    return w - lr * 修正('m', b1) / (np.sqrt(修正('v', b2)) + eps), config

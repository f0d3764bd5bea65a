from numpy import *


def sgd(w, dw, config=None):
    if config is None: config = {}
    config.setdefault('learning_rate', 1e-2)
    w -= config['learning_rate'] * dw
    return w, config


def sgd_momentum(w, dw, config=None):
    if config is None: config = {}
    config.setdefault('learning_rate', 1e-2)
    config.setdefault('momentum', 0.9)
    v = config.get('velocity', zeros_like(w))
    v *= config['momentum']
    v -= config['learning_rate'] * dw
    w += v
    config['velocity'] = v
    return w, config


def rmsprop(x, dx, config=None):
    if config is None: config = {}
    config.setdefault('learning_rate', 1e-2)
    config.setdefault('decay_rate', 0.99)
    config.setdefault('epsilon', 1e-8)
    config.setdefault('cache', zeros_like(x))
    config['cache'] *= config['decay_rate']
    config['cache'] += (1 - config['decay_rate']) * dx ** 2
    x += - config['learning_rate'] * dx / (sqrt(config['cache']) + config['epsilon'])
    return x, config


def adam(x, dx, config=None):
    if config is None: config = {}
    config.setdefault('learning_rate', 1e-3)
    config.setdefault('beta1', 0.9)
    config.setdefault('beta2', 0.999)
    config.setdefault('epsilon', 1e-8)
    config.setdefault('m', zeros_like(x))
    config.setdefault('v', zeros_like(x))
    config.setdefault('t', 0)
    config['t'] += 1
    b1, b2, t = config['beta1'], config['beta2'], config['t']
    config['m'] += (1 - b1) * (dx - config['m'])
    config['v'] += (1 - b2) * (dx * dx - config['v'])
    mt = config['m'] / (1 - b1 ** t)
    vt = config['v'] / (1 - b2 ** t)
    x -= config['learning_rate'] * mt / (sqrt(vt) + config['epsilon'])
    return x, config

import numpy as np

def sgd_momentum(w, dw, config=None):
    if config is None:
        config = {}
    lr = config.setdefault('learning_rate', 1e-2)
    mu = config.setdefault('momentum', 0.9)
    v = config.get('velocity', np.zeros_like(w))
    v = mu * v - lr * dw
    config['velocity'] = v
    return w + v, config

def rmsprop(w, dw, config=None):
    if config is None:
        config = {}
    lr = config.setdefault('learning_rate', 1e-2)
    decay = config.setdefault('decay_rate', 0.99)
    eps = config.setdefault('epsilon', 1e-8)
    cache = config.setdefault('cache', np.zeros_like(w))
    cache = decay*cache + (1-decay)*(dw**2)
    config['cache'] = cache
    return w - lr*dw/(np.sqrt(cache)+eps), config

def adam(w, dw, config=None):
    if config is None:
        config = {}
    lr = config.setdefault('learning_rate', 1e-3)
    beta1 = config.setdefault('beta1', 0.9)
    beta2 = config.setdefault('beta2', 0.999)
    eps = config.setdefault('epsilon', 1e-8)
    config.setdefault('m', np.zeros_like(w))
    config.setdefault('v', np.zeros_like(w))
    config.setdefault('t', 0)
    config['t'] = config['t'] + 1
    m, v, t = config['m'], config['v'], config['t']
    m = beta1*m + (1-beta1)*dw
    v = beta2*v + (1-beta2)*(dw**2)
    config['m'], config['v'] = m, v
    mb = m/(1-beta1**t)
    vb = v/(1-beta2**t)
    return w - lr*mb/(np.sqrt(vb)+eps), config

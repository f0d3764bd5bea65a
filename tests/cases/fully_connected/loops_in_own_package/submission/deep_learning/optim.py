import numpy as np


def sgd_momentum(w, dw, config=None):
    config = config or {}
    rate, mu = config.get('learning_rate', 1e-2), config.get('momentum', 0.9)
    old = config.get('velocity', np.zeros_like(w))
    new, next_w = np.zeros_like(w), np.zeros_like(w)
    for i in np.ndindex(*w.shape):
        new[i] = mu * old[i] - rate * dw[i]
        next_w[i] = w[i] + new[i]
    config['velocity'] = new
    return next_w, config


def rmsprop(w, dw, config=None):
    config = config or {}
    rate, decay = config.get('learning_rate', 1e-2), config.get('decay_rate', 0.99)
    eps, old = config.get('epsilon', 1e-8), config.get('cache', np.zeros_like(w))
    new, next_w = np.zeros_like(w), np.zeros_like(w)
    for i in np.ndindex(*w.shape):
        new[i] = decay * old[i] + (1 - decay) * dw[i] ** 2
        next_w[i] = w[i] - rate * dw[i] / (new[i] ** 0.5 + eps)
    config['cache'] = new
    return next_w, config


def adam(w, dw, config=None):
    config = config or {}
    rate = config.get('learning_rate', 1e-3)
    beta1, beta2 = config.get('beta1', 0.9), config.get('beta2', 0.999)
    eps, t = config.get('epsilon', 1e-8), config.get('t', 0) + 1
    m = config.get('m', np.zeros_like(w)).copy()
    v = config.get('v', np.zeros_like(w)).copy()
    next_w = np.zeros_like(w)
    for i in np.ndindex(*w.shape):
        m[i] = beta1 * m[i] + (1 - beta1) * dw[i]
        v[i] = beta2 * v[i] + (1 - beta2) * dw[i] ** 2
        step = (m[i] / (1 - beta1 ** t)) / ((v[i] / (1 - beta2 ** t)) ** 0.5 + eps)
        next_w[i] = w[i] - rate * step
    config.update(m=m, v=v, t=t)
    return next_w, config

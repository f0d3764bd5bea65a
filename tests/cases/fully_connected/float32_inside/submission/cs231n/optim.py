import numpy as np


def _f32(config):
    return {k: np.float32(v) if k != 't' else v for k, v in (config or {}).items()}


def sgd_momentum(w, dw, config=None):
    w, dw, config = np.float32(w), np.float32(dw), _f32(config)
    lr, mu = config.get('learning_rate', np.float32(1e-2)), config.get('momentum', np.float32(0.9))
    config['velocity'] = mu * config.get('velocity', np.zeros_like(w)) - lr * dw
    return w + config['velocity'], config


def rmsprop(w, dw, config=None):
    w, dw, config = np.float32(w), np.float32(dw), _f32(config)
    lr = config.get('learning_rate', np.float32(1e-2))
    rho, eps = config.get('decay_rate', np.float32(0.99)), config.get('epsilon', np.float32(1e-8))
    config['cache'] = rho * config.get('cache', np.zeros_like(w)) + (1 - rho) * dw * dw
    return w - lr * dw / (np.sqrt(config['cache']) + eps), config


def adam(w, dw, config=None):
    w, dw, config = np.float32(w), np.float32(dw), _f32(config)
    lr, eps = config.get('learning_rate', np.float32(1e-3)), np.float32(config.get('epsilon', 1e-8))
    b1, b2 = config.get('beta1', np.float32(0.9)), config.get('beta2', np.float32(0.999))
    t = config['t'] = config.get('t', 0) + 1
    config['m'] = b1 * config.get('m', np.zeros_like(w)) + (1 - b1) * dw
    config['v'] = b2 * config.get('v', np.zeros_like(w)) + (1 - b2) * dw * dw
    mhat = config['m'] / (1 - b1 ** t)
    vhat = config['v'] / (1 - b2 ** t)
    return w - lr * mhat / (np.sqrt(vhat) + eps), config

import numpy as np


def _with_defaults(config, **defaults):
    config = {} if config is None else config
    for key, value in defaults.items():
        config.setdefault(key, value)
    return config


def sgd(x, dx, config=None):
    config = _with_defaults(config, learning_rate=1e-2)
    return x - config['learning_rate'] * dx, config


def sgd_momentum(x, dx, config=None):
    config = _with_defaults(config, learning_rate=1e-2, momentum=0.9, velocity=np.zeros_like(x))
    config['velocity'] = config['momentum'] * config['velocity'] - config['learning_rate'] * dx
    return x + config['velocity'], config


def rmsprop(x, dx, config=None):
    config = _with_defaults(config, learning_rate=1e-2, decay_rate=0.99, epsilon=1e-8,
                            cache=np.zeros_like(x))
    rate = config['decay_rate']
    config['cache'] = rate * config['cache'] + (1 - rate) * np.square(dx)
    return x - config['learning_rate'] * dx / (np.sqrt(config['cache']) + config['epsilon']), config


def adam(x, dx, config=None):
    config = _with_defaults(config, learning_rate=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-8,
                            m=np.zeros_like(x), v=np.zeros_like(x), t=0)
    b1, b2 = config['beta1'], config['beta2']
    config['t'] += 1
    config['m'] = b1 * config['m'] + (1 - b1) * dx
    config['v'] = b2 * config['v'] + (1 - b2) * np.square(dx)
    scale = config['learning_rate'] * np.sqrt(1 - b2 ** config['t']) / (1 - b1 ** config['t'])
    # epsilon is scaled along so that this is the textbook's step exactly
    root = np.sqrt(config['v']) + config['epsilon'] * np.sqrt(1 - b2 ** config['t'])
    return x - scale * config['m'] / root, config

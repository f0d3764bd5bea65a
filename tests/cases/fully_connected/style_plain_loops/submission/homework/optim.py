from numpy import sqrt, zeros


def setting(config, name, otherwise):
    if name not in config:
        config[name] = otherwise
    return config[name]


def sgd(w, dw, config=None):
    config = {} if config is None else config
    return w - setting(config, 'learning_rate', 0.01) * dw, config


def sgd_momentum(w, dw, config=None):
    config = {} if config is None else config
    rate, friction = setting(config, 'learning_rate', 0.01), setting(config, 'momentum', 0.9)
    # velocity downhill is kept with the sign of the step
    step = friction * setting(config, 'velocity', zeros(w.shape)) - rate * dw
    config['velocity'] = step
    next_w = w.copy()
    next_w += step
    return next_w, config


def rmsprop(w, dw, config=None):
    config = {} if config is None else config
    keep = setting(config, 'decay_rate', 0.99)
    squares = keep * setting(config, 'cache', zeros(w.shape)) + (1 - keep) * pow(dw, 2)
    config['cache'] = squares
    scale = setting(config, 'learning_rate', 0.01) / (sqrt(squares) + setting(config, 'epsilon', 1e-8))
    return w - scale * dw, config


def adam(w, dw, config=None):
    config = {} if config is None else config
    b1, b2 = setting(config, 'beta1', 0.9), setting(config, 'beta2', 0.999)
    m, v = setting(config, 'm', zeros(w.shape)), setting(config, 'v', zeros(w.shape))
    t = setting(config, 't', 0) + 1
    m = b1 * m + (1 - b1) * dw
    v = b2 * v + (1 - b2) * pow(dw, 2)
    config['m'] = m
    config['v'] = v
    config['t'] = t
    # the corrections as one rate, as at the end of section 2 of the paper; epsilon is moved along
    rate = setting(config, 'learning_rate', 0.001) * sqrt(1 - b2 ** t) / (1 - b1 ** t)
    eps = setting(config, 'epsilon', 1e-8) * sqrt(1 - b2 ** t)
    return w - rate * m / (sqrt(v) + eps), config

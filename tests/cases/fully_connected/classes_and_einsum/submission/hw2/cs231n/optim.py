from dataclasses import dataclass, field

import numpy as np


@dataclass
class Average:
    """Exponential moving average."""
    rate: float
    value: np.ndarray = field(repr=False)

    def update(self, new):
        self.value = self.rate * self.value + (1 - self.rate) * new
        return self.value


def sgd(w, dw, config=None):
    config = dict({'learning_rate': 1e-2}, **(config or {}))
    return w - config['learning_rate'] * dw, config


def sgd_momentum(w, dw, config=None):
    config = dict({'learning_rate': 1e-2, 'momentum': 0.9, 'velocity': 0 * w}, **(config or {}))
    config['velocity'] = -config['learning_rate'] * dw + config['momentum'] * config['velocity']
    print('velocity now', config['velocity'].mean())
    return w + config['velocity'], config


def rmsprop(w, dw, config=None):
    defaults = {'learning_rate': 1e-2, 'decay_rate': 0.99, 'epsilon': 1e-8, 'cache': 0 * w}
    config = dict(defaults, **(config or {}))
    config['cache'] = Average(config['decay_rate'], config['cache']).update(dw * dw)
    rms = config['cache'] ** 0.5 + config['epsilon']
    return w - config['learning_rate'] / rms * dw, config


def adam(w, dw, config=None):
    defaults = {'learning_rate': 1e-3, 'beta1': 0.9, 'beta2': 0.999, 'epsilon': 1e-8,
                'm': 0 * w, 'v': 0 * w, 't': 0}
    config = dict(defaults, **(config or {}))
    config['t'] += 1
    config['m'] = Average(config['beta1'], config['m']).update(dw)
    config['v'] = Average(config['beta2'], config['v']).update(dw * dw)

    def unbias(name, beta):
        return config[name] / (1 - config[beta] ** config['t'])

    step = unbias('m', 'beta1') / (np.sqrt(unbias('v', 'beta2')) + config['epsilon'])
    return w - config['learning_rate'] * step, config

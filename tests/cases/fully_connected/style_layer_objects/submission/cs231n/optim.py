import numpy as np


class Rule:
    defaults = {}

    def __call__(self, w, dw, config=None):
        config = {} if config is None else config
        for key, value in self.defaults.items():
            if config.get(key) is None:
                config[key] = np.zeros_like(w) if value == 'zeros' else value
        return w + self.step(dw, config), config


class Sgd(Rule):
    defaults = {'learning_rate': 1e-2}

    def step(self, dw, c):
        return -c['learning_rate'] * dw


class Momentum(Rule):
    defaults = {'learning_rate': 1e-2, 'momentum': 0.9, 'velocity': 'zeros'}

    def step(self, dw, c):
        c['velocity'] = c['momentum'] * c['velocity'] - c['learning_rate'] * dw
        return c['velocity']


class RmsProp(Rule):
    defaults = {'learning_rate': 1e-2, 'decay_rate': 0.99, 'epsilon': 1e-8, 'cache': 'zeros'}

    def step(self, dw, c):
        rate = c['decay_rate']
        c['cache'] = rate * c['cache'] + (1 - rate) * np.square(dw)
        return -c['learning_rate'] * dw / (c['epsilon'] + np.sqrt(c['cache']))


class Adam(Rule):
    defaults = {'learning_rate': 1e-3, 'beta1': 0.9, 'beta2': 0.999, 'epsilon': 1e-8,
                'm': 'zeros', 'v': 'zeros', 't': 0}

    def step(self, dw, c):
        c['t'] += 1
        c['m'] = c['beta1'] * c['m'] + (1 - c['beta1']) * dw
        c['v'] = c['beta2'] * c['v'] + (1 - c['beta2']) * dw ** 2
        first = c['m'] / (1 - c['beta1'] ** c['t'])
        second = c['v'] / (1 - c['beta2'] ** c['t'])
        return -c['learning_rate'] * first / (second ** 0.5 + c['epsilon'])


sgd, sgd_momentum, rmsprop, adam = Sgd(), Momentum(), RmsProp(), Adam()

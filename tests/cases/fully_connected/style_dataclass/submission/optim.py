from __future__ import annotations

from functools import wraps

import numpy as np


def update_rule(**defaults):
    """Fill the settings of a rule in before it runs; None stands for zeros like w."""

    def decorate(rule):
        @wraps(rule)
        def wrapped(w, dw, config=None):
            if config is None:
                config = {}
            for name, value in defaults.items():
                if name not in config:
                    config[name] = np.zeros_like(w) if value is None else value
            return rule(w, dw, config), config

        return wrapped

    return decorate


@update_rule(learning_rate=1e-2)
def sgd(w, dw, config):
    return w - config["learning_rate"] * dw


@update_rule(learning_rate=1e-2, momentum=0.9, velocity=None)
def sgd_momentum(w, dw, config):
    config["velocity"] = config["momentum"] * config["velocity"] - config["learning_rate"] * dw
    return w + config["velocity"]


@update_rule(learning_rate=1e-2, decay_rate=0.99, epsilon=1e-8, cache=None)
def rmsprop(w, dw, config):
    keep = config["decay_rate"]
    config["cache"] = keep * config["cache"] + (1.0 - keep) * dw * dw
    return w - config["learning_rate"] * dw / (np.sqrt(config["cache"]) + config["epsilon"])


@update_rule(learning_rate=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-8, m=None, v=None, t=0)
def adam(w, dw, config):
    config["t"] = t = config["t"] + 1
    beta1, beta2 = config["beta1"], config["beta2"]
    config["m"] = beta1 * config["m"] + (1.0 - beta1) * dw
    config["v"] = beta2 * config["v"] + (1.0 - beta2) * (dw * dw)
    unbias1, unbias2 = 1.0 - beta1**t, 1.0 - beta2**t
    return w - config["learning_rate"] * (config["m"] / unbias1) / (
        np.sqrt(config["v"] / unbias2) + config["epsilon"]
    )

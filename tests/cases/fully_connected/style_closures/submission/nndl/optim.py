import numpy as np


def _fill(config, **defaults):
    config = config if config is not None else {}
    config.update({**defaults, **config})
    return config


def sgd(w, dw, config=None):
    config = _fill(config, learning_rate=1e-2)
    return w - config["learning_rate"] * dw, config


def sgd_momentum(w, dw, config=None):
    config = _fill(config, learning_rate=1e-2, momentum=0.9, velocity=0.0 * w)
    config["velocity"] = config["velocity"] * config["momentum"] - config["learning_rate"] * dw
    return w + config["velocity"], config


def rmsprop(w, dw, config=None):
    config = _fill(config, learning_rate=1e-2, decay_rate=0.99, epsilon=1e-8, a=0.0 * w)
    config["a"] = np.average([config["a"], dw * dw], axis=0,
                             weights=[config["decay_rate"], 1 - config["decay_rate"]])
    return w - config["learning_rate"] / (np.sqrt(config["a"]) + config["epsilon"]) * dw, config


def adam(w, dw, config=None):
    config = _fill(config, learning_rate=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-8,
                   v=0.0 * w, a=0.0 * w, t=0)
    t = config["t"] + 1
    v = config["beta1"] * config["v"] + (1 - config["beta1"]) * dw
    a = config["beta2"] * config["a"] + (1 - config["beta2"]) * dw * dw
    config.update(t=t, v=v, a=a)
    v_hat, a_hat = v / (1 - config["beta1"] ** t), a / (1 - config["beta2"] ** t)
    return w - config["learning_rate"] * v_hat / (np.sqrt(a_hat) + config["epsilon"]), config

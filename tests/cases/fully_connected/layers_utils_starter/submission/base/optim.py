def sgd_momentum(x, dx, config=None):
    return None, config


def rmsprop(x, dx, config=None):
    return None, config


def adam(x, dx, config=None):
    return None, config

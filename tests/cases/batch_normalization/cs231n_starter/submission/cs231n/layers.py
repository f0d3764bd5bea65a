from builtins import range
import numpy as np


def affine_forward(x, w, b):
    out = None
    # TODO: the affine layer
    pass
    cache = (x, w, b)
    return out, cache


def batchnorm_forward(x, gamma, beta, bn_param):
    """Forward pass for batch normalization."""
    mode = bn_param['mode']
    eps = bn_param.get('eps', 1e-5)
    momentum = bn_param.get('momentum', 0.9)

    N, D = x.shape
    running_mean = bn_param.get('running_mean', np.zeros(D, dtype=x.dtype))
    running_var = bn_param.get('running_var', np.zeros(D, dtype=x.dtype))

    out, cache = None, None
    if mode == 'train':
        # TODO: normalise with the minibatch
        pass
    elif mode == 'test':
        # TODO: normalise with the running averages
        pass
    else:
        raise ValueError('Invalid forward batchnorm mode "%s"' % mode)

    bn_param['running_mean'] = running_mean
    bn_param['running_var'] = running_var

    return out, cache


def batchnorm_backward(dout, cache):
    """Backward pass for batch normalization."""
    dx, dgamma, dbeta = None, None, None
    # TODO: the graph of the forward pass, backwards
    pass
    return dx, dgamma, dbeta


def batchnorm_backward_alt(dout, cache):
    """Simplified backward pass."""
    dx, dgamma, dbeta = None, None, None
    # TODO: the formula worked out on paper
    pass
    return dx, dgamma, dbeta


def layernorm_forward(x, gamma, beta, ln_param):
    """Forward pass for layer normalization."""
    out, cache = None, None
    eps = ln_param.get('eps', 1e-5)
    # TODO: normalise over features
    pass
    return out, cache


def layernorm_backward(dout, cache):
    """Backward pass for layer normalization."""
    dx, dgamma, dbeta = None, None, None
    # TODO: as above, over features
    pass
    return dx, dgamma, dbeta

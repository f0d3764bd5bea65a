from builtins import range
import numpy as np


def dropout_forward(x, dropout_param):
    """Forward pass of inverted dropout."""
    p, mode = dropout_param["p"], dropout_param["mode"]
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])

    mask = None
    out = None

    if mode == "train":
        # TODO: draw the mask
        pass
    elif mode == "test":
        # TODO: what is left to do?
        pass

    cache = (dropout_param, mask)
    out = out.astype(x.dtype, copy=False)

    return out, cache


def dropout_backward(dout, cache):
    """Backward pass of inverted dropout."""
    dropout_param, mask = cache
    mode = dropout_param["mode"]

    dx = None
    if mode == "train":
        # TODO: go back through the mask
        pass
    elif mode == "test":
        dx = dout
    return dx

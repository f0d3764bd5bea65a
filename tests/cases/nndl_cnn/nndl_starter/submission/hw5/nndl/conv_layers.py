import numpy as np
from nndl.layers import *
import pdb


def conv_forward_naive(x, w, b, conv_param):
    """
    A naive convolution.
    """
    out = None
    # ================================================================ #
    # YOUR CODE HERE:
    #   Implement the convolutional forward pass.
    # ================================================================ #

    # ================================================================ #
    # END YOUR CODE HERE
    # ================================================================ #
    cache = (x, w, b, conv_param)
    return out, cache


def conv_backward_naive(dout, cache):
    """
    The way back through a convolution.
    """
    dx, dw, db = None, None, None
    # ================================================================ #
    # YOUR CODE HERE:
    #   Implement the convolutional backward pass.
    # ================================================================ #

    # ================================================================ #
    # END YOUR CODE HERE
    # ================================================================ #
    return dx, dw, db


def max_pool_forward_naive(x, pool_param):
    """
    A naive max pooling.
    """
    out = None
    # ================================================================ #
    # YOUR CODE HERE:
    #   Implement the max pooling forward pass.
    # ================================================================ #

    # ================================================================ #
    # END YOUR CODE HERE
    # ================================================================ #
    cache = (x, pool_param)
    return out, cache


def max_pool_backward_naive(dout, cache):
    """
    The way back through max pooling.
    """
    dx = None
    # ================================================================ #
    # YOUR CODE HERE:
    #   Implement the max pooling backward pass.
    # ================================================================ #

    # ================================================================ #
    # END YOUR CODE HERE
    # ================================================================ #
    return dx


def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    """
    Batch normalisation of images.
    """
    out, cache = None, None
    # ================================================================ #
    # YOUR CODE HERE:
    #   Implement spatial batch normalization.
    # ================================================================ #

    # ================================================================ #
    # END YOUR CODE HERE
    # ================================================================ #
    return out, cache


def spatial_batchnorm_backward(dout, cache):
    """
    The way back through it.
    """
    dx, dgamma, dbeta = None, None, None
    # ================================================================ #
    # YOUR CODE HERE:
    #   Implement the backward pass.
    # ================================================================ #

    # ================================================================ #
    # END YOUR CODE HERE
    # ================================================================ #
    return dx, dgamma, dbeta

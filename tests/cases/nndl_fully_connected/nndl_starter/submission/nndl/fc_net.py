import numpy as np

from .layers import *
from .layer_utils import *


class TwoLayerNet(object):
  """A two-layer fully connected network."""

  def __init__(self, input_dim=3 * 32 * 32, hidden_dims=100, num_classes=10, dropout=0,
        weight_scale=1e-3, reg=0.0):
    self.params = {}
    self.reg = reg

    # YOUR CODE HERE: Initialize the weights and biases.

  def loss(self, X, y=None):
    scores = None
    # YOUR CODE HERE: Implement the forward pass.

    # If y is None then we are in test mode so just return scores
    if y is None:
      return scores

    loss, grads = 0, {}
    # YOUR CODE HERE: Implement the backward pass.

    return loss, grads


class FullyConnectedNet(object):
  """A network of any number of hidden layers."""

  def __init__(self, hidden_dims, input_dim=3 * 32 * 32, num_classes=10,
        dropout=0, use_batchnorm=False, reg=0.0,
        weight_scale=1e-2, dtype=np.float32, seed=None):
    self.use_batchnorm = use_batchnorm
    self.use_dropout = dropout > 0
    self.reg = reg
    self.num_layers = 1 + len(hidden_dims)
    self.dtype = dtype
    self.params = {}

    # YOUR CODE HERE: Initialize the parameters of the network.

    self.dropout_param = {}
    if self.use_dropout:
      self.dropout_param = {"mode": "train", "p": dropout}
      if seed is not None:
        self.dropout_param["seed"] = seed

    self.bn_params = []
    if self.use_batchnorm:
      self.bn_params = [{"mode": "train"} for i in np.arange(self.num_layers - 1)]

    # Cast all parameters to the correct datatype
    for k, v in self.params.items():
      self.params[k] = v.astype(dtype)

  def loss(self, X, y=None):
    X = X.astype(self.dtype)
    mode = "test" if y is None else "train"

    if self.dropout_param is not None:
      self.dropout_param["mode"] = mode
    if self.use_batchnorm:
      for bn_param in self.bn_params:
        bn_param[mode] = mode
    scores = None
    # YOUR CODE HERE: Implement the forward pass.

    # If test mode return early
    if mode == "test":
      return scores

    loss, grads = 0.0, {}
    # YOUR CODE HERE: Implement the backward pass.

    return loss, grads

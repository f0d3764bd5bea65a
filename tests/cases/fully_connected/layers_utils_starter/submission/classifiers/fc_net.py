import numpy as np
from layers.layers import *
from layers.layer_utils import *


class TwoLayerNet(object):
    def __init__(self, input_dim=3072, hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0):
        self.params = {}
        self.reg = reg

    def loss(self, X, y=None):
        raise NotImplementedError


class FullyConnectedNet(object):
    def __init__(self, hidden_dims, input_dim=3072, num_classes=10, reg=0.0, weight_scale=1e-2,
                 dtype=np.float32, seed=None):
        self.params = {}
        self.reg = reg
        self.num_layers = len(hidden_dims) + 1

    def loss(self, X, y=None):
        raise NotImplementedError

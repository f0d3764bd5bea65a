from .neural_net import *

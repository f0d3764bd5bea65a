import numpy as np
import matplotlib.pyplot as plt


class TwoLayerNet(object):
  def __init__(self, input_size, hidden_size, output_size, std=1e-4):
    self.params = {}

  def loss(self, X, y=None, reg=0.0):
    scores = None
    # YOUR CODE HERE
	pass
    return scores

import numpy as np
import pdb


def affine_forward(x, w, b):
  """
  The forward pass of an affine layer.
  """

  # ================================================================ #
  # YOUR CODE HERE:
  #   Calculate the output.
  # ================================================================ #

  pass

  # ================================================================ #
  # END YOUR CODE HERE
  # ================================================================ #

  cache = (x, w, b)
  return out, cache


def affine_backward(dout, cache):
  """
  The backward pass of an affine layer.
  """
  x, w, b = cache
  dx, dw, db = None, None, None

  # ================================================================ #
  # YOUR CODE HERE:
  #   Calculate the gradients.
  # ================================================================ #

  pass

  # ================================================================ #
  # END YOUR CODE HERE
  # ================================================================ #

  return dx, dw, db


def relu_forward(x):
  """
  The forward pass of a ReLU layer.
  """
  # ================================================================ #
  # YOUR CODE HERE:
  #   Implement the ReLU.
  # ================================================================ #


  # ================================================================ #
  # END YOUR CODE HERE
  # ================================================================ #

  cache = x
  return out, cache


def relu_backward(dout, cache):
  """
  The backward pass of a ReLU layer.
  """
  x = cache

  # ================================================================ #
  # YOUR CODE HERE:
  #   Implement its backward pass.
  # ================================================================ #


  # ================================================================ #
  # END YOUR CODE HERE
  # ================================================================ #

  return dx


def svm_loss(x, y):
  """Loss and gradient of a multiclass SVM; complete as handed out."""
  N = x.shape[0]
  correct_class_scores = x[np.arange(N), y]
  margins = np.maximum(0, x - correct_class_scores[:, np.newaxis] + 1.0)
  margins[np.arange(N), y] = 0
  loss = np.sum(margins) / N
  num_pos = np.sum(margins > 0, axis=1)
  dx = np.zeros_like(x)
  dx[margins > 0] = 1
  dx[np.arange(N), y] -= num_pos
  dx /= N
  return loss, dx


def softmax_loss(x, y):
  """Loss and gradient of a softmax; complete as handed out."""
  shifted_logits = x - np.max(x, axis=1, keepdims=True)
  Z = np.sum(np.exp(shifted_logits), axis=1, keepdims=True)
  log_probs = shifted_logits - np.log(Z)
  probs = np.exp(log_probs)
  N = x.shape[0]
  loss = -np.sum(log_probs[np.arange(N), y]) / N
  dx = probs.copy()
  dx[np.arange(N), y] -= 1
  dx /= N
  return loss, dx

"""Losses on class scores: the multiclass SVM (hinge) loss and the softmax loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reference.validation import require_examples, require_labels, require_real, require_shape

if TYPE_CHECKING:
    from reference.arrays import Array, Labels


def svm_loss(x: Array, y: Labels) -> tuple[float, Array]:
    """Compute the multiclass hinge loss with margin 1, averaged over the examples.

    Parameters
    ----------
    x : ndarray of shape (N, C)
        ``x[i, j]`` is the score of class j for example i.
    y : integer ndarray of shape (N,)
        ``y[i]`` is the label of example i, from 0 to C - 1.

    Returns
    -------
    loss : float
        The loss, of at least 0.
    dx : ndarray of shape (N, C)
        Gradient of the loss with respect to the scores, of the dtype of `x`. A margin of
        exactly 0, where the loss has a kink, contributes 0.

    Raises
    ------
    ValueError
        If `x` is empty or not a real-valued matrix, or `y` does not hold N labels in range.

    References
    ----------
    J. Weston and C. Watkins, "Support vector machines for multi-class pattern
    recognition", ESANN 1999. CS231n notes, "Linear classification".
    """
    _require_scores(x, y)
    examples = x.shape[0]
    rows = np.arange(examples)
    margins = np.maximum(x - x[rows, y][:, np.newaxis] + 1, 0)
    margins[rows, y] = 0
    loss = float(margins.sum() / examples)
    dx = (margins > 0).astype(_gradient_dtype(x))
    # Each violated margin pushes its own score down and the true class's score up by as much.
    dx[rows, y] = -dx.sum(axis=1)
    dx /= examples
    return loss, dx


def softmax_loss(x: Array, y: Labels) -> tuple[float, Array]:
    """Compute the cross-entropy of the softmax of the scores, averaged over the examples.

    The largest score of each row is subtracted first, so that no exponential overflows, and
    the logarithm is taken of the sum, never of a probability that could be 0.

    Parameters
    ----------
    x : ndarray of shape (N, C)
        ``x[i, j]`` is the score of class j for example i.
    y : integer ndarray of shape (N,)
        ``y[i]`` is the label of example i, from 0 to C - 1.

    Returns
    -------
    loss : float
        The loss, of at least 0.
    dx : ndarray of shape (N, C)
        Gradient of the loss with respect to the scores, of the dtype of `x`.

    Raises
    ------
    ValueError
        If `x` is empty or not a real-valued matrix, or `y` does not hold N labels in range.

    References
    ----------
    CS231n notes, "Linear classification", softmax classifier and its numeric stability.
    """
    _require_scores(x, y)
    examples = x.shape[0]
    rows = np.arange(examples)
    shifted = x - x.max(axis=1, keepdims=True)
    log_probabilities = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss = float(-log_probabilities[rows, y].sum() / examples)
    dx = np.exp(log_probabilities)
    dx[rows, y] -= 1
    dx /= examples
    return loss, dx


def _gradient_dtype(x: Array) -> np.dtype[np.floating]:
    """Return the dtype of `x`, or float64 if it holds integers, which no gradient fits."""
    return np.dtype(x.dtype if x.dtype.kind == "f" else np.float64)


def _require_scores(x: Array, y: Labels) -> None:
    require_real(x=x)
    require_shape("x", x, ("N", "C"))
    require_examples("x", x)
    require_labels(y, *x.shape)

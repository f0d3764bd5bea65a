"""A two-layer fully connected network made of the course's layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

import numpy as np

from reference.layers.combined import affine_relu_backward, affine_relu_forward
from reference.layers.dense import affine_backward, affine_forward
from reference.losses import softmax_loss
from reference.models.regularization import add_l2_penalty
from reference.randomness import draw_weights

if TYPE_CHECKING:
    from reference.arrays import Array, Labels


class TwoLayerNet:
    """Two-layer fully connected network: affine - ReLU - affine - softmax.

    It computes loss and gradients; a Solver does the training.

    Parameters
    ----------
    input_dim : int
        Number D of values in an example.
    hidden_dim : int
        Number H of hidden units.
    num_classes : int
        Number C of classes.
    weight_scale : float
        Standard deviation of the first weights; the biases start at 0.
    reg : float
        Strength of the regularisation ``0.5 * reg * sum(W * W)``.
    generator : numpy.random.Generator, optional
        Source of the first weights; NumPy's global generator by default, as in the course.

    Attributes
    ----------
    params : dict of str to ndarray
        ``W1`` of shape (D, H), ``b1`` of shape (H,), ``W2`` of shape (H, C) and ``b2`` of
        shape (C,), float64.
    reg : float
        May be set between calls.

    References
    ----------
    CS231n, assignment 1 (2 before 2020), fully connected networks.
    """

    def __init__(
        self,
        input_dim: int = 3 * 32 * 32,
        hidden_dim: int = 100,
        num_classes: int = 10,
        weight_scale: float = 1e-3,
        reg: float = 0.0,
        *,
        generator: np.random.Generator | None = None,
    ) -> None:
        self.reg = reg
        self.params: dict[str, Array] = {
            "W1": draw_weights((input_dim, hidden_dim), weight_scale, generator),
            "b1": np.zeros(hidden_dim),
            "W2": draw_weights((hidden_dim, num_classes), weight_scale, generator),
            "b2": np.zeros(num_classes),
        }

    @overload
    def loss(self, X: Array, y: None = None) -> Array: ...

    @overload
    def loss(self, X: Array, y: Labels) -> tuple[float, dict[str, Array]]: ...

    def loss(self, X: Array, y: Labels | None = None) -> Array | tuple[float, dict[str, Array]]:
        """Compute scores, or loss and gradients.

        Parameters
        ----------
        X : ndarray of shape (N, d_1, ..., d_k)
            A minibatch.
        y : integer ndarray of shape (N,), optional
            Labels from 0 to C - 1.

        Returns
        -------
        scores : ndarray of shape (N, C)
            If `y` is None.
        loss, grads : float, dict of str to ndarray
            If `y` is given; `grads` has the keys and shapes of `params`.

        Raises
        ------
        ValueError
            If the examples do not have D values or a label is out of range.
        """
        hidden, hidden_cache = affine_relu_forward(X, self.params["W1"], self.params["b1"])
        scores, output_cache = affine_forward(hidden, self.params["W2"], self.params["b2"])
        if y is None:
            return scores
        loss, dscores = softmax_loss(scores, y)
        dhidden, dw2, db2 = affine_backward(dscores, output_cache)
        _, dw1, db1 = affine_relu_backward(dhidden, hidden_cache)
        grads = {"W1": dw1, "b1": db1, "W2": dw2, "b2": db2}
        return add_l2_penalty(loss, grads, self.params, self.reg), grads

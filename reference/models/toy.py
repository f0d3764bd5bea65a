"""The two-layer network of the course's toy example, in one piece and with its own training."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, overload

import numpy as np

from reference.losses import softmax_loss
from reference.models.regularization import add_l2_penalty
from reference.randomness import draw_batch, draw_weights
from reference.validation import require_integer, require_labels, require_real, require_shape

if TYPE_CHECKING:
    from reference.arrays import Array, Labels


class TwoLayerNet:
    """Two-layer fully connected network: affine - ReLU - affine - softmax.

    Parameters
    ----------
    input_size : int
        Number D of values in an example.
    hidden_size : int
        Number H of hidden units.
    output_size : int
        Number C of classes.
    std : float
        Standard deviation of the first weights; the biases start at 0.
    regularization_factor : float
        One half or 1, by the course's edition, in
        ``regularization_factor * reg * sum(W * W)``.
    generator : numpy.random.Generator, optional
        Source of weights and minibatches; NumPy's global generator by default, as in the
        course.

    Attributes
    ----------
    params : dict of str to ndarray
        ``W1`` of shape (D, H), ``b1`` of shape (H,), ``W2`` of shape (H, C) and ``b2`` of
        shape (C,), float64.

    References
    ----------
    CS231n, assignment 1 (before 2020), two-layer neural network.
    """

    output_first: ClassVar[bool] = False

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        output_size: int,
        std: float = 1e-4,
        *,
        regularization_factor: float = 0.5,
        generator: np.random.Generator | None = None,
    ) -> None:
        self.regularization_factor = regularization_factor
        self._generator = generator
        shapes = [(input_size, hidden_size), (hidden_size, output_size)]
        if self.output_first:
            shapes = [(fan_out, fan_in) for fan_in, fan_out in shapes]
        self.params: dict[str, Array] = {
            "W1": draw_weights(shapes[0], std, generator),
            "b1": np.zeros(hidden_size),
            "W2": draw_weights(shapes[1], std, generator),
            "b2": np.zeros(output_size),
        }

    @overload
    def loss(self, X: Array, y: None = None, reg: float = 0.0) -> Array: ...

    @overload
    def loss(self, X: Array, y: Labels, reg: float = 0.0) -> tuple[float, dict[str, Array]]: ...

    def loss(
        self, X: Array, y: Labels | None = None, reg: float = 0.0
    ) -> Array | tuple[float, dict[str, Array]]:
        """Compute scores, or loss and gradients.

        Parameters
        ----------
        X : ndarray of shape (N, D)
            A minibatch.
        y : integer ndarray of shape (N,), optional
            Labels from 0 to C - 1.
        reg : float
            Strength of the regularisation.

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
        w1, w2 = self._oriented("W1"), self._oriented("W2")
        require_real(X=X)
        require_shape("X", X, ("N", w1.shape[0]))
        hidden = np.maximum(X @ w1 + self.params["b1"], 0)
        scores: Array = hidden @ w2 + self.params["b2"]
        if y is None:
            return scores

        loss, dscores = softmax_loss(scores, y)
        dhidden = np.where(hidden > 0, dscores @ w2.T, 0)
        dw1, dw2 = X.T @ dhidden, hidden.T @ dscores
        grads: dict[str, Array] = {
            "W1": dw1.T if self.output_first else dw1,
            "b1": dhidden.sum(axis=0),
            "W2": dw2.T if self.output_first else dw2,
            "b2": dscores.sum(axis=0),
        }
        factor = self.regularization_factor
        return add_l2_penalty(loss, grads, self.params, reg, factor), grads

    def train(  # noqa: PLR0917 - the course's arguments
        self,
        X: Array,
        y: Labels,
        X_val: Array,
        y_val: Labels,
        learning_rate: float = 1e-3,
        learning_rate_decay: float = 0.95,
        reg: float = 1e-5,
        num_iters: int = 100,
        batch_size: int = 200,
        verbose: bool = False,
    ) -> dict[str, list[float]]:
        """Train by stochastic gradient descent on minibatches drawn with replacement.

        A minibatch is never larger than the training set. Accuracies are taken, and the
        learning rate decays, at the first step of each epoch.

        Parameters
        ----------
        X, X_val : ndarray of shape (N, D) and (N_val, D)
            Training and validation examples.
        y, y_val : integer ndarray of shape (N,) and (N_val,)
            Their labels.
        learning_rate : float
            Size of the first steps.
        learning_rate_decay : float
            What the learning rate is multiplied with at each epoch.
        reg : float
            Strength of the regularisation.
        num_iters : int
            Number of steps.
        batch_size : int
            Number of examples in a minibatch.
        verbose : bool
            Print the loss at every hundredth step.

        Returns
        -------
        dict of str to list of float
            ``loss_history``: the loss at each step, before it. ``train_acc_history`` and
            ``val_acc_history``: accuracy on the minibatch and on the validation set, after
            the first step of each epoch. The entries of `params` are replaced.

        Raises
        ------
        ValueError
            If the shapes do not fit or a label is out of range.
        """
        require_labels(y, X.shape[0], self.params["b2"].size)
        require_integer("batch_size", batch_size, 1)
        examples = X.shape[0]
        steps_per_epoch = max(examples // batch_size, 1)
        losses: list[float] = []
        train_accuracies: list[float] = []
        val_accuracies: list[float] = []
        for step in range(num_iters):
            batch = draw_batch(examples, min(examples, batch_size), self._generator)
            loss, grads = self.loss(X[batch], y[batch], reg=reg)
            losses.append(loss)
            for name, gradient in grads.items():
                self.params[name] = self.params[name] - learning_rate * gradient
            if verbose and step % 100 == 0:
                # The course's training loop prints, and only when asked to.
                print(f"iteration {step} / {num_iters}: loss {loss:f}")  # noqa: T201
            if step % steps_per_epoch == 0:
                train_accuracies.append(float((self.predict(X[batch]) == y[batch]).mean()))
                val_accuracies.append(float((self.predict(X_val) == y_val).mean()))
                learning_rate *= learning_rate_decay
        return {
            "loss_history": losses,
            "train_acc_history": train_accuracies,
            "val_acc_history": val_accuracies,
        }

    def predict(self, X: Array) -> Labels:
        """Predict the class with the highest score for each example.

        Parameters
        ----------
        X : ndarray of shape (N, D)
            Examples.

        Returns
        -------
        integer ndarray of shape (N,)
            Predicted labels.

        Raises
        ------
        ValueError
            If the examples do not have D values.
        """
        labels: Labels = self.loss(X).argmax(axis=1)
        return labels

    def _oriented(self, name: str) -> Array:
        """Return a weight with its inputs along the first axis."""
        weight = self.params[name]
        return weight.T if self.output_first else weight


class OutputFirstTwoLayerNet(TwoLayerNet):
    """The same network with weights of shape (H, D) and (C, H), as some editions store them."""

    output_first = True

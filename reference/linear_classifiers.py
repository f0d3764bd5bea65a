"""Linear classifiers: SVM and softmax losses on weights, and training with them.

The losses regularise with ``regularization_factor * reg * sum(W * W)``: the factor is 1 as in
CS231n since 2017, or one half as before and in courses that derive from it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reference.losses import softmax_loss, svm_loss
from reference.randomness import draw_batch, draw_weights
from reference.validation import (
    require_examples,
    require_integer,
    require_labels,
    require_real,
    require_shape,
)

if TYPE_CHECKING:
    from reference.arrays import Array, Labels


def softmax_loss_naive(
    W: Array, X: Array, y: Labels, reg: float, *, regularization_factor: float = 1.0
) -> tuple[float, Array]:
    """Compute the softmax loss of a linear classifier by loops over examples and classes.

    Parameters
    ----------
    W : ndarray of shape (D, C)
        Weights.
    X : ndarray of shape (N, D)
        A minibatch.
    y : integer ndarray of shape (N,)
        Labels from 0 to C - 1.
    reg : float
        Strength of the regularisation.
    regularization_factor : float
        1 or one half, by the course's edition.

    Returns
    -------
    loss : float
        Mean loss of the examples, plus the regularisation.
    dW : ndarray of shape (D, C)
        Gradient of the loss with respect to the weights.

    Raises
    ------
    ValueError
        If the shapes do not fit, there is no example or a label is out of range.

    References
    ----------
    CS231n notes, "Linear classification", softmax classifier.
    """
    _require_problem(W, X, y)
    examples, classes = X.shape[0], W.shape[1]
    loss = 0.0
    dW = np.zeros_like(W)
    for i in range(examples):
        scores = X[i] @ W
        # The largest score becomes 0, so that no exponential overflows.
        scores = scores - scores.max()
        log_total = np.log(np.exp(scores).sum())
        loss += float(log_total - scores[y[i]])
        for j in range(classes):
            probability = np.exp(scores[j] - log_total)
            dW[:, j] += (probability - 1 if j == y[i] else probability) * X[i]
    return _regularize(loss / examples, dW / examples, W, reg, regularization_factor)


def softmax_loss_vectorized(
    W: Array, X: Array, y: Labels, reg: float, *, regularization_factor: float = 1.0
) -> tuple[float, Array]:
    """Compute the softmax loss of a linear classifier without loops.

    Parameters, results and errors are those of `softmax_loss_naive`.
    """
    _require_problem(W, X, y)
    loss, dscores = softmax_loss(_compute_scores(W, X), y)
    return _regularize(loss, _project_back(X, dscores), W, reg, regularization_factor)


def svm_loss_naive(
    W: Array, X: Array, y: Labels, reg: float, *, regularization_factor: float = 1.0
) -> tuple[float, Array]:
    """Compute the hinge loss of a linear classifier by loops over examples and classes.

    Parameters
    ----------
    W : ndarray of shape (D, C)
        Weights.
    X : ndarray of shape (N, D)
        A minibatch.
    y : integer ndarray of shape (N,)
        Labels from 0 to C - 1.
    reg : float
        Strength of the regularisation.
    regularization_factor : float
        1 or one half, by the course's edition.

    Returns
    -------
    loss : float
        Mean loss of the examples with margin 1, plus the regularisation.
    dW : ndarray of shape (D, C)
        Gradient of the loss with respect to the weights.

    Raises
    ------
    ValueError
        If the shapes do not fit, there is no example or a label is out of range.

    References
    ----------
    CS231n notes, "Linear classification", multiclass support vector machine.
    """
    _require_problem(W, X, y)
    examples, classes = X.shape[0], W.shape[1]
    loss = 0.0
    dW = np.zeros_like(W)
    for i in range(examples):
        scores = X[i] @ W
        for j in range(classes):
            margin = scores[j] - scores[y[i]] + 1
            if j == y[i] or margin <= 0:
                continue
            loss += float(margin)
            dW[:, j] += X[i]
            dW[:, y[i]] -= X[i]
    return _regularize(loss / examples, dW / examples, W, reg, regularization_factor)


def svm_loss_vectorized(
    W: Array, X: Array, y: Labels, reg: float, *, regularization_factor: float = 1.0
) -> tuple[float, Array]:
    """Compute the hinge loss of a linear classifier without loops.

    Parameters, results and errors are those of `svm_loss_naive`.
    """
    _require_problem(W, X, y)
    loss, dscores = svm_loss(_compute_scores(W, X), y)
    return _regularize(loss, _project_back(X, dscores), W, reg, regularization_factor)


class LinearClassifier:
    """A linear classifier trained by stochastic gradient descent; subclasses give the loss.

    Parameters
    ----------
    regularization_factor : float
        1 or one half, by the course's edition.

    Attributes
    ----------
    W : ndarray of shape (D, C) or None
        Weights; None until the first training, which draws them.
    """

    def __init__(self, *, regularization_factor: float = 1.0) -> None:
        self.regularization_factor = regularization_factor
        self.W: Array | None = None

    def train(  # noqa: PLR0917 - the course's arguments
        self,
        X: Array,
        y: Labels,
        learning_rate: float = 1e-3,
        reg: float = 1e-5,
        num_iters: int = 100,
        batch_size: int = 200,
        verbose: bool = False,
        *,
        generator: np.random.Generator | None = None,
    ) -> list[float]:
        """Train by stochastic gradient descent on minibatches drawn with replacement.

        Parameters
        ----------
        X : ndarray of shape (N, D)
            Training examples.
        y : integer ndarray of shape (N,)
            Labels from 0 to C - 1; C is taken from the largest of them at the first training.
        learning_rate : float
            Size of a step.
        reg : float
            Strength of the regularisation.
        num_iters : int
            Number of steps.
        batch_size : int
            Number of examples in a minibatch.
        verbose : bool
            Print the loss at every hundredth step.
        generator : numpy.random.Generator, optional
            Source of weights and minibatches; NumPy's global generator by default, as in
            the course.

        Returns
        -------
        list of float
            The loss at each step, before the step. The weights `W` are replaced.

        Raises
        ------
        ValueError
            If the shapes do not fit or a label is out of range.
        """
        require_real(X=X)
        require_shape("X", X, ("N", "D"))
        require_examples("X", X)
        require_integer("batch_size", batch_size, 1)
        classes = int(np.max(y)) + 1 if self.W is None else self.W.shape[1]
        require_labels(y, X.shape[0], classes)
        if self.W is None:
            self.W = draw_weights((X.shape[1], classes), 1e-3, generator)
        history: list[float] = []
        for step in range(num_iters):
            batch = draw_batch(X.shape[0], batch_size, generator)
            loss, gradient = self.loss(X[batch], y[batch], reg)
            history.append(loss)
            self.W = self.W - learning_rate * gradient
            if verbose and step % 100 == 0:
                # The course's training loop prints, and only when asked to.
                print(f"iteration {step} / {num_iters}: loss {loss:f}")  # noqa: T201
        return history

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
            If the classifier has no weights or the shapes do not fit.
        """
        scores = X @ self._weights(X)
        labels: Labels = scores.argmax(axis=1)
        return labels

    def loss(self, X_batch: Array, y_batch: Labels, reg: float) -> tuple[float, Array]:
        """Compute loss and gradient with respect to `W` on a minibatch.

        Parameters
        ----------
        X_batch : ndarray of shape (N, D)
            A minibatch.
        y_batch : integer ndarray of shape (N,)
            Its labels.
        reg : float
            Strength of the regularisation.

        Returns
        -------
        loss : float
            Mean loss of the examples, plus the regularisation.
        dW : ndarray of shape (D, C)
            Gradient of the loss with respect to the weights.

        Raises
        ------
        NotImplementedError
            In this class, which has no loss of its own.
        """
        raise NotImplementedError(f"{type(self).__name__} defines no loss")

    def _weights(self, X: Array) -> Array:
        if self.W is None:
            raise ValueError("W is None: expected weights, which train draws")
        require_shape("X", X, ("N", self.W.shape[0]))
        return self.W


class LinearSVM(LinearClassifier):
    """A linear classifier with the multiclass hinge loss."""

    def loss(self, X_batch: Array, y_batch: Labels, reg: float) -> tuple[float, Array]:
        """Compute `svm_loss_vectorized` of the classifier's weights."""
        W, factor = self._weights(X_batch), self.regularization_factor
        return svm_loss_vectorized(W, X_batch, y_batch, reg, regularization_factor=factor)


class Softmax(LinearClassifier):
    """A linear classifier with the softmax loss."""

    def loss(self, X_batch: Array, y_batch: Labels, reg: float) -> tuple[float, Array]:
        """Compute `softmax_loss_vectorized` of the classifier's weights."""
        W, factor = self._weights(X_batch), self.regularization_factor
        return softmax_loss_vectorized(W, X_batch, y_batch, reg, regularization_factor=factor)


def _compute_scores(W: Array, X: Array) -> Array:
    # The same as X @ W; with few classes BLAS takes a quarter less time this way round.
    scores: Array = (np.ascontiguousarray(W.T) @ X.T).T
    return scores


def _project_back(X: Array, dscores: Array) -> Array:
    # The same as X.T @ dscores; BLAS is quicker where the large matrix is not the transposed one.
    dW: Array = (dscores.T @ X).T
    return dW


def _regularize(loss: float, dW: Array, W: Array, reg: float, factor: float) -> tuple[float, Array]:
    penalty = factor * float(reg)
    return loss + penalty * float((W * W).sum()), dW + 2 * penalty * W


def _require_problem(W: Array, X: Array, y: Labels) -> None:
    require_real(W=W, X=X)
    require_shape("X", X, ("N", "D"))
    require_examples("X", X)
    require_shape("W", W, (X.shape[1], "C"))
    require_labels(y, X.shape[0], W.shape[1])

from __future__ import annotations

import abc
from typing import Optional

import numpy as np

from .softmax import softmax_loss_vectorized


class LinearClassifier:
    W: Optional[np.ndarray] = None

    def _draw(self, dim: int, classes: int) -> np.ndarray:
        return np.random.normal(loc=0.0, scale=1e-3, size=(dim, classes))

    def train(
        self,
        X: np.ndarray,
        y: np.ndarray,
        learning_rate: float = 1e-3,
        reg: float = 1e-5,
        num_iters: int = 100,
        batch_size: int = 200,
        verbose: bool = False,
    ) -> list[float]:
        if self.W is None:
            self.W = self._draw(X.shape[1], int(np.amax(y)) + 1)

        def step(it: int) -> float:
            rows = np.random.choice(len(X), size=batch_size, replace=True)
            loss, grad = self.loss(X_batch=X[rows], y_batch=y[rows], reg=reg)
            self.W = self.W - learning_rate * grad
            if verbose and not it % 100:
                print(f"{it=} {loss=:.4f}")
            return float(loss)

        return [step(it) for it in range(num_iters)]

    def predict(self, X: np.ndarray) -> np.ndarray:
        return np.argmax(X @ self.W, axis=-1)

    @abc.abstractmethod
    def loss(self, X_batch, y_batch, reg):
        ...


class Softmax(LinearClassifier):
    """Cross-entropy."""

    def loss(self, X_batch, y_batch, reg):
        return softmax_loss_vectorized(self.W, X_batch, y_batch, reg)

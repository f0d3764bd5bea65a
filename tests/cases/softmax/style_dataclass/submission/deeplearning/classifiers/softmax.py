from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

ONE: Final = np.float64(1)


@dataclass
class Softened:
    """Scores as log probabilities."""

    scores: NDArray
    log_p: NDArray = field(init=False)

    def __post_init__(self) -> None:
        self.log_p = self.scores - np.logaddexp.reduce(self.scores, axis=-1, keepdims=True)

    def nll(self, labels: NDArray) -> NDArray:
        return -np.take_along_axis(self.log_p, np.expand_dims(labels, -1), axis=-1).squeeze(-1)

    def slope(self, labels: NDArray) -> NDArray:
        out = np.exp(self.log_p)
        np.subtract.at(out, (np.arange(len(labels)), labels), ONE)
        return out


def penalty(W: NDArray, reg: float) -> tuple[float, NDArray]:
    return reg * np.square(W).sum(), reg * (W + W)


def softmax_loss_naive(W: NDArray, X: NDArray, y: NDArray, reg: float) -> tuple[float, NDArray]:
    loss, dW = penalty(W, reg)
    for row, label in zip(X, y):
        one = Softened((row @ W)[np.newaxis])
        loss += one.nll(np.array([label]))[0] / len(X)
        slope = one.slope(np.array([label]))[0]
        for j, g in enumerate(slope):
            dW[:, j] += g * row / len(X)
    return loss, dW


def softmax_loss_vectorized(
    W: NDArray, X: NDArray, y: NDArray, reg: float
) -> tuple[float, NDArray]:
    batch = Softened(scores=X @ W)
    loss, dW = penalty(W, reg)
    return batch.nll(y).mean() + loss, X.T @ (batch.slope(y) / len(y)) + dW

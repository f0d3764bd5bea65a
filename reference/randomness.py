"""Random draws of the models that train: first weights and minibatches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reference.arrays import Array


def draw_weights(
    shape: tuple[int, ...], scale: float, generator: np.random.Generator | None = None
) -> Array:
    """Draw weights from a normal distribution with mean 0.

    Parameters
    ----------
    shape : tuple of int
        Shape of the weights.
    scale : float
        Standard deviation.
    generator : numpy.random.Generator, optional
        Where the draws come from. By default they come from NumPy's global generator, as
        the course's models draw: its notebooks fix weights with ``np.random.seed``.

    Returns
    -------
    ndarray
        Weights, float64.
    """
    if generator is None:
        return scale * np.random.standard_normal(shape)  # noqa: NPY002 - notebooks seed it
    return scale * generator.standard_normal(shape)


def draw_batch(
    count: int, batch_size: int, generator: np.random.Generator | None = None
) -> NDArray[np.intp]:
    """Draw the indices of a minibatch, with replacement.

    Parameters
    ----------
    count : int
        Number of examples to draw from.
    batch_size : int
        Number of examples to draw.
    generator : numpy.random.Generator, optional
        Where the draws come from; NumPy's global generator by default.

    Returns
    -------
    ndarray of shape (batch_size,)
        Indices from 0 to `count` - 1.
    """
    if generator is None:
        return np.random.choice(count, batch_size)  # noqa: NPY002 - notebooks seed it
    return generator.choice(count, batch_size)

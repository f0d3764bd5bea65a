"""Draws a network's first weights."""

from __future__ import annotations

import numpy as np

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
        return scale * np.random.standard_normal(shape)
    return scale * generator.standard_normal(shape)

"""Inverted dropout, with both conventions that the course has had for its `p`."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from reference.arrays import Array, LayerOptions
from reference.validation import (
    require_choice,
    require_probability,
    require_real,
    require_shape,
)

DropoutCache: TypeAlias = tuple[LayerOptions, Array | None]


def dropout_forward(
    x: Array, dropout_param: LayerOptions, *, convention: str = "keep"
) -> tuple[Array, DropoutCache]:
    """Zero elements at random and rescale the rest, so that the expected value is kept.

    Parameters
    ----------
    x : ndarray of any shape
        Input.
    dropout_param : dict
        ``p``: the chance that an element is kept, required. ``mode``: ``'train'``, or
        ``'test'``, in which nothing is dropped; required. ``seed``: makes the mask repeat,
        as gradient checks need. Not changed.
    convention : {'keep', 'drop'}
        With ``'keep'``, `p` is the chance that an element is kept (CS231n since 2018); with
        ``'drop'``, that it is dropped (CS231n before, and some years of nndl). It may stand
        in `dropout_param` as well, where it counts before the argument.

    Returns
    -------
    out : ndarray of the shape and dtype of `x`
        ``x * mask`` in training, a copy of `x` in test mode.
    cache : tuple
        ``(dropout_param, mask)``; the mask holds 0 or one over the chance to keep, and is
        None in test mode.

    Raises
    ------
    ValueError
        If `x` is not a real-valued array, `p` is outside [0, 1], or mode or convention is
        unknown.

    Notes
    -----
    Without a seed the mask is drawn from NumPy's global generator, as the course does.
    A seed gives the mask that ``np.random.seed(seed)`` would give, but leaves the global
    generator alone.

    References
    ----------
    N. Srivastava et al., "Dropout: a simple way to prevent neural networks from
    overfitting", JMLR 2014. CS231n notes, "Neural networks part 2", inverted dropout.
    """
    require_real(x=x)
    mode = require_choice("dropout_param['mode']", dropout_param.get("mode"), ("train", "test"))
    p = require_probability("dropout_param['p']", dropout_param.get("p"))
    convention = require_choice(
        "dropout_param['convention']", dropout_param.get("convention", convention), ("keep", "drop")
    )
    if mode == "test":
        return x.copy(), (dropout_param, None)
    draws = _draw(x.shape, dropout_param.get("seed"))
    kept, chance_to_keep = (draws < p, p) if convention == "keep" else (draws >= p, 1 - p)
    # With no chance to keep, every element is dropped and there is nothing to rescale.
    mask = kept.astype(x.dtype) / (chance_to_keep or 1.0)
    return x * mask, (dropout_param, mask)


def dropout_backward(dout: Array, cache: DropoutCache) -> Array:
    """Compute the gradient of dropout with respect to its input.

    Parameters
    ----------
    dout : ndarray of any shape
        Upstream gradient.
    cache : tuple
        What `dropout_forward` returned.

    Returns
    -------
    dx : ndarray of the shape and dtype of `dout`
        ``dout * mask`` in training, a copy of `dout` in test mode.

    Raises
    ------
    ValueError
        If `dout` is not a real-valued array or has another shape than the mask.
    """
    _, mask = cache
    require_real(dout=dout)
    if mask is None:
        return dout.copy()
    require_shape("dout", dout, mask.shape)
    dx: Array = dout * mask
    return dx


def _draw(shape: tuple[int, ...], seed: int | None) -> Array:
    if seed is None:
        return np.random.random_sample(shape)  # noqa: NPY002 - notebooks seed it
    return np.random.RandomState(seed).random_sample(shape)

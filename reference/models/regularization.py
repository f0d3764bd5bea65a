"""L2 regularisation of a model's weight matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reference.arrays import Array


def add_l2_penalty(
    loss: float,
    grads: dict[str, Array],
    params: dict[str, Array],
    strength: float,
    factor: float = 0.5,
) -> float:
    """Add ``factor * strength * sum(W * W)`` of every weight to loss and gradients.

    Weights are the parameters whose name starts with W; biases, scales and shifts are not
    regularised.

    Parameters
    ----------
    loss : float
        The loss without regularisation.
    grads : dict of str to ndarray
        Gradients of that loss. **Changed in place**: the weights' entries are replaced.
    params : dict of str to ndarray
        The parameters.
    strength : float
        Strength of the regularisation.
    factor : float
        One half, which cancels the 2 of the derivative, or 1, by the course's edition.

    Returns
    -------
    float
        The loss with regularisation.
    """
    if strength == 0:
        # Not only quicker: weights that have overflowed would turn 0 * infinity into NaN.
        return loss
    for name, weight in params.items():
        if name.startswith("W"):
            loss += factor * strength * float((weight * weight).sum())
            grads[name] = grads[name] + 2 * factor * strength * weight
    return loss

"""Whether predictions come from what was trained: the same model with its weights in disorder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from grader.candidate.base import Candidate, Write

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from grader.candidate.paths import Step
    from grader.candidate.wire import Handle

PARAMETERS = "params"
"""Attribute that holds a dictionary of weights; any other holds one array."""


def disorder(
    candidate: Candidate, model: Handle, attribute: str, generator: np.random.Generator
) -> None:
    """Put the entries of each array of weights into another order.

    What was learnt is gone then, although every number is still there.

    Parameters
    ----------
    candidate : Candidate
        Where the model lives.
    model : Handle
        The model; changed.
    attribute : str
        Where it keeps its weights.
    generator : Generator
        Draws the order.

    Raises
    ------
    CallFailed
        If the weights cannot be read or written.
    """
    places = _places(candidate, model, attribute)
    found = [candidate.read(model, *place) for place in places]
    candidate.run(
        [
            Write(model, place, _shuffled(value, generator))
            for place, value in zip(places, found, strict=True)
            if isinstance(value, np.ndarray)
        ]
    )


def _places(candidate: Candidate, model: Handle, attribute: str) -> list[tuple[Step, ...]]:
    whole: tuple[Step, ...] = (("attr", attribute),)
    if attribute != PARAMETERS:
        return [whole]
    return [(*whole, ("item", name)) for name in candidate.shapes(model, *whole)]


def _shuffled(value: NDArray[Any], generator: np.random.Generator) -> NDArray[Any]:
    return generator.permutation(value.reshape(-1)).reshape(value.shape)

"""Whether predictions come from what was trained: the same model with its weights in disorder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from grader.candidate.base import CallFailed, Candidate, Failure, Read, Write
from grader.model import Status

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from grader.candidate.paths import Step
    from grader.candidate.wire import Handle

PARAMETERS = "params"
"""Attribute that holds a dictionary of weights; any other holds one array."""


Weights: TypeAlias = "dict[tuple[Step, ...], NDArray[Any]]"
"""Arrays of weights by where a model keeps them."""


def read_weights(candidate: Candidate, model: Handle, attribute: str) -> Weights:
    """Return the weights of a model.

    Parameters
    ----------
    candidate : Candidate
        Where the model lives.
    model : Handle
        The model.
    attribute : str
        Where it keeps its weights.

    Raises
    ------
    CallFailed
        If the weights cannot be read or are none.
    """
    shapes = _shapes(candidate, model, attribute)
    replies = candidate.run([Read(model, place) for place in shapes])
    values = {place: reply.value for place, reply in zip(shapes, replies, strict=True)}
    for place, value in values.items():
        if not _is_weights(value, shapes[place]):
            message = f"{model.type_name}.{place[-1][1]} holds no array of weights after training."
            raise CallFailed(Failure(Status.FAILED, message))
    return values


def disorder(model: Handle, weights: Weights, generator: np.random.Generator) -> list[Write]:
    """Return what puts the entries of each array of weights into another order.

    What was learnt is gone then, although every number is still there.
    """
    return [Write(model, place, _shuffled(value, generator)) for place, value in weights.items()]


def _shapes(
    candidate: Candidate, model: Handle, attribute: str
) -> dict[tuple[Step, ...], tuple[int, ...] | None]:
    """Return where the weights are, each with its shape, or None where none is known."""
    whole: tuple[Step, ...] = (("attr", attribute),)
    if attribute != PARAMETERS:
        return {whole: None}
    shapes = candidate.shapes(model, *whole)
    return {(*whole, ("item", name)): shape for name, shape in shapes.items() if shape is not None}


def _is_weights(value: Any, shape: tuple[int, ...] | None) -> bool:
    is_array = isinstance(value, np.ndarray) and value.dtype.kind == "f"
    return is_array and shape in (None, value.shape)


def _shuffled(value: NDArray[Any], generator: np.random.Generator) -> NDArray[Any]:
    return generator.permutation(value.reshape(-1)).reshape(value.shape)

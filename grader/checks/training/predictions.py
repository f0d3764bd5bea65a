"""What a trained model says of images: asked for in pieces, and believed only as labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.candidate.base import CallFailed, Candidate, Failure, Method, Write
from grader.candidate.wire import Handle
from grader.model import Status

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHUNK = 50
"""Images asked about at once: a convolution's windows take a thousand times their memory."""


def predict(
    candidate: Candidate,
    model: Handle,
    method: str,
    X: NDArray[Any],
    classes: int,
    *,
    first: Sequence[Write] = (),
) -> NDArray[np.int64]:
    """Return the label that a model gives each image.

    Parameters
    ----------
    candidate : Candidate
        Where the model lives.
    model : Handle
        The model.
    method : str
        ``loss``, which returns scores of shape (N, C), or ``predict``, which returns labels.
    X : ndarray of shape (N, ...)
        Images or rows.
    classes : int
        Number C of classes.
    first : sequence of Write
        What is changed of the model before, in the same round trip.

    Raises
    ------
    CallFailed
        If the method fails, or gives anything else than a label or scores for each image.
    """
    chunks = [X[start : start + CHUNK] for start in range(0, len(X), CHUNK)]
    asked = [Method(model, method, (chunk,)) for chunk in chunks]
    replies = candidate.run([*first, *asked])[len(first) :]
    name = f"{model.type_name}.{method}"
    labels = [
        _from_scores(reply.value, len(chunk), classes, name)
        if method == "loss"
        else _from_labels(reply.value, len(chunk), classes, name)
        for reply, chunk in zip(replies, chunks, strict=True)
    ]
    return np.concatenate(labels)


def _from_scores(scores: Any, count: int, classes: int, name: str) -> NDArray[np.int64]:
    if not isinstance(scores, np.ndarray) or scores.dtype.kind not in "fiu":
        raise _refuse(f"{name} gave no array of scores after training.")
    if scores.shape != (count, classes):
        raise _refuse(f"{name} gave scores of shape {scores.shape}, expected {(count, classes)}.")
    if not np.isfinite(scores).all():
        hint = "Where can training overflow, and is the learning rate used as it is given?"
        raise _refuse(f"{name} gives scores that are not finite after training.", hint)
    labels: NDArray[np.int64] = scores.argmax(axis=1).astype(np.int64)
    return labels


def _from_labels(labels: Any, count: int, classes: int, name: str) -> NDArray[np.int64]:
    found = _as_array(labels)
    if found is None or found.dtype.kind not in "fiu":
        raise _refuse(f"{name} gave no array of labels.")
    if found.size != count:
        raise _refuse(f"{name} gave {found.size} labels for {count} images.")
    # A comparison with NaN is false, so that it is no label either.
    if not np.all((found >= 0) & (found < classes) & (found == np.floor(found))):
        raise _refuse(f"{name} gave labels that are no whole numbers from 0 to {classes - 1}.")
    return found.reshape(-1).astype(np.int64)


def _as_array(values: Any) -> NDArray[Any] | None:
    """Return an array, or a list as an array; None for anything else."""
    if isinstance(values, np.ndarray):
        return values
    try:
        return np.array(values) if isinstance(values, (list, tuple)) else None
    except ValueError:  # a list whose rows differ in length
        return None


def _refuse(message: str, hint: str = "") -> CallFailed:
    return CallFailed(Failure(Status.FAILED, message, hint=hint))

"""How a training went by the student's side: histories to be drawn, by which nothing is judged.

Whatever comes back is somebody else's word. What is no list of finite numbers gives no curve, and
of a long one only some points are looked at.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from grader.checks.experiments import as_float
from grader.model import Curve

POINTS = 200
"""Most points of a curve."""
LOSS = "loss"
TRAINING = "training accuracy"
VALIDATION = "validation accuracy"
_HISTORIES = {
    "loss_history": LOSS,
    "train_acc_history": TRAINING,
    "val_acc_history": VALIDATION,
}
"""Names that the course gives to histories."""


def curves_of(histories: Any) -> tuple[Curve, ...]:
    """Return the curves of histories by the names that the course gives them.

    Parameters
    ----------
    histories : any
        A mapping with ``loss_history`` and the like, or the losses alone; nothing else has curves.
    """
    if not isinstance(histories, Mapping):
        histories = {"loss_history": histories}
    found = {name: _as_sequence(histories.get(name)) for name in _HISTORIES}
    curves = []
    for history, name in _HISTORIES.items():
        if name == LOSS:
            unit, first = "iteration", 1
        else:
            # Measured after the first step and each epoch, which are the same if it is one step.
            unit, first = "epoch", int(len(found[history]) == len(found["loss_history"]))
        curves.append(_draw(name, unit, first, found[history]))
    return tuple(curve for curve in curves if curve is not None)


def _as_sequence(values: Any) -> Sequence[Any]:
    """Return a history, empty if it is none."""
    is_listed = isinstance(values, (list, tuple))
    is_listed = is_listed or (isinstance(values, np.ndarray) and values.ndim == 1)
    listed: Sequence[Any] = values if is_listed else ()
    return listed


def _draw(name: str, unit: str, first: int, values: Sequence[Any]) -> Curve | None:
    """Return a history as a curve, thinned evenly; None if it is none."""
    if len(values) < 2:
        return None
    places = np.unique(np.linspace(0, len(values) - 1, min(len(values), POINTS)).astype(int))
    numbers = tuple(as_float(values[place]) for place in places)
    if not all(map(math.isfinite, numbers)):
        return None
    return Curve(name, unit, tuple(float(place + first) for place in places), numbers)

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
    count = min(len(values), POINTS)
    places = [k * (len(values) - 1) // (count - 1) for k in range(count)]
    numbers = tuple(map(_as_number, map(values.__getitem__, places)))
    if not all(map(math.isfinite, numbers)):
        return None
    return Curve(name, unit, tuple(float(place + first) for place in places), numbers)


def _as_number(value: Any) -> float:
    """Return a number as a plain float, NaN for anything else."""
    return value if type(value) is float else as_float(value)

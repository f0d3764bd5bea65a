"""Which results travel by value, and which stay where they are made, behind handles.

Cells of notebooks go on working with what a call gave them, so what the worker sends and what
the reference's side sends follow the same rule.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

_SCALARS = (bool, int, float, complex, str, bytes, type(None))


def bring_out(value: Any, hold: Callable[[object], object]) -> Any:
    """Return a result with arrays, numbers and flat containers by value and the rest held.

    A returned tuple is unpacked by the caller, so its items are looked at one by one; what is
    nested deeper (a cache) is only ever handed back.

    Parameters
    ----------
    value : any
        What a function returned.
    hold : callable
        Keeps an object and returns the handle that stands for it.
    """
    if isinstance(value, tuple):
        return tuple(item if travels(item) else hold(item) for item in value)
    return value if travels(value) else hold(value)


def bring_out_part(value: Any, hold: Callable[[object], object]) -> Any:
    """Return part of a held object: an array with its handle, plain values, handles for the rest.

    An array comes with its handle so that changing it can reach the object it is part of.
    """
    if isinstance(value, np.ndarray):
        return hold(value), value
    if isinstance(value, dict) or not travels(value):
        return hold(value)
    return value


def travels(value: Any) -> bool:
    """Return whether a value says all there is to it: no object, no container of containers."""
    if isinstance(value, (*_SCALARS, np.ndarray, np.generic)):
        return True
    if type(value) is dict:
        return all(_is_leaf(item) or isinstance(item, np.ndarray) for item in value.values())
    return type(value) in (list, tuple) and all(map(_is_leaf, value))


def _is_leaf(value: Any) -> bool:
    if type(value) is list:
        return all(isinstance(item, (*_SCALARS, np.generic)) for item in value)
    return isinstance(value, (*_SCALARS, np.generic))

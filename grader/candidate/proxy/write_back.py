"""After a call, what it changed in its arguments is changed in the caller's own objects too."""

from __future__ import annotations

from typing import Any

import numpy as np


def write_back(ours: Any, theirs: Any) -> None:
    """Make an argument look as the candidate left it, as far as it can be changed in place.

    Parameters
    ----------
    ours : any
        What was passed; keeps its identity, and so do the containers and arrays inside it.
    theirs : any
        What the candidate says it became, which may be of any type and is then ignored.
    """
    if isinstance(ours, np.ndarray):
        if _fits(ours, theirs):
            ours[...] = theirs
    elif type(ours) is dict and type(theirs) is dict:
        for key in [key for key in ours if key not in theirs]:
            del ours[key]
        for key, value in theirs.items():
            ours[key] = _replaced(ours.get(key), value)
    elif type(ours) is list and type(theirs) is list:
        ours[:] = [
            _replaced(ours[place] if place < len(ours) else None, value)
            for place, value in enumerate(theirs)
        ]


def _replaced(ours: Any, theirs: Any) -> Any:
    """Return what takes the place of an item: itself, changed, where that is possible."""
    same_kind = type(ours) is type(theirs) and isinstance(ours, (dict, list))
    if same_kind or (isinstance(ours, np.ndarray) and _fits(ours, theirs)):
        write_back(ours, theirs)
        return ours
    return theirs


def _fits(ours: Any, theirs: Any) -> bool:
    is_array = isinstance(theirs, np.ndarray) and ours.flags.writeable
    return is_array and ours.shape == theirs.shape and ours.dtype == theirs.dtype

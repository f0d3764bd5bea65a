"""Names that older Python and NumPy had and course code still uses."""

from __future__ import annotations

import builtins
import functools
from collections.abc import Mapping
from typing import Any

import numpy as np

_REMOVED_ALIASES: Mapping[str, Any] = {
    "int": int,
    "float": float,
    "bool": bool,
    "object": object,
    "str": str,
    "complex": complex,
    "float_": np.float64,
    "complex_": np.complex128,
    "infty": np.inf,
    "Inf": np.inf,
    "Infinity": np.inf,
    "PINF": np.inf,
    "NINF": -np.inf,
    "NaN": np.nan,
    "product": np.prod,
    "cumproduct": np.cumprod,
    "alltrue": np.all,
    "sometrue": np.any,
    "row_stack": np.vstack,
    "round_": np.round,
    "in1d": np.isin,
    "trapz": np.trapezoid,
}


_reshape = np.reshape


@functools.wraps(_reshape)
def _reshape_by_old_keyword(a: Any, *args: Any, newshape: Any = None, **kwargs: Any) -> Any:
    """Take array and shape by the keywords they had until NumPy 2.4."""
    if newshape is not None:
        kwargs["shape"] = newshape
    return _reshape(a, *args, **kwargs)


def restore() -> None:
    """Give back ``xrange``, and the aliases and keywords that NumPy has removed."""
    np.reshape = _reshape_by_old_keyword
    vars(builtins).setdefault("xrange", range)
    for name, value in _REMOVED_ALIASES.items():
        if name not in vars(np):
            setattr(np, name, value)

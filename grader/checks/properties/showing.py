"""Writes examples as lines that can be pasted into a notebook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WIDTH = 76


def show_values(values: Mapping[str, Any]) -> str:
    """Return an assignment for each value, such as ``x = np.array([[0.5, -1.]])``."""
    return "\n".join(f"{name} = {write(value, len(name) + 3)}" for name, value in values.items())


def write(value: Any, indent: int = 0) -> str:
    """Return a value as Python text; long arrays are continued ``indent`` columns in."""
    if isinstance(value, np.ndarray):
        return _write_array(value, indent)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {write(item)}" for key, item in value.items()) + "}"
    if isinstance(value, np.generic):
        return repr(value.item())
    return repr(value)


def _write_array(value: NDArray[Any], indent: int) -> str:
    if value.size == 0:
        return f"np.zeros({value.shape})"
    kind = "" if value.dtype in (np.float64, np.int64) else f", dtype=np.{value.dtype.name}"
    text = np.array2string(
        value + 0,  # no -0
        separator=", ",
        prefix=" " * (indent + len("np.array(")),
        max_line_width=_WIDTH,
        threshold=value.size + 1,
        floatmode="unique",
    )
    on_one_line = " ".join(text.split()).replace("[ ", "[")
    if len(on_one_line) + indent < _WIDTH - len("np.array()"):
        text = on_one_line
    return f"np.array({text}{kind})"

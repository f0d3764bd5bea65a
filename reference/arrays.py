"""The array types that annotate the reference."""

from __future__ import annotations

from typing import Any, TypeAlias

from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
"""A real-valued array: floats as a rule, and whatever else NumPy promotes to them."""

Labels: TypeAlias = NDArray[Any]
"""Class labels: an integer array of shape (N,)."""

LayerOptions: TypeAlias = dict[str, Any]
"""The dict with which the course passes a layer its mode, probability, stride and the like."""

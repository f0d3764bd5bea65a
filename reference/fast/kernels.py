"""Says whether the compiled kernels are there, and how to get them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

BUILD_COMMAND = "python setup.py build_ext --inplace"
"""Builds the kernels in a checkout; needs Cython and a C compiler."""

try:
    from reference.fast import _im2col as im2col_kernels
    from reference.fast import _pool as pool_kernels
except ImportError as error:
    _failure = str(error)
else:
    _failure = ""

__all__ = [
    "BUILD_COMMAND",
    "KernelStatus",
    "handle",
    "im2col_kernels",
    "kernel_status",
    "kernels_available",
    "pool_kernels",
]


_DTYPES = (np.dtype(np.float32), np.dtype(np.float64))


@dataclass(frozen=True, slots=True)
class KernelStatus:
    """Whether the fast layers run compiled code.

    Attributes
    ----------
    available : bool
        Both kernel modules were imported.
    reason : str
        Why they were not; empty if they were.
    """

    available: bool
    reason: str

    def __str__(self) -> str:
        if self.available:
            return "compiled kernels (Cython, float32 and float64)"
        return (
            f"NumPy im2col, because the compiled kernels are missing ({self.reason}); "
            f"build them with: {BUILD_COMMAND}"
        )


def kernel_status() -> KernelStatus:
    """Return whether the fast layers run compiled code, and otherwise why not."""
    return KernelStatus(available=not _failure, reason=_failure)


def kernels_available() -> bool:
    """Return whether the fast layers run compiled code."""
    return not _failure


def handle(dtype: np.dtype[Any]) -> bool:
    """Return whether there are kernels for arrays of a dtype.

    Whole numbers and the rarer floats keep their dtype in NumPy, where speed is no matter.
    """
    return not _failure and dtype in _DTYPES

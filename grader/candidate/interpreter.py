"""What the interpreter of workers is started with: our script, NumPy's folder, an environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

from grader.errors import SandboxError

BOOTSTRAP = str(Path(__file__).parent.parent / "worker" / "bootstrap.py")

ENVIRONMENT: Mapping[str, str] = MappingProxyType(
    {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "OPENBLAS_NUM_THREADS": "1",  # threads are refused in the worker, and not counted
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",  # the same submission and seed give the same report
    }
)


def find_numpy() -> str:
    """Return the folder that holds NumPy, without importing it.

    Raises
    ------
    SandboxError
        If it is not installed.
    """
    spec = find_spec("numpy")
    if spec is None or spec.origin is None:
        raise SandboxError("NumPy is not installed: pip install numpy")
    return str(Path(spec.origin).parent.parent)


def processor_settings() -> dict[str, str]:
    """Keep what the machine's owner set so that BLAS computes correctly on this processor."""
    return keep("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "NPY_DISABLE_CPU_FEATURES")


def keep(*names: str) -> dict[str, str]:
    """Return those of the named variables that are set."""
    return {name: os.environ[name] for name in names if name in os.environ}

"""Loads what every worker needs: NumPy, what course code imports, an explicit list of our modules.

Neither the grader's other modules nor the reference can be imported afterwards.
"""

from __future__ import annotations

import gc
import importlib
import importlib.util
import os
import random
import sys
import types

PACKAGES = ("grader", "grader.candidate", "grader.isolation", "grader.worker")
"""Packages that exist here in name only: their ``__init__`` is not run."""

_FRAMING = ("decoder", "encoder", "live", "paths", "tags", "wire")

SHARED = (
    *(f"grader.candidate.{name}" for name in _FRAMING),
    "grader.isolation",
    "grader.records",
    "grader.worker",
)
"""Modules, or packages with all their modules, that may be loaded here."""

WARM = (
    *("abc", "collections", "contextlib", "copy", "dataclasses", "datetime", "functools"),
    *("itertools", "json", "math", "operator", "pickle", "platform", "random", "re"),
    *("struct", "time", "types", "typing", "warnings"),
    *("numpy.linalg", "numpy.random"),
)
"""What course code imports most; loaded once here instead of once per submission."""

UNREAD = ("numpy._core._add_newdocs", "numpy._core._add_newdocs_scalars")
"""Modules that only give NumPy's compiled functions their documentation: nobody reads it here."""


class _ListedFinder:
    """Loads our own modules from their files, and only those on the list."""

    def __init__(self, root: str) -> None:
        self._root = root

    def find_spec(self, name: str, path: object = None, target: object = None) -> object:
        if not name.startswith("grader."):  # which is asked of every module
            return None
        if not any(name == entry or name.startswith(entry + ".") for entry in SHARED):
            return None
        file = os.path.join(self._root, *name.split(".")) + ".py"
        return importlib.util.spec_from_file_location(name, file)


def main(root: str, role: str, descriptor: int, numpy_folder: str) -> None:
    """Load everything, then be what was asked for.

    Parameters
    ----------
    root : str
        The folder that the package of this module lies in.
    role : str
        What to be: ``zygote`` or ``alone``.
    descriptor : int
        Of the control socket, or of the pipe for stacks.
    numpy_folder : str
        The folder that NumPy lies in.
    """
    gc.disable()  # until a worker runs: what is loaded here stays
    for name in PACKAGES:
        package = types.ModuleType(name)
        package.__path__ = []
        sys.modules[name] = package
    finder = _ListedFinder(root)
    sys.path[:] = [entry for entry in sys.path if "-packages" not in entry]
    if sys.platform != "win32":  # where the standard library lies in more than three places
        del sys.path[:-3]
    sys.path.append(numpy_folder)
    sys.meta_path.insert(0, finder)  # type: ignore[arg-type]
    sys.modules.update({name: types.ModuleType(name) for name in UNREAD})
    _import_warm()
    chosen = importlib.import_module(f"grader.worker.{role}")
    importlib.import_module("grader.worker.main")
    sys.path.remove(numpy_folder)
    sys.meta_path.remove(finder)  # type: ignore[arg-type]
    chosen.run(descriptor)


class _Borrowed(types.ModuleType):
    """Stands for a module of which one name is needed; any other brings the real module."""

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        sys.modules.pop(self.__name__, None)
        return getattr(importlib.import_module(self.__name__), name)


def _import_warm() -> None:
    """Import what course code imports, without two modules of which NumPy takes one name each.

    ``secrets``, which loads OpenSSL, gives the generators a function to seed themselves with, and
    ``numpy._typing`` an annotation. Whoever asks for them later gets the real ones.
    """
    randbits = random.SystemRandom().getrandbits
    for name, content in (
        ("secrets", {"randbits": randbits}),
        ("numpy._typing", {"NDArray": list}),
    ):
        sys.modules[name] = _Borrowed(name)
        sys.modules[name].__dict__.update(content)
    for name in WARM:
        importlib.import_module(name)
    for name in [name for name, module in sys.modules.items() if type(module) is _Borrowed]:
        del sys.modules[name]

"""What the names that a cell imports stand for, whatever its package is called."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from enum import Enum
from pathlib import PurePosixPath

from grader.records import record
from grader.submission.course_names import COURSE_NAMES, PROVIDED, targets_named
from grader.submission.edition import EDITIONS

DISTANCES = frozenset(
    {"rel_error", "relative_error", "rel_err", "relative_err", "relerror", "relative_difference"}
)
"""What courses call their relative error; ours wherever a cell defines or imports it."""

_OURS_OF_PROVIDED = frozenset({"gradient_check"})
_HARMLESS_OF_PROVIDED = frozenset({"data_utils", "vis_utils"})
_TOY_KEYWORDS = frozenset({"input_size", "hidden_size", "output_size", "std"})
_REAL = frozenset(
    {"math", "itertools", "functools", "collections", "operator", "string", "copy", "random"}
)


class Source(Enum):
    """Where a name comes from."""

    TARGET = "target"
    """The candidate: the rest is a canonical target."""
    COURSE = "course module"
    """A module of the course, whose names are looked up one by one."""
    OURS = "ours"
    """Our gradient checks and distances, by name."""
    NUMPY = "numpy"
    """NumPy, or what a dotted path finds in it."""
    TIME = "time"
    """Clocks."""
    REAL = "standard library"
    """A module of the standard library that can do no harm."""
    STAND_IN = "stand-in"
    """Nothing: plots, data loading, notebooks' own machinery."""


@record
class Binding:
    """What an imported name stands for."""

    source: Source
    path: str = ""
    """A target, a canonical module, or a dotted path, as the source asks for."""


def _stems() -> dict[str, str]:
    stems = {"metrics_utils": "gradient_check"}
    for edition in EDITIONS:
        for module, paths in edition.modules.items():
            for path in paths:
                stems.setdefault(PurePosixPath(path).stem, module)
    return stems | {module: module for module in COURSE_NAMES}


_MODULES: Mapping[str, str] = _stems()
"""Canonical module by the name of a file."""


def canonical_module(dotted: str) -> str | None:
    """Return the course module that a dotted name ends in, if it is one."""
    return _MODULES.get(dotted.rpartition(".")[2])


def resolve_name(module: str | None, name: str) -> Binding | None:
    """Return what a name of the course stands for, if the course defines it.

    Parameters
    ----------
    module : str or None
        Canonical module it is imported from; it may be a re-export of another's.
    """
    if name in DISTANCES:
        return Binding(Source.OURS, name)
    if module is not None and name in COURSE_NAMES.get(module, ()):
        return _of_course(module, name)
    homes = targets_named(name)
    if not homes:
        return None
    found = homes[0]
    return _of_course(found.partition(":")[0], name)


def _of_course(module: str, name: str) -> Binding:
    if module in _OURS_OF_PROVIDED:
        return Binding(Source.OURS, name)
    if module in _HARMLESS_OF_PROVIDED:
        return Binding(Source.STAND_IN, name)
    return Binding(Source.TARGET, f"{module}:{name}")


def bind_import(node: ast.Import) -> Iterator[tuple[str, Binding]]:
    """Yield the names that ``import ...`` binds."""
    for alias in node.names:
        top = alias.name.partition(".")[0]
        bound = alias.asname or top
        path = alias.name if alias.asname else top
        module = canonical_module(path)
        if top in ("numpy", "time") or top in _REAL:
            yield bound, _of_library(path)
        elif module is not None:
            yield bound, Binding(Source.COURSE, module)
        else:
            yield bound, Binding(Source.STAND_IN, path)


def bind_from(node: ast.ImportFrom, used: Collection[str]) -> Iterator[tuple[str, Binding]]:
    """Yield the names that ``from ... import ...`` binds, of a star only those that are used."""
    origin = node.module or ""
    top = origin.partition(".")[0]
    module = canonical_module(origin)
    for alias in node.names:
        bound = alias.asname or alias.name
        if alias.name == "*":
            yield from _bind_star(origin, module, used)
        elif not node.level and (top in ("numpy", "time") or top in _REAL):
            yield bound, _of_library(f"{origin}.{alias.name}")
        elif module is None and alias.name in COURSE_NAMES:
            yield bound, Binding(Source.COURSE, alias.name)
        elif found := resolve_name(module, alias.name):
            yield bound, found
        elif module is not None and module not in PROVIDED:
            yield bound, Binding(Source.TARGET, f"{module}:{alias.name}")
        else:
            yield bound, Binding(Source.STAND_IN, f"{origin}.{alias.name}")


def _bind_star(
    origin: str, module: str | None, used: Collection[str]
) -> Iterator[tuple[str, Binding]]:
    if origin == "numpy" or origin.startswith("numpy."):
        return
    for name in sorted(used):
        if found := resolve_name(module, name):
            yield name, found


def _of_library(path: str) -> Binding:
    top, _, rest = path.partition(".")
    if top == "numpy":
        return Binding(Source.NUMPY, rest)
    return Binding(Source.TIME if top == "time" else Source.REAL, rest if top == "time" else path)


def choose_class(binding: Binding, call: ast.Call) -> Binding:
    """Tell the two classes of one name apart by the keywords they are called with."""
    if binding.path.endswith(":TwoLayerNet"):
        is_toy = _TOY_KEYWORDS & {keyword.arg for keyword in call.keywords}
        if is_toy:
            return Binding(Source.TARGET, "neural_net:TwoLayerNet")
    return binding

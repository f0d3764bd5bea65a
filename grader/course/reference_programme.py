"""The reference as a programme: its sources, to be run in a worker of its own."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeAlias

from grader.course.assignment import Assignment
from grader.course.conventions import Settled, apply
from grader.course.provenance import imported_modules
from grader.records import record
from grader.submission.overlay import ModuleSource, Programme

Resolve: TypeAlias = "Callable[[str], Callable[..., Any]]"
"""Returns the function or class of a canonical target name."""

_PROVIDED = "grader.provided"
"""What the reference may use of the grader."""


@record
class ReferenceFunction:
    """Where the reference of one target is, and how it is called."""

    module: str
    name: str
    parameters: tuple[str, ...]
    """Names of what a caller may pass, in order."""
    keywords: Mapping[str, Any]
    """Passed besides, because of the conventions that the submission follows."""


def find_resolver(assignment: Assignment) -> Resolve | None:
    """Return what finds the reference's functions, or None if the reference is not installed."""
    module, _, function = assignment.reference.partition(":")
    try:
        resolve: Resolve = getattr(import_module(module), function)
    except (ImportError, AttributeError, ValueError):
        return None
    return resolve


def find_reference(
    assignment: Assignment, settled: Settled, targets: Iterable[str]
) -> dict[str, ReferenceFunction]:
    """Return the reference's functions for targets, as far as there are any.

    Parameters
    ----------
    assignment : Assignment
        That names its reference.
    settled : mapping
        Choices of its conventions.
    targets : iterable of str
        Canonical names.
    """
    resolve = find_resolver(assignment)
    if resolve is None:
        return {}
    find = apply(resolve, assignment.conventions, settled)
    found = {}
    for target in targets:
        try:
            described = _describe(find(target))
        except (KeyError, ImportError):
            continue
        if described is not None:
            found[target] = described
    return found


def lay_out_reference(functions: Mapping[str, ReferenceFunction]) -> Programme:
    """Return the programme whose entries are these functions, with all that they import."""
    packages = {function.module.partition(".")[0] for function in functions.values()}
    waiting = [function.module for function in functions.values()]
    modules: dict[str, ModuleSource] = {}
    while waiting:
        name = waiting.pop()
        if name in modules or not (name.partition(".")[0] in packages or _is_provided(name)):
            continue
        path = _path_of(name)
        if path is None:
            continue
        package = path.name == "__init__.py"
        text = path.read_text(encoding="utf-8")
        place = name.replace(".", "/") + ("/__init__.py" if package else ".py")
        modules[name] = ModuleSource(place, (name,), package, text, provided=False)
        waiting += imported_modules(path)
    return Programme(
        root="",
        modules=tuple(modules.values()),
        absent={},
        entries={target: (one.module, one.name) for target, one in functions.items()},
    )


def _describe(found: Callable[..., Any]) -> ReferenceFunction | None:
    keywords = found.keywords if isinstance(found, partial) else {}
    found = found.func if isinstance(found, partial) else found
    if not inspect.isfunction(found) or "." in found.__qualname__:
        return None
    parameters = tuple(name for name in inspect.signature(found).parameters if name not in keywords)
    return ReferenceFunction(found.__module__, found.__name__, parameters, keywords)


def _is_provided(name: str) -> bool:
    return name == _PROVIDED or name.startswith(f"{_PROVIDED}.")


def _path_of(module: str) -> Path | None:
    try:
        spec = find_spec(module)
    except (ImportError, ValueError):  # a name inside a module
        return None
    if spec is None or spec.origin is None or not spec.origin.endswith(".py"):
        return None
    return Path(spec.origin)

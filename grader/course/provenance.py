"""What expected values were made from: digests of the declaration and of reference sources.

Only the reference modules that an assignment's targets reach are listed, so that work on another
layer does not make its values stale. A new dependency can only come in through a listed module.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from grader.course.assignment import Assignment
from grader.course.catalogue import LoadedAssignment
from grader.errors import AssignmentError


def describe_origin(loaded: LoadedAssignment) -> str:
    """Return what the values of an assignment are made from now, as JSON.

    Raises
    ------
    AssignmentError
        If the reference is not installed or lacks a target.
    """
    return json.dumps(
        {"declaration": loaded.digest, "reference": _digest_reference(loaded)}, sort_keys=True
    )


def is_current(loaded: LoadedAssignment, origin: str) -> bool:
    """Return whether stored values were made from what is here now.

    Where the reference is not installed, only the declaration can be compared.
    """
    try:
        made_from = json.loads(origin)
        files = dict(made_from["reference"])
    except (ValueError, KeyError, TypeError):
        return False
    if made_from.get("declaration") != loaded.digest:
        return False
    root = _reference_root(loaded)
    return root is None or all(_digest(root / name) == digest for name, digest in files.items())


def _digest_reference(loaded: LoadedAssignment) -> dict[str, str]:
    """Return sha256 by file for every reference module that the targets reach."""
    root = _reference_root(loaded)
    if root is None:
        raise AssignmentError(
            f"{loaded.assignment.name}: its reference {loaded.assignment.reference} is not "
            "installed; install it to regenerate expected values"
        )
    module, _, function = loaded.assignment.reference.partition(":")
    resolve = getattr(import_module(module), function)
    try:
        waiting = [module, *(resolve(target).__module__ for target in _reached(loaded.assignment))]
    except KeyError as error:
        raise AssignmentError(f"{loaded.assignment.name}: {error.args[0]}") from error
    found: dict[str, str] = {}
    while waiting:
        path = _path_of(root, waiting.pop())
        name = path.relative_to(root).as_posix() if path else ""
        if path is not None and name not in found:
            found[name] = _digest(path)
            waiting += imported_modules(path)
    return dict(sorted(found.items()))


def _reached(assignment: Assignment) -> tuple[str, ...]:
    """Return what checks, probes and the choices of conventions call."""
    found = dict.fromkeys(assignment.known_targets)
    for convention in assignment.conventions:
        found |= dict.fromkeys(convention.probe.targets)
        for choice in convention.choices.values():
            found |= dict.fromkeys(choice.substitutes.values())
    return tuple(found)


def _reference_root(loaded: LoadedAssignment) -> Path | None:
    """Return the folder that holds the reference's package, or None if it is not installed."""
    package = loaded.assignment.reference.partition(":")[0].partition(".")[0]
    spec = find_spec(package)
    return None if spec is None or spec.origin is None else Path(spec.origin).parent.parent


def _path_of(root: Path, module: str) -> Path | None:
    base = root.joinpath(*module.split("."))
    for path in (base.with_suffix(".py"), base / "__init__.py"):
        if path.is_file():
            return path
    return None


def imported_modules(path: Path) -> Iterator[str]:
    """Go through the absolute imports of a module, wherever they stand in it."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""

"""Finds the source text of a reference function or class, through the assignment's resolver."""

from __future__ import annotations

import ast
import inspect
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias

from grader.course.assignment import Assignment
from grader.errors import AssignmentError
from grader.records import record

Node: TypeAlias = "ast.FunctionDef | ast.ClassDef"


@record
class Original:
    """A definition of the reference, under the name that the course has for it."""

    target: str
    name: str
    """The course's name, which may differ from the reference's."""
    node: Node
    module: ast.Module
    """The module it stands in."""
    path: Path

    @property
    def canonical_module(self) -> str:
        """The course's module that students write it in."""
        return self.target.partition(":")[0]


def read_original(assignment: Assignment, target: str) -> Original:
    """Return the reference's definition of a target.

    Raises
    ------
    AssignmentError
        If the reference is not installed, has no such target, or is not written in Python.
    """
    found = resolve_target(assignment, target)
    try:
        path = Path(inspect.getsourcefile(found) or "")
        module = parse_reference(path)
    except (TypeError, OSError) as error:
        raise AssignmentError(
            f"{assignment.name}: the reference's {target} has no source text: {error}"
        ) from error
    wanted = getattr(found, "__qualname__", "")
    for node in module.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == wanted:
            return Original(target, target.partition(":")[2], node, module, path)
    raise AssignmentError(
        f"{assignment.name}: the reference's {target} is not defined at the top of {path}; "
        "a starter can be made only of plain functions and classes"
    )


def resolve_target(assignment: Assignment, target: str) -> Any:
    """Return the reference's object for a target.

    Raises
    ------
    AssignmentError
        If the reference is not installed or has no such target.
    """
    module, _, function = assignment.reference.partition(":")
    try:
        resolve = getattr(import_module(module), function)
    except (ImportError, AttributeError, ValueError) as error:
        raise AssignmentError(
            f"{assignment.name}: its reference {assignment.reference!r} is not installed ({error})"
        ) from error
    try:
        return resolve(target)
    except KeyError as error:
        raise AssignmentError(f"{assignment.name}: the reference has no {target}") from error


def reference_has(assignment: Assignment, target: str) -> bool:
    """Return whether the reference knows a target."""
    try:
        resolve_target(assignment, target)
    except AssignmentError:
        return False
    return True


@cache
def parse_reference(path: Path) -> ast.Module:
    """Return the syntax tree of a reference module."""
    return ast.parse(path.read_bytes(), str(path))
